import type {Bucket} from './bucket.js'
import type {ObjectVersion} from './store.js'

interface ListInput {
  Bucket: string
  Prefix?: string
  Delimiter?: string
  MaxKeys?: number
  EncodingType?: 'url'
  ContinuationToken?: string
  StartAfter?: string
  Marker?: string
  KeyMarker?: string
  VersionIdMarker?: string
}

const MAX_KEYS = 1000

interface Listed {
  objects: ObjectVersion[]
  prefixes: string[]
  /** The last key or prefix of this page, where another follows. */
  last: string | undefined
}

/** Keys below `Prefix` and after `after`; those that hold the delimiter are folded into common prefixes. */
function walk(bucket: Bucket, {Prefix = '', Delimiter = '', MaxKeys = MAX_KEYS}: ListInput, after: string): Listed {
  const objects: ObjectVersion[] = []
  const prefixes: string[] = []
  let last = ''
  for (const object of bucket.objects.list()) {
    if (!object.key.startsWith(Prefix)) continue
    const cut = Delimiter === '' ? -1 : object.key.indexOf(Delimiter, Prefix.length)
    const name = cut === -1 ? object.key : object.key.slice(0, cut + Delimiter.length)
    if (name <= after || name === prefixes.at(-1)) continue
    if (objects.length + prefixes.length >= Math.min(MaxKeys, MAX_KEYS)) return {objects, prefixes, last}
    if (cut === -1) objects.push(object)
    else prefixes.push(name)
    last = name
  }

  return {objects, prefixes, last: undefined}
}

function common(bucket: Bucket, input: ListInput, {objects, prefixes, last}: Listed) {
  const write = input.EncodingType === 'url' ? encodeKey : (key: string) => key
  return {
    Name: bucket.name,
    Prefix: write(input.Prefix ?? ''),
    Delimiter: input.Delimiter,
    MaxKeys: Math.min(input.MaxKeys ?? MAX_KEYS, MAX_KEYS),
    EncodingType: input.EncodingType,
    IsTruncated: last !== undefined,
    Contents: objects.map(({key, etag, body, modifiedAt}) => ({
      Key: write(key),
      ETag: etag,
      Size: body.length,
      LastModified: modifiedAt,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: prefixes.map((prefix) => ({Prefix: write(prefix)})),
  }
}

export function listObjectsV2(bucket: Bucket, input: ListInput) {
  const after = input.ContinuationToken
    ? Buffer.from(input.ContinuationToken, 'base64url').toString()
    : input.StartAfter
  const listed = walk(bucket, input, after ?? '')
  return {
    ...common(bucket, input, listed),
    KeyCount: listed.objects.length + listed.prefixes.length,
    StartAfter: input.StartAfter,
    ContinuationToken: input.ContinuationToken,
    NextContinuationToken: listed.last === undefined ? undefined : Buffer.from(listed.last).toString('base64url'),
  }
}

export function listObjects(bucket: Bucket, input: ListInput) {
  const listed = walk(bucket, input, input.Marker ?? '')
  return {...common(bucket, input, listed), Marker: input.Marker ?? '', NextMarker: listed.last}
}

/** The next page begins after the pair of KeyMarker and VersionIdMarker. */
export function listVersions(bucket: Bucket, input: ListInput) {
  const {Prefix = '', MaxKeys = MAX_KEYS, KeyMarker = '', VersionIdMarker} = input
  const write = input.EncodingType === 'url' ? encodeKey : (key: string) => key
  const below = bucket.objects.listVersions().filter(({version}) => version.key.startsWith(Prefix))
  const marked = below.findIndex(({version}) => version.key === KeyMarker && version.versionId === VersionIdMarker)
  const rest = marked === -1 ? below.filter(({version}) => version.key > KeyMarker) : below.slice(marked + 1)
  const items = rest.slice(0, Math.min(MaxKeys, MAX_KEYS))
  const last = items.length < rest.length ? items.at(-1)?.version : undefined
  const entry = ({version, isLatest}: (typeof items)[number]) => ({
    Key: write(version.key),
    VersionId: version.versionId,
    IsLatest: isLatest,
    LastModified: version.modifiedAt,
  })
  return {
    Name: bucket.name,
    Prefix: write(Prefix),
    MaxKeys,
    EncodingType: input.EncodingType,
    IsTruncated: last !== undefined,
    NextKeyMarker: last && write(last.key),
    NextVersionIdMarker: last?.versionId,
    Versions: items
      .filter(({version}) => !version.isDeleteMarker)
      .map((item) => ({
        ...entry(item),
        ETag: item.version.etag,
        Size: item.version.body.length,
        StorageClass: 'STANDARD',
      })),
    DeleteMarkers: items.filter(({version}) => version.isDeleteMarker).map((item) => entry(item)),
  }
}

/** The form encoding of `encoding-type=url`, which leaves slashes. */
const encodeKey = (key: string): string => encodeURIComponent(key).replaceAll('%2F', '/')
