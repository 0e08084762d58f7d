/**
 * Copies of runs in the lease bucket of each region, below the name of the deployment's global cluster: a bucket that an
 * earlier deployment left behind holds none of ours.
 */

import type {Deployment, Region} from '../../model/deployment.js'
import type {MirroredFile, RunMirror} from '../../ports/runs.js'
import type {CallOptions} from '../../ports/world.js'
import {isFault} from './errors.js'
import type {Clients} from './clients.js'

/** Milliseconds for one call; S3 answers well within this. */
const ANSWER_MS = 2000
/**
 * Milliseconds in which a copy is read. Longer, as its region has just answered: a machine or a line that is slow is no reason to miss an
 * unfinished run.
 */
const READ_MS = 10_000

export class AwsRunMirror implements RunMirror {
  readonly regions: readonly Region[]
  readonly #clients: Clients
  readonly #buckets: ReadonlyMap<Region, string>
  readonly #prefix: string

  constructor(clients: Clients, {regions, globalClusterId}: Deployment) {
    this.#clients = clients
    this.#buckets = new Map(regions.map(({region, leaseBucket}) => [region, leaseBucket]))
    this.#prefix = `runs/${globalClusterId}/`
    this.regions = [...this.#buckets.keys()]
  }

  async put(region: Region, runId: string, file: MirroredFile, text: string, options?: CallOptions): Promise<void> {
    const ContentType = file.endsWith('.json') ? 'application/json' : 'text/plain'
    const object = {...this.#object(region, runId, file), Body: text, ContentType}
    await this.#clients.call('s3', region, 'PutObject', object, {...options, deadlineMs: ANSWER_MS})
  }

  async get(region: Region, runId: string, file: MirroredFile, options?: CallOptions): Promise<string | undefined> {
    const call = {...options, deadlineMs: READ_MS}
    try {
      return await this.#clients.call('s3', region, 'GetObject', this.#object(region, runId, file), call, (answer) =>
        answer.Body!.transformToString(),
      )
    } catch (error) {
      if (isFault(error, 'NoSuchKey')) return undefined
      throw error
    }
  }

  async list(region: Region, since: number, options?: CallOptions): Promise<string[]> {
    const ids: string[] = []
    // Ids of runs begin with their time.
    const StartAfter = this.#prefix + new Date(since).toISOString().replaceAll(/[-:.]/g, '')
    const within = {Bucket: this.#buckets.get(region)!, Prefix: this.#prefix, Delimiter: '/', StartAfter}
    for (let ContinuationToken: string | undefined; ;) {
      const {CommonPrefixes, NextContinuationToken} = await this.#clients.call(
        's3',
        region,
        'ListObjectsV2',
        {...within, ContinuationToken},
        {...options, deadlineMs: ANSWER_MS},
      )
      for (const {Prefix} of CommonPrefixes ?? []) ids.push(Prefix!.slice(this.#prefix.length, -1))
      if (NextContinuationToken === undefined) return ids
      ContinuationToken = NextContinuationToken
    }
  }

  #object(region: Region, runId: string, file: MirroredFile): {Bucket: string; Key: string} {
    return {Bucket: this.#buckets.get(region)!, Key: `${this.#prefix}${runId}/${file}`}
  }
}
