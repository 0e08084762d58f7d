/** Uploads in parts, as clients send large files. Source of the rules: "Multipart upload overview", S3 user guide. */

import {createHash, randomBytes} from 'node:crypto'
import {fault, type Operation} from '../../kernel.js'
import type {FindBucket} from './bucket.js'
import {isVersioned} from './objects.js'
import {etagOf, type NewObject} from './store.js'

interface Upload {
  bucket: string
  key: string
  started: Date
  object: Omit<NewObject, 'body'>
  parts: Map<number, {etag: string; body: Buffer}>
}

interface UploadInput {
  Bucket: string
  Key: string
  UploadId: string
}

interface StartInput {
  Bucket: string
  Key: string
  ContentType?: string
  ContentEncoding?: string
  CacheControl?: string
  Metadata?: Record<string, string>
}

/** Every part but the last has at least so many bytes. */
const SMALLEST_PART = 5 * 1024 * 1024

export function multipartOperations(find: FindBucket): Record<string, Operation> {
  const uploads = new Map<string, Upload>()

  const uploadOf = ({Bucket, Key, UploadId}: UploadInput): Upload => {
    const upload = uploads.get(UploadId)
    if (upload?.bucket === Bucket && upload.key === Key) return upload
    throw fault(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      404,
      {UploadId},
    )
  }

  return {
    CreateMultipartUpload(input: StartInput, {region}) {
      const {Bucket, Key, ContentType, ContentEncoding, CacheControl, Metadata = {}} = input
      find(Bucket, region)
      const UploadId = randomBytes(48).toString('base64url')
      const object = {
        contentType: ContentType,
        contentEncoding: ContentEncoding,
        cacheControl: CacheControl,
        metadata: Metadata,
      }
      uploads.set(UploadId, {bucket: Bucket, key: Key, started: new Date(), object, parts: new Map()})
      return {Bucket, Key, UploadId}
    },
    UploadPart(input: UploadInput & {PartNumber: number; Body?: Uint8Array}, {region}) {
      find(input.Bucket, region)
      const {PartNumber} = input
      if (PartNumber < 1 || PartNumber > 10_000)
        throw fault('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive')
      const body = Buffer.from(input.Body ?? [])
      const etag = etagOf(body)
      uploadOf(input).parts.set(PartNumber, {etag, body})
      return {ETag: etag}
    },
    ListParts(input: UploadInput, {region}) {
      find(input.Bucket, region)
      const parts = [...uploadOf(input).parts].sort(([left], [right]) => left - right)
      const {Bucket, Key, UploadId} = input
      const Parts = parts.map(([PartNumber, {etag, body}]) => ({PartNumber, ETag: etag, Size: body.length}))
      return {Bucket, Key, UploadId, IsTruncated: false, Parts}
    },
    ListMultipartUploads({Bucket}: {Bucket: string}, {region}) {
      find(Bucket, region)
      const open = [...uploads].filter(([, {bucket}]) => bucket === Bucket)
      const Uploads = open.map(([UploadId, {key, started}]) => ({UploadId, Key: key, Initiated: started}))
      return {Bucket, IsTruncated: false, Uploads}
    },
    CompleteMultipartUpload(
      input: UploadInput & {MultipartUpload?: {Parts?: {PartNumber: number; ETag: string}[]}},
      {region},
    ) {
      const bucket = find(input.Bucket, region)
      const {object, parts} = uploadOf(input)
      const bodies = chosenParts(parts, input.MultipartUpload?.Parts ?? [])
      const body = Buffer.concat(bodies)
      const stored = bucket.objects.put(input.Key, {...object, body}, isVersioned(bucket), etagOfParts(bodies))
      uploads.delete(input.UploadId)
      return {
        Bucket: bucket.name,
        Key: input.Key,
        ETag: stored.etag,
        Location: `/${bucket.name}/${input.Key}`,
        ...(isVersioned(bucket) ? {VersionId: stored.versionId} : {}),
      }
    },
    AbortMultipartUpload(input: UploadInput, {region}) {
      find(input.Bucket, region)
      uploadOf(input)
      uploads.delete(input.UploadId)
      return {}
    },
  }
}

/** The bytes of the parts that a client names. Throws where they are none, out of order, others than came, or too small. */
function chosenParts(parts: Upload['parts'], named: readonly {PartNumber: number; ETag: string}[]): Buffer[] {
  if (named.length === 0)
    throw fault(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    )
  if (named.some(({PartNumber}, index) => index > 0 && PartNumber <= named[index - 1]!.PartNumber))
    throw fault(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    )
  const bodies = named.map(({PartNumber, ETag}) => {
    const part = parts.get(PartNumber)
    if (part && part.etag.replaceAll('"', '') === ETag.replaceAll('"', '')) return part.body
    throw fault(
      'InvalidPart',
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    )
  })
  if (bodies.slice(0, -1).some(({length}) => length < SMALLEST_PART))
    throw fault('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
  return bodies
}

/** The digest of the parts' digests, and their number. */
function etagOfParts(bodies: readonly Buffer[]): string {
  const digests = bodies.map((body) => createHash('md5').update(body).digest())
  return `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${bodies.length}"`
}
