/** What IAM wants allowed for a call. Source: the Service Authorization Reference. */

import {ACCOUNT} from '../kernel.js'
import {namedResources, type Lookup} from './resources.js'

export interface WireCall {
  service: string
  operation: string
  input: Record<string, unknown>
  region: string
  method: string
  /** Of the URL, without the query. */
  path: string
}

export interface Need {
  action: string
  resources: string[]
}

/** Services whose permissions are not named after the signing name. */
const PREFIX: Record<string, string> = {monitoring: 'cloudwatch', tagging: 'tag'}

/** Operations whose permission has another name. */
const ACTIONS: Record<string, Record<string, string>> = {
  lambda: {Invoke: 'InvokeFunction'},
  cloudfront: {CreateDistributionWithTags: 'CreateDistribution'},
  s3: {
    CompleteMultipartUpload: 'PutObject',
    CreateMultipartUpload: 'PutObject',
    UploadPart: 'PutObject',
    DeleteBucketEncryption: 'PutEncryptionConfiguration',
    DeleteBucketLifecycle: 'PutLifecycleConfiguration',
    DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
    DeleteBucketTagging: 'PutBucketTagging',
    DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
    DeleteBucketCors: 'PutBucketCORS',
    GetBucketCors: 'GetBucketCORS',
    GetBucketEncryption: 'GetEncryptionConfiguration',
    GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
    GetBucketNotificationConfiguration: 'GetBucketNotification',
    GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
    HeadBucket: 'ListBucket',
    HeadObject: 'GetObject',
    ListBuckets: 'ListAllMyBuckets',
    ListObjects: 'ListBucket',
    ListObjectsV2: 'ListBucket',
    ListObjectVersions: 'ListBucketVersions',
    PutBucketCors: 'PutBucketCORS',
    PutBucketEncryption: 'PutEncryptionConfiguration',
    PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
    PutBucketNotificationConfiguration: 'PutBucketNotification',
    PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  },
}

/** S3 has a permission of its own for what names a version. */
const VERSIONED = new Set(['DeleteObject', 'GetObject'])

/** Nothing for what AWS lets everybody do. */
export async function needsOf(call: WireCall, lookup: Lookup): Promise<Need[]> {
  const {service, operation, input, method, region, path} = call
  if (service === 'sts' && operation === 'GetCallerIdentity') return []
  if (service === 'apigateway')
    return [{action: `apigateway:${method}`, resources: [`arn:aws:apigateway:${region}::${decodeURIComponent(path)}`]}]
  if (service === 's3' && operation === 'DeleteObjects') return deletedObjects(input)
  const action = `${PREFIX[service] ?? service}:${actionName(service, operation, input)}`
  const resources = await namedResources(call, lookup)
  const tagged = service === 'cloudfront' && operation === 'CreateDistributionWithTags'
  return [{action, resources}, ...(tagged ? [{action: 'cloudfront:TagResource', resources}] : [])]
}

function actionName(service: string, operation: string, input: Record<string, unknown>): string {
  const name = ACTIONS[service]?.[operation] ?? operation
  return service === 's3' && VERSIONED.has(name) && input.VersionId !== undefined ? `${name}Version` : name
}

/** The one call that wants a permission for each thing in its body. */
function deletedObjects(input: Record<string, unknown>): Need[] {
  const {Objects = []} = (input.Delete ?? {}) as {Objects?: {Key?: string; VersionId?: string}[]}
  const arnOf = (key = ''): string => `arn:aws:s3:::${String(input.Bucket)}/${key}`
  const of = (versioned: boolean): string[] =>
    Objects.filter(({VersionId}) => (VersionId !== undefined) === versioned).map(({Key}) => arnOf(Key))
  const needs = [
    {action: 's3:DeleteObject', resources: of(false)},
    {action: 's3:DeleteObjectVersion', resources: of(true)},
  ]
  return needs.filter(({resources}) => resources.length > 0)
}

export const userArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`
