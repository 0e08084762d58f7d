/** S3 for a teardown: a bucket goes only by the tag that it carries itself, and only empty. */

import {DrError} from '../../../errors.js'
import type {Region} from '../../../model/deployment.js'
import {OWNER_TAG} from '../../../model/estate.js'
import {isFault} from '../errors.js'
import type {Caller} from './caller.js'

/** Services that log to a bucket may do so once more after it was emptied. */
const EMPTYINGS = 5

const NO_BUCKET = ['NoSuchBucket', 'NotFound']

/** Asks the bucket itself, now: the tagging API's list lags behind. */
export async function isOurBucket(caller: Caller, region: Region, name: string, app: string): Promise<boolean> {
  const answer = await caller.call('s3', region, 'GetBucketTagging', {Bucket: name}, [...NO_BUCKET, 'NoSuchTagSet'])
  return (answer?.TagSet ?? []).some(({Key, Value}) => Key === OWNER_TAG && Value === app)
}

/** Every version and every delete marker. Nothing to do where the bucket is gone. */
export async function emptyBucket(caller: Caller, region: Region, name: string): Promise<void> {
  for (;;) {
    const page = await caller.call('s3', region, 'ListObjectVersions', {Bucket: name}, NO_BUCKET)
    const Objects = [...(page?.Versions ?? []), ...(page?.DeleteMarkers ?? [])].map(({Key, VersionId}) => ({
      Key,
      VersionId,
    }))
    if (Objects.length === 0) return
    const input = {Bucket: name, Delete: {Objects, Quiet: true}}
    const answer = await caller.call('s3', region, 'DeleteObjects', input, NO_BUCKET)
    const [error] = answer?.Errors ?? []
    if (error && (answer?.Errors?.length ?? 0) === Objects.length) throw undeletable(name, error)
  }
}

const undeletable = (bucket: string, {Key, Code, Message}: {Key?: string; Code?: string; Message?: string}): DrError =>
  new DrError({
    code: Code ?? 'ObjectUndeletable',
    exit: 'failed',
    what: `${Key} in the bucket ${bucket} cannot be deleted`,
    why: Message,
    next: 'check for an object lock or a bucket policy that denies it',
  })

export async function deleteBucket(caller: Caller, region: Region, name: string): Promise<void> {
  for (let left = EMPTYINGS; ; left--) {
    await emptyBucket(caller, region, name)
    try {
      await caller.call('s3', region, 'DeleteBucket', {Bucket: name}, NO_BUCKET)
      return
    } catch (error) {
      if (left === 1 || !isFault(error, 'BucketNotEmpty')) throw error
    }
  }
}
