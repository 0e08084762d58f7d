/** Source, S3. Sources: "Amazon S3 source action reference" and "Variables reference", CodePipeline user guide. */

import {ServiceFault} from '../../../kernel.js'
import type {ActionContext, ActionType} from '../action.js'
import {ActionFailure, unsupported} from '../faults.js'

export const s3Source: ActionType = {
  inputs: [0, 0],
  outputs: [1, 1],
  required: ['S3Bucket', 'S3ObjectKey'],
  optional: ['PollForSourceChanges', 'AllowOverrideForS3ObjectKey'],
  check({configuration = {}}) {
    if (configuration.AllowOverrideForS3ObjectKey === 'true') throw unsupported('AllowOverrideForS3ObjectKey')
  },
  async perform(context) {
    const {lab, region, run, placeOf} = context
    const {S3Bucket: bucket = '', S3ObjectKey: key = ''} = run.configuration
    const found = await object(context, bucket, key)
    const {VersionId, ETag = '', Body, LastModified: createdAt} = found
    const [name = ''] = (run.declaration.outputArtifacts ?? []).map((artifact) => artifact.name)
    const place = placeOf(name)
    await lab.call('s3', 'PutObject', {Bucket: place.bucket, Key: place.key, Body}, region)
    const summary = `Amazon S3 version id: ${VersionId}`
    run.summary = summary
    run.outputs.set(name, {...place, revision: {id: VersionId, summary, createdAt}})
    run.externalId = VersionId
    run.variables = {BucketName: bucket, ETag: ETag.replaceAll('"', ''), ObjectKey: key, VersionId}
  },
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function object({lab, region}: ActionContext, Bucket: string, Key: string): Promise<any> {
  try {
    const found = await lab.call('s3', 'GetObject', {Bucket, Key}, region)
    if (found.VersionId !== undefined) return found
  } catch (error) {
    // The texts are assumed.
    if (error instanceof ServiceFault)
      throw new ActionFailure(
        'ConfigurationError',
        `${error.message} (Bucket: ${Bucket}, Key: ${Key}, Error Code: ${error.code})`,
      )
    throw error
  }

  throw new ActionFailure('ConfigurationError', `The Amazon S3 bucket ${Bucket} must have versioning enabled`)
}
