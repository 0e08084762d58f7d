/** A lab with the services that builds and pipelines need, and nothing in it but a role and a bucket. */

import {makeServices} from '../../src/aws/index.js'
import {testLab, type TestLab} from '../wire/support.js'

export const REGION = 'us-east-2'
export const ROLE = 'arn:aws:iam::000000000000:role/builder'
export const BUCKET = 'sources-and-artifacts'

export interface CodeLab extends TestLab {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  call(service: string, operation: string, input: object, region?: string): Promise<any>
  put(Key: string, Body: Uint8Array | string): Promise<void>
  get(Key: string): Promise<Buffer>
}

export async function codeLab(): Promise<CodeLab> {
  const test = await testLab()
  for (const service of makeServices(test.lab)) test.lab.register(service)
  test.lab.service('iam').addRole('builder')
  const call: CodeLab['call'] = (service, operation, input, region = REGION) =>
    test.lab.call(service, operation, input, region)
  await call('s3', 'CreateBucket', {Bucket: BUCKET, CreateBucketConfiguration: {LocationConstraint: REGION}})
  await call('s3', 'PutBucketVersioning', {Bucket: BUCKET, VersioningConfiguration: {Status: 'Enabled'}})
  return {
    ...test,
    call,
    async put(Key, Body) {
      await call('s3', 'PutObject', {Bucket: BUCKET, Key, Body: Buffer.from(Body as string)})
    },
    get: async (Key) => (await call('s3', 'GetObject', {Bucket: BUCKET, Key})).Body,
  }
}

/** What `ask` gives once it no longer throws. */
export async function until<T>(ask: () => Promise<T>, deadlineMs = 20_000): Promise<T> {
  for (const deadline = Date.now() + deadlineMs; ;) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}
