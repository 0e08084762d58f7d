/** AWS::S3::Bucket and BucketPolicy. */

import {generatedName} from '../../cloudformation/names.js'
import {
  call,
  changedProperties,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {own} from '../../own.js'
import {request} from '../../cloudformation/shape.js'
import {tagList, TAGS} from '../../cloudformation/tags.js'

const attributes = (name: string, {region}: ResourceContext): Properties => ({
  Arn: `arn:aws:s3:::${name}`,
  DomainName: `${name}.s3.amazonaws.com`,
  DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
  RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
  WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
})

interface Part {
  operation: string
  input(value: Properties): object
  /** What is called where the template no longer has it. */
  gone: {operation: string; input?: object}
}

/** Parts of a bucket's configuration, each with its own operation. */
const PARTS: Record<string, Part> = {
  VersioningConfiguration: {
    operation: 'PutBucketVersioning',
    input: (VersioningConfiguration) => ({VersioningConfiguration}),
    // What was versioned once can only be suspended.
    gone: {operation: 'PutBucketVersioning', input: {VersioningConfiguration: {Status: 'Suspended'}}},
  },
  BucketEncryption: {
    operation: 'PutBucketEncryption',
    input: ({ServerSideEncryptionConfiguration}) => ({
      ServerSideEncryptionConfiguration: {
        Rules: ServerSideEncryptionConfiguration.map(
          ({ServerSideEncryptionByDefault, BucketKeyEnabled}: Properties) => ({
            ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
            BucketKeyEnabled,
          }),
        ),
      },
    }),
    gone: {operation: 'DeleteBucketEncryption'},
  },
  PublicAccessBlockConfiguration: {
    operation: 'PutPublicAccessBlock',
    input: (PublicAccessBlockConfiguration) => ({PublicAccessBlockConfiguration}),
    gone: {operation: 'DeletePublicAccessBlock'},
  },
  LoggingConfiguration: {
    operation: 'PutBucketLogging',
    input: ({DestinationBucketName, LogFilePrefix = ''}) => ({
      BucketLoggingStatus: {LoggingEnabled: {TargetBucket: DestinationBucketName, TargetPrefix: LogFilePrefix}},
    }),
    gone: {operation: 'PutBucketLogging', input: {BucketLoggingStatus: {}}},
  },
  Tags: {
    operation: 'PutBucketTagging',
    input: (tags) => ({Tagging: {TagSet: tagList(tags)}}),
    gone: {operation: 'DeleteBucketTagging'},
  },
}

/** Properties that change nothing that a caller of the lab's S3 could see: the lab has no owners, storage classes or clocks. */
const WITHOUT_EFFECT = new Set(['BucketName', 'OwnershipControls', 'AccessControl', 'LifecycleConfiguration'])

async function configure(
  Bucket: string,
  properties: Properties,
  names: string[],
  context: ResourceContext,
): Promise<void> {
  const {operations} = context.lab.service('s3')
  const unknown = names.filter((name) => !own(PARTS, name) && !WITHOUT_EFFECT.has(name))
  if (unknown.length > 0) throw new Error(`The lab does not support ${unknown.join(', ')} of AWS::S3::Bucket`)
  const calls = names.flatMap((name) => {
    const part = own(PARTS, name)
    if (!part) return []
    const value: Properties | undefined = properties[name]
    return value === undefined ? [part.gone] : [{operation: part.operation, input: part.input(value)}]
  })
  await Promise.all(
    calls
      .filter(({operation}) => Object.hasOwn(operations, operation))
      .map(({operation, input}) => request(context, 's3', operation, {Bucket, ...input})),
  )
}

export const bucket: ResourceProvider = {
  tags: TAGS,
  createOnly: ['BucketName', 'BucketNamePrefix', 'BucketNamespace', 'ObjectLockEnabled'],
  async create(properties, context) {
    const name =
      properties.BucketName ?? generatedName(context.stackName, context.logicalId, {max: 63, lowerCase: true})
    const where =
      context.region === 'us-east-1' ? {} : {CreateBucketConfiguration: {LocationConstraint: context.region}}
    await call(context, 's3', 'CreateBucket', {Bucket: name, ...where})
    context.allocated(name)
    await configure(name, properties, Object.keys(properties), context)
    return {physicalId: name, attributes: attributes(name, context)}
  },
  async update(physicalId, properties, previous, context) {
    await configure(physicalId, properties, changedProperties(previous, properties), context)
    return {physicalId}
  },
  async read(Bucket, _all, context) {
    const versioning = await unlessGone(call(context, 's3', 'GetBucketVersioning', {Bucket}))
    if (!versioning) return undefined
    const [encryption, access, logging, tags] = await Promise.all(
      ['GetBucketEncryption', 'GetPublicAccessBlock', 'GetBucketLogging', 'GetBucketTagging'].map((operation) =>
        unlessGone<Properties>(call(context, 's3', operation, {Bucket})),
      ),
    )
    const {TargetBucket, TargetPrefix} = logging?.LoggingEnabled ?? {}
    return {
      BucketName: Bucket,
      BucketEncryption: {
        ServerSideEncryptionConfiguration: encryption?.ServerSideEncryptionConfiguration.Rules.map(
          ({ApplyServerSideEncryptionByDefault, BucketKeyEnabled}: Properties) => ({
            ServerSideEncryptionByDefault: ApplyServerSideEncryptionByDefault,
            BucketKeyEnabled,
          }),
        ),
      },
      LoggingConfiguration: TargetBucket && {DestinationBucketName: TargetBucket, LogFilePrefix: TargetPrefix},
      PublicAccessBlockConfiguration: access?.PublicAccessBlockConfiguration,
      Tags: tags?.TagSet,
      VersioningConfiguration: versioning.Status && versioning,
    }
  },
  async delete(Bucket, _properties, context) {
    await unlessGone(call(context, 's3', 'DeleteBucket', {Bucket}))
  },
}

const putPolicy = ({Bucket, PolicyDocument}: Properties, context: ResourceContext): Promise<unknown> =>
  request(context, 's3', 'PutBucketPolicy', {Bucket, Policy: PolicyDocument})

export const bucketPolicy: ResourceProvider = {
  createOnly: ['Bucket'],
  async create(properties, context) {
    await putPolicy(properties, context)
    return {physicalId: properties.Bucket}
  },
  async update(physicalId, properties, _previous, context) {
    await putPolicy(properties, context)
    return {physicalId}
  },
  async read(Bucket, _all, context) {
    const found = await unlessGone(call(context, 's3', 'GetBucketPolicy', {Bucket}))
    return found && {Bucket, PolicyDocument: found.Policy}
  },
  async delete(Bucket, _properties, context) {
    await unlessGone(call(context, 's3', 'DeleteBucketPolicy', {Bucket}))
  },
}
