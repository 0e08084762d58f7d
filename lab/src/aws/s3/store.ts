import {createHash, randomBytes} from 'node:crypto'

export interface ObjectVersion {
  key: string
  /** `null` where the bucket was not versioned when it was written. */
  versionId: string
  body: Buffer
  etag: string
  modifiedAt: Date
  isDeleteMarker: boolean
  contentType: string | undefined
  contentEncoding: string | undefined
  cacheControl: string | undefined
  metadata: Record<string, string>
}

export type NewObject = Pick<ObjectVersion, 'body' | 'contentType' | 'contentEncoding' | 'cacheControl' | 'metadata'>

export const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`

/** The objects of one bucket, the newest version first. */
export class ObjectStore {
  private readonly keys = new Map<string, ObjectVersion[]>()

  constructor(private readonly now: () => number) {}

  isEmpty(): boolean {
    return this.keys.size === 0
  }

  /** Undefined where there is none, or a delete marker hides it. */
  current(key: string): ObjectVersion | undefined {
    const newest = this.keys.get(key)?.[0]
    return newest?.isDeleteMarker ? undefined : newest
  }

  version(key: string, versionId: string): ObjectVersion | undefined {
    return this.keys.get(key)?.find((version) => version.versionId === versionId)
  }

  put(key: string, object: NewObject, versioned: boolean, etag = etagOf(object.body)): ObjectVersion {
    return this.add({
      ...object,
      key,
      etag,
      versionId: newId(versioned),
      modifiedAt: new Date(this.now()),
      isDeleteMarker: false,
    })
  }

  /**
   * What a delete without a version id leaves. Never versioned: nothing. Versioned: a marker. Suspended: a marker in the place of
   * the version `null`, and all other versions ("Working with objects in a versioning-suspended bucket", S3 user guide).
   */
  hide(key: string, versioning: string | undefined): ObjectVersion | undefined {
    if (versioning === undefined) {
      this.keys.delete(key)
      return undefined
    }

    const nothing = {
      body: Buffer.alloc(0),
      etag: '',
      contentType: undefined,
      contentEncoding: undefined,
      cacheControl: undefined,
    }
    return this.add({
      ...nothing,
      key,
      metadata: {},
      versionId: newId(versioning === 'Enabled'),
      modifiedAt: new Date(this.now()),
      isDeleteMarker: true,
    })
  }

  remove(key: string, versionId: string): void {
    const rest = (this.keys.get(key) ?? []).filter((version) => version.versionId !== versionId)
    if (rest.length > 0) this.keys.set(key, rest)
    else this.keys.delete(key)
  }

  /** The current objects, by key in the order of UTF-8 bytes. */
  list(): ObjectVersion[] {
    return this.sortedKeys().flatMap((key) => this.current(key) ?? [])
  }

  listVersions(): {version: ObjectVersion; isLatest: boolean}[] {
    return this.sortedKeys().flatMap((key) =>
      (this.keys.get(key) ?? []).map((version, index) => ({version, isLatest: index === 0})),
    )
  }

  private add(version: ObjectVersion): ObjectVersion {
    const older = (this.keys.get(version.key) ?? []).filter(({versionId}) => versionId !== version.versionId)
    this.keys.set(version.key, [version, ...older])
    return version
  }

  private sortedKeys(): string[] {
    return [...this.keys.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  }
}

const newId = (versioned: boolean): string => (versioned ? randomBytes(24).toString('base64url') : 'null')
