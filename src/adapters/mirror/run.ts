/** A run on this disk whose every line goes out to the regions as well. */

import {createHash} from 'node:crypto'
import {createReadStream} from 'node:fs'
import {join} from 'node:path'
import {pipeline} from 'node:stream/promises'
import type {AppendOptions, Run, RunDocument, RunLog, RunMirror} from '../../ports/runs.js'
import {MirrorSender} from './sender.js'

export class MirroredRun implements Run {
  readonly id: string
  readonly folder: string
  readonly #run: Run
  readonly #sender: MirrorSender

  constructor(run: Run, mirror: RunMirror) {
    this.id = run.id
    this.folder = run.folder
    this.#run = run
    this.#sender = new MirrorSender(mirror, run.id)
  }

  read(file: RunLog): Promise<unknown[]> {
    return this.#run.read(file)
  }

  readJson(file: RunDocument): Promise<unknown> {
    return this.#run.readJson(file)
  }

  async append(file: RunLog, line: object, options: AppendOptions = {}): Promise<void> {
    const written = this.#run.append(file, line, options)
    // A copy is the whole journal, as the disk has it when the copy is sent.
    if (file === 'journal.ndjson')
      this.#sender.put(file, async () => (await this.#run.read(file)).map((one) => text(one)).join(''))
    await written
    if (options.mirrored) await this.#sender.moment()
  }

  async writeJson(file: RunDocument, value: object): Promise<void> {
    const written = this.#run.writeJson(file, value)
    this.#sender.put(file, async () => text(value))
    await written
  }

  /** The digest of the ledger goes out last: who has the ledger can show that it is the one that was judged. */
  async close(): Promise<void> {
    const digest = this.#sender.used ? await digestOf(join(this.folder, 'ledger.ndjson')) : undefined
    if (digest !== undefined) this.#sender.put('ledger.sha256', async () => `${digest}\n`)
    await this.#sender.close()
  }
}

const text = (value: unknown): string => `${JSON.stringify(value)}\n`

/** Undefined where there is no such file: only a measured run has a ledger. */
async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch {
    return undefined
  }

  return hash.digest('hex')
}
