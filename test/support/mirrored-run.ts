/** The newest run whose copy is in a region's lease bucket of a lab. */

import {GetObjectCommand, ListObjectsV2Command, S3Client} from '@aws-sdk/client-s3'
import {labKeys, type LabAccess} from './lab.js'

/** `app`: in lower case. While the run is under way the journal may be empty, and `result` is undefined. */
export async function readRun(
  lab: LabAccess,
  region: string,
  app: string,
): Promise<{journal: {event: string}[]; result: unknown}> {
  const s3 = new S3Client({region, endpoint: lab.endpoint, credentials: labKeys(lab), forcePathStyle: true})
  const Bucket = `${app}-lease-000000000000-${region}`
  const {Contents = []} = await s3.send(new ListObjectsV2Command({Bucket, Prefix: `runs/${app}/`}))
  const keys = Contents.map(({Key}) => Key!)
  const newest = keys
    .map((key) => key.split('/').slice(0, 3).join('/'))
    .sort()
    .at(-1)
  const read = async (file: string): Promise<string | undefined> => {
    const Key = `${newest}/${file}`
    if (!keys.includes(Key)) return undefined
    return (await s3.send(new GetObjectCommand({Bucket, Key}))).Body!.transformToString()
  }

  const lines = ((await read('journal.ndjson')) ?? '').split('\n').filter((line) => line !== '')
  const result = await read('result.json')
  return {
    journal: lines.map((line) => JSON.parse(line) as {event: string}),
    result: result === undefined ? undefined : JSON.parse(result),
  }
}
