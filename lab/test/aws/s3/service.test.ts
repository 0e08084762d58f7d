import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3'
import {expect} from 'chai'

import {S3Service} from '../../../src/aws/s3/service.js'
import {testLab, type TestLab} from '../../wire/support.js'

const Bucket = 'lease-bucket'

const failureOf = async (call: Promise<unknown>): Promise<{name: string; status: number | undefined}> =>
  call.then(
    () => ({name: 'no error', status: 200}),
    (error: {name: string; $metadata?: {httpStatusCode?: number}}) => ({
      name: error.name,
      status: error.$metadata?.httpStatusCode,
    }),
  )

describe('S3', () => {
  let lab: TestLab
  let client: S3Client
  const put = (Key: string, Body = 'x', input: Partial<PutObjectCommandInput> = {}) =>
    client.send(new PutObjectCommand({Bucket, Key, Body, ...input}))
  const read = async (Key: string, VersionId?: string): Promise<string> =>
    (await client.send(new GetObjectCommand({Bucket, Key, VersionId}))).Body!.transformToString()

  beforeEach(async () => {
    lab = await testLab((one) => new S3Service(one))
    client = new S3Client({...lab.client(), forcePathStyle: true})
    await client.send(new CreateBucketCommand({Bucket, CreateBucketConfiguration: {LocationConstraint: 'us-east-2'}}))
  })

  afterEach(() => lab.close())

  describe('uploads in parts', () => {
    const where = {Bucket, Key: 'large'}
    const start = async () =>
      (await client.send(new CreateMultipartUploadCommand({...where, ContentType: 'a/b'}))).UploadId
    const part = async (UploadId: string | undefined, PartNumber: number, Body: Uint8Array) => {
      const {ETag} = await client.send(new UploadPartCommand({...where, UploadId, PartNumber, Body}))
      return {PartNumber, ETag}
    }
    const complete = (UploadId: string | undefined, Parts: object[]) =>
      client.send(new CompleteMultipartUploadCommand({...where, UploadId, MultipartUpload: {Parts}}))

    it('put the parts together in their order, with the digest of their digests', async () => {
      const UploadId = await start()
      const second = await part(UploadId, 2, Buffer.from('end'))
      const first = await part(UploadId, 1, Buffer.alloc(5 * 1024 * 1024, 'x'))
      expect((await complete(UploadId, [first, second])).ETag).match(/^"[0-9a-f]{32}-2"$/)
      const {ContentLength, ContentType} = await client.send(new HeadObjectCommand(where))
      expect({ContentLength, ContentType}).deep.equal({ContentLength: 5 * 1024 * 1024 + 3, ContentType: 'a/b'})
      expect((await read('large')).slice(-5)).equal('xxend')
      expect((await failureOf(complete(UploadId, [first, second]))).name).equal('NoSuchUpload')
    })

    it('refuse parts that are too small, out of order or others than came', async () => {
      const UploadId = await start()
      const parts = [await part(UploadId, 1, Buffer.from('a')), await part(UploadId, 2, Buffer.from('b'))]
      expect((await failureOf(complete(UploadId, parts))).name).equal('EntityTooSmall')
      expect((await failureOf(complete(UploadId, [...parts].reverse()))).name).equal('InvalidPartOrder')
      expect((await failureOf(complete(UploadId, [{PartNumber: 1, ETag: '"no"'}]))).name).equal('InvalidPart')
      await client.send(new AbortMultipartUploadCommand({...where, UploadId}))
      expect((await failureOf(part(UploadId, 3, Buffer.from('c')))).name).equal('NoSuchUpload')
      expect((await failureOf(read('large'))).name).equal('NoSuchKey')
    })
  })

  it('gives back what was put', async () => {
    await put('a/b.json', '{"ü":1}', {ContentType: 'application/json', Metadata: {owner: 'me'}})
    expect(await read('a/b.json')).to.equal('{"ü":1}')
    const head = await client.send(new HeadObjectCommand({Bucket, Key: 'a/b.json'}))
    expect(head).to.deep.include({ContentLength: 8, ContentType: 'application/json', Metadata: {owner: 'me'}})
    const part = await client.send(new GetObjectCommand({Bucket, Key: 'a/b.json', Range: 'bytes=1-3'}))
    expect(part.ContentLength).to.equal(3)
    await put('empty', '')
    expect(await read('empty')).to.equal('')
    expect(await failureOf(read('none'))).to.deep.equal({name: 'NoSuchKey', status: 404})
    const absent = client.send(new HeadObjectCommand({Bucket, Key: 'none'}))
    expect(await failureOf(absent)).to.deep.equal({name: 'NotFound', status: 404})
  })

  it('compares and swaps: the lease is taken once, and renewed by its holder alone', async () => {
    const refused = {name: 'PreconditionFailed', status: 412}
    const takes = await Promise.all(
      ['one', 'two', 'three'].map((owner) => failureOf(put('lease', owner, {IfNoneMatch: '*'}))),
    )
    expect(takes.filter(({name}) => name === 'no error')).to.have.length(1)
    expect(takes.filter(({name}) => name === 'PreconditionFailed')).to.have.length(2)
    const {ETag} = await client.send(new HeadObjectCommand({Bucket, Key: 'lease'}))
    const renewed = await put('lease', 'renewed', {IfMatch: ETag})
    expect(await failureOf(put('lease', 'stolen', {IfMatch: ETag}))).to.deep.equal(refused)
    expect(await read('lease')).to.equal('renewed')
    expect(await failureOf(put('absent', 'x', {IfMatch: ETag}))).to.deep.equal({name: 'NoSuchKey', status: 404})
    const stale = client.send(new DeleteObjectCommand({Bucket, Key: 'lease', IfMatch: ETag}))
    expect(await failureOf(stale)).to.deep.equal(refused)
    await client.send(new DeleteObjectCommand({Bucket, Key: 'lease', IfMatch: renewed.ETag}))
    await put('lease', 'next', {IfNoneMatch: '*'})
  })

  it('lists by prefix, folded at a delimiter, in pages', async () => {
    for (const key of ['a/1', 'a/2', 'b', 'c/x/1', 'c/y', 'd']) await put(key)
    const folded = await client.send(new ListObjectsV2Command({Bucket, Delimiter: '/'}))
    expect(folded.Contents!.map(({Key}) => Key)).to.deep.equal(['b', 'd'])
    expect(folded.CommonPrefixes!.map(({Prefix}) => Prefix)).to.deep.equal(['a/', 'c/'])
    const keys: string[] = []
    let ContinuationToken: string | undefined
    do {
      const page = await client.send(new ListObjectsV2Command({Bucket, MaxKeys: 2, ContinuationToken}))
      keys.push(...page.Contents!.map(({Key}) => Key!))
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken)
    expect(keys).to.deep.equal(['a/1', 'a/2', 'b', 'c/x/1', 'c/y', 'd'])
    const below = await client.send(new ListObjectsV2Command({Bucket, Prefix: 'c/', Delimiter: '/'}))
    expect([below.Contents?.length, below.CommonPrefixes?.[0]?.Prefix, below.KeyCount]).to.deep.equal([1, 'c/x/', 2])
  })

  it('keeps versions where it is told to', async () => {
    const on = {Bucket, VersioningConfiguration: {Status: 'Enabled' as const}}
    await client.send(new PutBucketVersioningCommand(on))
    expect((await client.send(new GetBucketVersioningCommand({Bucket}))).Status).to.equal('Enabled')
    const one = await put('k', 'one')
    await put('k', 'two')
    const {DeleteMarker} = await client.send(new DeleteObjectCommand({Bucket, Key: 'k'}))
    expect(DeleteMarker).to.equal(true)
    expect(await failureOf(read('k'))).to.have.property('name', 'NoSuchKey')
    expect(await read('k', one.VersionId)).to.equal('one')
    const versions = await client.send(new ListObjectVersionsCommand({Bucket}))
    expect([versions.Versions!.length, versions.DeleteMarkers!.length]).to.deep.equal([2, 1])
    expect(await failureOf(client.send(new DeleteBucketCommand({Bucket})))).to.have.property('name', 'BucketNotEmpty')
    const Objects = [...versions.Versions!, ...versions.DeleteMarkers!].map(({Key, VersionId}) => ({Key, VersionId}))
    await client.send(new DeleteObjectsCommand({Bucket, Delete: {Objects}}))
    await client.send(new DeleteBucketCommand({Bucket}))
    expect(await failureOf(client.send(new HeadBucketCommand({Bucket})))).to.have.property('status', 404)
  })

  it('belongs to its region', async () => {
    const {LocationConstraint} = await client.send(new GetBucketLocationCommand({Bucket}))
    expect(LocationConstraint).to.equal('us-east-2')
    const elsewhere = new S3Client({...lab.client('us-east-1'), forcePathStyle: true})
    const wrong = elsewhere.send(new ListObjectsV2Command({Bucket}))
    expect(await failureOf(wrong)).to.have.property('name', 'AuthorizationHeaderMalformed')
    const constraint = {Bucket: 'other-bucket', CreateBucketConfiguration: {LocationConstraint: 'us-east-2' as const}}
    expect(await failureOf(elsewhere.send(new CreateBucketCommand(constraint)))).to.have.property(
      'name',
      'IllegalLocationConstraintException',
    )
    await elsewhere.send(new CreateBucketCommand({Bucket: 'other-bucket'}))
    const taken = client.send(
      new CreateBucketCommand({Bucket: 'other-bucket', CreateBucketConfiguration: {LocationConstraint: 'us-east-2'}}),
    )
    expect(await failureOf(taken)).to.deep.equal({name: 'BucketAlreadyOwnedByYou', status: 409})
  })

  it('records the configuration of a bucket', async () => {
    const {ServerSideEncryptionConfiguration} = await client.send(new GetBucketEncryptionCommand({Bucket}))
    expect(ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).to.equal(
      'AES256',
    )
    const none = client.send(new GetBucketPolicyCommand({Bucket}))
    expect(await failureOf(none)).to.deep.equal({name: 'NoSuchBucketPolicy', status: 404})
    await client.send(new PutBucketPolicyCommand({Bucket, Policy: '{"Version":"2012-10-17"}'}))
    const {Policy} = await client.send(new GetBucketPolicyCommand({Bucket}))
    expect(Policy).to.equal('{"Version":"2012-10-17"}')
  })
})
