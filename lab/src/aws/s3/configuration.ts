import {fault, type Operation} from '../../kernel.js'
import type {FindBucket} from './bucket.js'

export interface Configured {
  configuration: Map<string, unknown>
}

interface Entry {
  /** The member of the Put operation's input; undefined where it has no body of one member. */
  input: string
  /** The member of the Get operation's output; undefined where the input's members are the output's. */
  output: string | undefined
  /** What Get answers before any Put: an error code (404), or a default. */
  missing: string | object
}

/** What is recorded of a bucket, and read back. Only Versioning has an effect in the lab. */
const ENTRIES: Record<string, Entry> = {
  BucketVersioning: {input: 'VersioningConfiguration', output: undefined, missing: {}},
  BucketEncryption: {
    input: 'ServerSideEncryptionConfiguration',
    output: 'ServerSideEncryptionConfiguration',
    missing: {Rules: [{ApplyServerSideEncryptionByDefault: {SSEAlgorithm: 'AES256'}, BucketKeyEnabled: false}]},
  },
  BucketPolicy: {input: 'Policy', output: 'Policy', missing: 'NoSuchBucketPolicy'},
  BucketTagging: {input: 'Tagging', output: undefined, missing: 'NoSuchTagSet'},
  BucketLifecycleConfiguration: {
    input: 'LifecycleConfiguration',
    output: undefined,
    missing: 'NoSuchLifecycleConfiguration',
  },
  BucketCors: {input: 'CORSConfiguration', output: undefined, missing: 'NoSuchCORSConfiguration'},
  BucketOwnershipControls: {
    input: 'OwnershipControls',
    output: 'OwnershipControls',
    missing: {Rules: [{ObjectOwnership: 'BucketOwnerEnforced'}]},
  },
  BucketLogging: {input: 'BucketLoggingStatus', output: undefined, missing: {}},
  BucketNotificationConfiguration: {input: 'NotificationConfiguration', output: undefined, missing: {}},
  PublicAccessBlock: {
    input: 'PublicAccessBlockConfiguration',
    output: 'PublicAccessBlockConfiguration',
    missing: {BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true},
  },
}

/** The one whose delete operation is not named after its Get and Put. */
const DELETE_NAMES: Record<string, string> = {BucketLifecycleConfiguration: 'DeleteBucketLifecycle'}

export function configurationOperations(find: FindBucket): Record<string, Operation> {
  const operations: Record<string, Operation> = {}
  for (const [name, {input: member, output, missing}] of Object.entries(ENTRIES)) {
    const key = name === 'BucketVersioning' ? 'Versioning' : name
    operations[`Put${name}`] = (input, {region}) => {
      find(input.Bucket, region).configuration.set(key, input[member])
      return {}
    }

    operations[`Get${name}`] = (input, {region}) => {
      const value = find(input.Bucket, region).configuration.get(key) ?? missing
      if (value === missing && typeof missing === 'string') {
        throw fault(missing, `The bucket has no ${name.replace(/^Bucket/, '')} set`, 404, {BucketName: input.Bucket})
      }

      return output === undefined ? value : {[output]: value}
    }

    operations[DELETE_NAMES[name] ?? `Delete${name}`] = (input, {region}) => {
      find(input.Bucket, region).configuration.delete(key)
      return {}
    }
  }

  return operations
}
