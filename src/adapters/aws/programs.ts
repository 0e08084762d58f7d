/** The program that the failover pipelines run, in a bucket of each region. */

import {createHash} from 'node:crypto'
import type {Region} from '../../model/deployment.js'
import {PROGRAM_KEY, pipelineBucket} from '../../model/pipeline.js'
import type {ProgramStore} from '../../ports/pipelines.js'
import type {CallOptions} from '../../ports/world.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'
import {sendChange} from './send-change.js'

/** Milliseconds for a few megabytes over a slow line. */
const UPLOAD_MS = 180_000

export class AwsPrograms implements ProgramStore {
  constructor(
    private readonly clients: Clients,
    private readonly app: string,
    private readonly account: string,
  ) {}

  async publish(region: Region, program: Uint8Array, options: CallOptions = {}): Promise<boolean> {
    const sha256 = createHash('sha256').update(program).digest('hex')
    const isThere = async (): Promise<boolean> => (await this.#digest(region, options)) === sha256
    if (await isThere()) return false
    const input = {...this.#object(region), Body: program, ContentType: 'application/zip', Metadata: {sha256}}
    const call = {...options, deadlineMs: UPLOAD_MS, requestMs: UPLOAD_MS}
    await sendChange(() => this.clients.call('s3', region, 'PutObject', input, call), isThere, options.signal)
    return true
  }

  /** As it was noted beside the object; undefined where there is none. */
  async #digest(region: Region, options: CallOptions): Promise<string | undefined> {
    try {
      return (await this.clients.call('s3', region, 'HeadObject', this.#object(region), options)).Metadata?.sha256
    } catch (error) {
      if (isFault(error, 'NotFound', 'NoSuchKey')) return undefined
      throw error
    }
  }

  #object(region: Region): {Bucket: string; Key: string} {
    return {Bucket: pipelineBucket(this.app, this.account, region), Key: PROGRAM_KEY}
  }
}
