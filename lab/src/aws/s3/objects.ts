import {fault, ServiceFault, type Operation} from '../../kernel.js'
import type {Bucket, FindBucket} from './bucket.js'
import type {ObjectVersion} from './store.js'

interface ObjectInput {
  Bucket: string
  Key: string
  VersionId?: string
  IfMatch?: string
  IfNoneMatch?: string
}

interface PutInput extends ObjectInput {
  Body?: Uint8Array
  ContentType?: string
  ContentEncoding?: string
  CacheControl?: string
  Metadata?: Record<string, string>
}

interface CopyInput extends PutInput {
  CopySource: string
  MetadataDirective?: 'COPY' | 'REPLACE'
}

const versioningOf = ({configuration}: Bucket): string | undefined =>
  (configuration.get('Versioning') as {Status?: string} | undefined)?.Status

export const isVersioned = (bucket: Bucket): boolean => versioningOf(bucket) === 'Enabled'

export function objectOperations(find: FindBucket): Record<string, Operation> {
  return {
    PutObject(input: PutInput, {region}) {
      const bucket = find(input.Bucket, region)
      checkWrite(bucket, input)
      const version = bucket.objects.put(
        input.Key,
        {
          body: Buffer.from(input.Body ?? []),
          contentType: input.ContentType,
          contentEncoding: input.ContentEncoding,
          cacheControl: input.CacheControl,
          metadata: input.Metadata ?? {},
        },
        isVersioned(bucket),
      )
      return {ETag: version.etag, ...versionIdOf(bucket, version)}
    },
    GetObject(input: ObjectInput & {Range?: string}, {region}) {
      const bucket = find(input.Bucket, region)
      const version = readable(bucket, input)
      const {body, range} = cut(version.body, input.Range)
      return {...headersOf(bucket, version), Body: body, ContentLength: body.length, ContentRange: range}
    },
    HeadObject(input: ObjectInput, {region}) {
      const bucket = find(input.Bucket, region)
      return headersOf(bucket, readable(bucket, input))
    },
    DeleteObject: (input: ObjectInput, {region}) => deleteOne(find(input.Bucket, region), input),
    DeleteObjects(
      input: {Bucket: string; Delete: {Objects: {Key: string; VersionId?: string; ETag?: string}[]; Quiet?: boolean}},
      {region},
    ) {
      const bucket = find(input.Bucket, region)
      const Deleted = []
      const Errors = []
      for (const {Key, VersionId, ETag} of input.Delete.Objects) {
        try {
          const one = {Bucket: input.Bucket, Key, VersionId, IfMatch: ETag}
          const {DeleteMarker, VersionId: marker} = deleteOne(bucket, one)
          Deleted.push({Key, VersionId, DeleteMarker, DeleteMarkerVersionId: DeleteMarker ? marker : undefined})
        } catch (error) {
          if (!(error instanceof ServiceFault)) throw error
          Errors.push({Key, VersionId, Code: error.code, Message: error.message})
        }
      }

      return {Errors, ...(input.Delete.Quiet ? {} : {Deleted})}
    },
    CopyObject(input: CopyInput, {region}) {
      const [source = '', query = ''] = input.CopySource.replace(/^\//, '').split('?')
      const slash = source.indexOf('/')
      const from = find(decodeURIComponent(source.slice(0, slash)), region)
      const key = decodeURIComponent(source.slice(slash + 1))
      const original = readable(from, {
        Bucket: from.name,
        Key: key,
        VersionId: new URLSearchParams(query).get('versionId') ?? undefined,
      })
      const bucket = find(input.Bucket, region)
      const headers =
        input.MetadataDirective === 'REPLACE' ? {metadata: input.Metadata ?? {}, contentType: input.ContentType} : {}
      const copy = bucket.objects.put(input.Key, {...original, ...headers}, isVersioned(bucket))
      return {CopyObjectResult: {ETag: copy.etag, LastModified: copy.modifiedAt}, ...versionIdOf(bucket, copy)}
    },
  }
}

/**
 * Compare and swap. `If-None-Match: *` writes only where nothing is, `If-Match` only over that ETag: 412
 * PreconditionFailed, or 404 NoSuchKey where there is nothing to match. Source: "How to prevent object overwrites with
 * conditional writes", S3 user guide.
 */
function checkWrite(bucket: Bucket, {Key, IfMatch, IfNoneMatch}: ObjectInput): void {
  const present = bucket.objects.current(Key)
  if (IfNoneMatch !== undefined && IfNoneMatch !== '*') {
    throw notImplemented()
  }

  if (IfNoneMatch === '*' && present) throw preconditionFailed('If-None-Match')
  if (IfMatch === undefined) return
  if (!present) throw noSuchKey(Key)
  if (!matches(IfMatch, present)) throw preconditionFailed('If-Match')
}

function readable(bucket: Bucket, {Key, VersionId, IfMatch, IfNoneMatch}: ObjectInput): ObjectVersion {
  const version = VersionId === undefined ? bucket.objects.current(Key) : bucket.objects.version(Key, VersionId)
  if (!version)
    throw VersionId === undefined
      ? noSuchKey(Key)
      : fault('NoSuchVersion', 'The specified version does not exist.', 404)
  if (version.isDeleteMarker) {
    throw fault('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405)
  }

  if (IfMatch !== undefined && !matches(IfMatch, version)) throw preconditionFailed('If-Match')
  if (IfNoneMatch !== undefined && matches(IfNoneMatch, version)) throw fault('NotModified', 'Not Modified', 304)
  return version
}

/** Clients write ETags with and without their quotes. */
const matches = (wanted: string, {etag}: ObjectVersion): boolean =>
  wanted === '*' || wanted.replaceAll('"', '') === etag.replaceAll('"', '')

interface DeleteInput extends ObjectInput {
  IfMatchLastModifiedTime?: Date
  IfMatchSize?: number
}

function deleteOne(bucket: Bucket, input: DeleteInput): {DeleteMarker?: boolean; VersionId?: string} {
  const {Key, VersionId, IfMatch, IfMatchLastModifiedTime, IfMatchSize} = input
  // Conditions of directory buckets alone (DeleteObject, S3 API reference).
  if (IfMatchLastModifiedTime !== undefined || IfMatchSize !== undefined) throw notImplemented()
  const present = bucket.objects.current(Key)
  if (IfMatch !== undefined && present && !matches(IfMatch, present)) throw preconditionFailed('If-Match')
  if (VersionId !== undefined) {
    const {isDeleteMarker} = bucket.objects.version(Key, VersionId) ?? {}
    bucket.objects.remove(Key, VersionId)
    return {VersionId, ...(isDeleteMarker && {DeleteMarker: true})}
  }

  const marker = bucket.objects.hide(Key, versioningOf(bucket))
  return marker ? {DeleteMarker: true, VersionId: marker.versionId} : {}
}

const headersOf = (bucket: Bucket, version: ObjectVersion) => ({
  ETag: version.etag,
  ContentLength: version.body.length,
  ContentType: version.contentType ?? 'binary/octet-stream',
  ContentEncoding: version.contentEncoding,
  CacheControl: version.cacheControl,
  LastModified: version.modifiedAt,
  Metadata: version.metadata,
  AcceptRanges: 'bytes',
  ...versionIdOf(bucket, version),
})

const versionIdOf = (bucket: Bucket, {versionId}: ObjectVersion): {VersionId?: string} =>
  isVersioned(bucket) ? {VersionId: versionId} : {}

/** One range, `bytes=A-B`, `bytes=A-` or `bytes=-N`; the last byte is included. */
function cut(body: Buffer, range: string | undefined): {body: Buffer; range?: string} {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? []
  if (first === '' && last === '') return {body}
  const start = first === '' ? Math.max(body.length - Number(last), 0) : Number(first)
  const end = first === '' || last === '' ? body.length - 1 : Math.min(Number(last), body.length - 1)
  if (start > end) throw fault('InvalidRange', 'The requested range is not satisfiable', 416)
  return {body: body.subarray(start, end + 1), range: `bytes ${start}-${end}/${body.length}`}
}

const notImplemented = (): Error =>
  fault('NotImplemented', 'A header you provided implies functionality that is not implemented', 501)

const noSuchKey = (key: string): Error => fault('NoSuchKey', 'The specified key does not exist.', 404, {Key: key})

const preconditionFailed = (condition: string): Error =>
  fault('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  })
