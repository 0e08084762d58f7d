import type {Need, ServiceApi} from '../../service.js'
import {checkDigests} from './digests.js'
import {invalid} from './invalid.js'

type Input = Record<string, unknown>

/** S3 has a permission of its own for what names a version. */
const versioned =
  (action: string) =>
  ({VersionId}: Input): string =>
    VersionId === undefined ? action : `${action}Version`

export const api: ServiceApi = {
  signingName: 's3',
  placement: 'regional',
  checkBody: checkDigests,
  invalid,
  client: {load: () => import('@aws-sdk/client-s3'), name: 'S3Client'},
  permissions: {
    actions: {
      CompleteMultipartUpload: 'PutObject',
      CreateMultipartUpload: 'PutObject',
      UploadPart: 'PutObject',
      DeleteBucketCors: 'PutBucketCORS',
      DeleteBucketEncryption: 'PutEncryptionConfiguration',
      DeleteBucketLifecycle: 'PutLifecycleConfiguration',
      DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
      DeleteBucketTagging: 'PutBucketTagging',
      DeleteObject: versioned('DeleteObject'),
      DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
      GetBucketCors: 'GetBucketCORS',
      GetBucketEncryption: 'GetEncryptionConfiguration',
      GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
      GetBucketNotificationConfiguration: 'GetBucketNotification',
      GetObject: versioned('GetObject'),
      GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
      HeadBucket: 'ListBucket',
      HeadObject: versioned('GetObject'),
      ListBuckets: 'ListAllMyBuckets',
      ListMultipartUploads: 'ListBucketMultipartUploads',
      ListObjects: 'ListBucket',
      ListObjectsV2: 'ListBucket',
      ListObjectVersions: 'ListBucketVersions',
      ListParts: 'ListMultipartUploadParts',
      PutBucketCors: 'PutBucketCORS',
      PutBucketEncryption: 'PutEncryptionConfiguration',
      PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
      PutBucketNotificationConfiguration: 'PutBucketNotification',
      PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
    },
    resources({input: {Bucket, Key}}) {
      if (typeof Bucket !== 'string') return []
      return [typeof Key === 'string' ? `arn:aws:s3:::${Bucket}/${Key}` : `arn:aws:s3:::${Bucket}`]
    },
    needs({operation, input}) {
      if (operation === 'DeleteObjects') return deletedObjects(input)
      return operation === 'CopyObject' ? copiedObject(input) : undefined
    },
    // Without ListBucket S3 keeps to itself that there is no such object (S3 API, GetObject).
    toBeTold: (code, {Bucket}) =>
      code === 'NoSuchKey' ? {action: 's3:ListBucket', resources: [`arn:aws:s3:::${String(Bucket)}`]} : undefined,
  },
  throttle: {code: 'SlowDown', message: 'Please reduce your request rate.', status: 503},
  failure: {code: 'InternalError', message: 'We encountered an internal error. Please try again.', status: 500},
}

/** The one call that wants a permission for each thing in its body. */
function deletedObjects(input: Input): Need[] {
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

/** Reads one object and writes another (S3 API, CopyObject). */
function copiedObject({Bucket, Key, CopySource}: Input): Need[] {
  const [source, version] = decodeURIComponent(String(CopySource)).replace(/^\//, '').split('?versionId=')
  return [
    {action: version === undefined ? 's3:GetObject' : 's3:GetObjectVersion', resources: [`arn:aws:s3:::${source}`]},
    {action: 's3:PutObject', resources: [`arn:aws:s3:::${String(Bucket)}/${String(Key)}`]},
  ]
}
