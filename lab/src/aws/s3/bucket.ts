import type {ObjectStore} from './store.js'

export interface Bucket {
  name: string
  region: string
  createdAt: Date
  objects: ObjectStore
  /** By the name of the configuration, such as `Versioning`. */
  configuration: Map<string, unknown>
}

/** Throws NoSuchBucket, or AuthorizationHeaderMalformed where the bucket is in another region. */
export type FindBucket = (name: string, region: string) => Bucket
