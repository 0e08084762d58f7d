/** The program that the pipelines run, in a bucket of each. */

import {createHash} from 'node:crypto'
import type {Region} from '../../model/deployment.js'
import {PROGRAM_KEY} from '../../model/pipeline.js'
import type {ProgramStore} from '../../ports/pipelines.js'
import type {CallOptions} from '../../ports/world.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'
import {sendChange} from './send-change.js'

/** Milliseconds for a few megabytes over a slow line. */
const UPLOAD_MS = 180_000

export class AwsPrograms implements ProgramStore {
  constructor(private readonly clients: Clients) {}

  async publish(region: Region, bucket: string, program: Uint8Array, options: CallOptions = {}): Promise<boolean> {
    const sha256 = createHash('sha256').update(program).digest('hex')
    const object = {Bucket: bucket, Key: PROGRAM_KEY}
    const isThere = async (): Promise<boolean> => (await this.#digest(region, object, options)) === sha256
    if (await isThere()) return false
    const input = {...object, Body: program, ContentType: 'application/zip', Metadata: {sha256}}
    const call = {...options, deadlineMs: UPLOAD_MS, requestMs: UPLOAD_MS}
    await sendChange(() => this.clients.call('s3', region, 'PutObject', input, call), isThere, options.signal)
    return true
  }

  /** As it was noted beside the object; undefined where there is none. */
  async #digest(
    region: Region,
    object: {Bucket: string; Key: string},
    options: CallOptions,
  ): Promise<string | undefined> {
    try {
      return (await this.clients.call('s3', region, 'HeadObject', object, options)).Metadata?.sha256
    } catch (error) {
      if (isFault(error, 'NotFound', 'NoSuchKey')) return undefined
      throw error
    }
  }
}
