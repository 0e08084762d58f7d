import {
  ACCOUNT,
  fault,
  type CallContext,
  type Lab,
  type Operation,
  type Service,
  type TaggedResource,
} from '../../kernel.js'
import {configurationOperations, type Configured} from './configuration.js'
import {listObjects, listObjectsV2, listVersions} from './listing.js'
import {objectOperations} from './objects.js'
import {multipartOperations} from './multipart.js'
import type {Bucket} from './bucket.js'
import {ObjectStore} from './store.js'
import {api} from './api.js'

interface CreateBucketInput {
  Bucket: string
  CreateBucketConfiguration?: {LocationConstraint?: string}
}

/**
 * S3, as far as assets, the operator lease and CDK's bootstrap want it: conditional writes, versions, lists, and the
 * configuration of buckets, which is recorded. Objects are held in memory. Buckets answer in their own region alone.
 */
export class S3Service implements Service {
  readonly api = api
  private readonly buckets = new Map<string, Bucket>()

  constructor(private readonly lab: Pick<Lab, 'now'>) {}

  private readonly find = (name: string, region: string): Bucket & Configured => {
    const bucket = this.buckets.get(name)
    if (!bucket) throw fault('NoSuchBucket', 'The specified bucket does not exist', 404, {BucketName: name})
    if (bucket.region !== region) {
      throw fault(
        'AuthorizationHeaderMalformed',
        `The authorization header is malformed; the region '${region}' is wrong; expecting '${bucket.region}'`,
        400,
        {Region: bucket.region},
      )
    }

    return bucket
  }

  readonly operations: Record<string, Operation> = ofOwner({
    CreateBucket: (input: CreateBucketInput, {region}: CallContext) => this.create(input, region),
    DeleteBucket: ({Bucket: name}: {Bucket: string}, {region}: CallContext) => {
      const bucket = this.find(name, region)
      if (!bucket.objects.isEmpty()) {
        throw fault('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {BucketName: name})
      }

      this.buckets.delete(name)
      return {}
    },
    HeadBucket: ({Bucket: name}: {Bucket: string}, {region}: CallContext) => ({
      BucketRegion: this.find(name, region).region,
    }),
    ListBuckets: () => ({
      Buckets: [...this.buckets.values()].map(({name, createdAt}) => ({Name: name, CreationDate: createdAt})),
      Owner: {ID: 'lab'},
    }),
    GetBucketLocation: ({Bucket: name}: {Bucket: string}, {region}: CallContext) => {
      const bucket = this.find(name, region)
      return {LocationConstraint: bucket.region === 'us-east-1' ? undefined : bucket.region}
    },
    ListObjectsV2: (input, {region}) => listObjectsV2(this.find(input.Bucket, region), input),
    ListObjects: (input, {region}) => listObjects(this.find(input.Bucket, region), input),
    ListObjectVersions: (input, {region}) => listVersions(this.find(input.Bucket, region), input),
    ...objectOperations(this.find),
    ...multipartOperations(this.find),
    ...configurationOperations(this.find),
  })

  tagged(region: string): TaggedResource[] {
    return [...this.buckets.values()]
      .filter((bucket) => bucket.region === region)
      .map(({name, configuration}) => {
        const tagging = configuration.get('BucketTagging') as {TagSet?: TaggedResource['tags']} | undefined
        return {arn: `arn:aws:s3:::${name}`, tags: tagging?.TagSet ?? []}
      })
  }

  private create({Bucket: name, CreateBucketConfiguration: configuration}: CreateBucketInput, region: string) {
    if (!isBucketName(name)) {
      throw fault('InvalidBucketName', 'The specified bucket is not valid.', 400, {BucketName: name})
    }

    const wanted = configuration?.LocationConstraint ?? 'us-east-1'
    if (wanted !== region) {
      throw fault(
        'IllegalLocationConstraintException',
        `The ${wanted} location constraint is incompatible for the region specific endpoint this request was sent to.`,
      )
    }

    if (this.buckets.has(name)) {
      throw fault(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        409,
        {BucketName: name},
      )
    }

    const now = (): number => this.lab.now()
    this.buckets.set(name, {
      name,
      region,
      createdAt: new Date(now()),
      objects: new ObjectStore(now),
      configuration: new Map(),
    })
    return {Location: `/${name}`}
  }
}

/**
 * A call that names the account of its bucket, or of the one that it copies from, acts in no other. Source: "Verifying bucket
 * ownership with bucket owner condition", S3 user guide.
 */
const ofOwner = (operations: Record<string, Operation>): Record<string, Operation> =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      (input, context) => {
        const {ExpectedBucketOwner = ACCOUNT, ExpectedSourceBucketOwner = ACCOUNT} = input
        if (ExpectedBucketOwner !== ACCOUNT || ExpectedSourceBucketOwner !== ACCOUNT)
          throw fault('AccessDenied', 'Access Denied', 403)
        return operation(input, context)
      },
    ]),
  )

/** Source: "General purpose bucket naming rules", S3 user guide. */
const isBucketName = (name: string): boolean =>
  /^[\da-z][\d.a-z-]{1,61}[\da-z]$/.test(name) &&
  !name.includes('..') &&
  !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
  !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
  !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
