/** A run on this disk whose every line goes out to the regions as well. */

import {createHash} from 'node:crypto'
import {createReadStream} from 'node:fs'
import {join} from 'node:path'
import {pipeline} from 'node:stream/promises'
import type {AppendOptions, Run, RunDocument, RunLog, RunMirror} from '../../ports/runs.js'
import type {Emit} from '../../messages.js'
import type {Clock} from '../../ports/world.js'
import {MirrorSender} from './sender.js'

export class MirroredRun implements Run {
  readonly id: string
  readonly folder: string
  readonly #run: Run
  readonly #sender: MirrorSender
  /** All lines so far: a copy is always the whole journal, whatever the disk still takes and gives. */
  #journal: string
  /** The disk has refused a line: the copies alone go on. */
  #diskLost = false

  private constructor(
    run: Run,
    mirror: RunMirror,
    journal: string,
    readonly emit: Emit,
    clock: Clock,
  ) {
    this.id = run.id
    this.folder = run.folder
    this.#run = run
    this.#sender = new MirrorSender(mirror, run.id, clock)
    this.#journal = journal
  }

  static async over(run: Run, mirror: RunMirror, emit: Emit, clock: Clock): Promise<MirroredRun> {
    const lines = (await run.read('journal.ndjson')) as object[]
    return new MirroredRun(run, mirror, lines.map((line) => text(line)).join(''), emit, clock)
  }

  async read(file: RunLog): Promise<unknown[]> {
    if (file !== 'journal.ndjson' || !this.#diskLost) return this.#run.read(file)
    const lines = this.#journal.split('\n').filter((line) => line !== '')
    return lines.map((line) => JSON.parse(line) as unknown)
  }

  readJson(file: RunDocument): Promise<unknown> {
    return this.#run.readJson(file)
  }

  async append(file: RunLog, line: object, options: AppendOptions = {}): Promise<void> {
    const written = this.#run.append(file, line, options)
    if (file === 'journal.ndjson') {
      this.#journal += text(line)
      this.#sender.put(file, this.#journal)
    }

    await this.#kept(written, file)
    if (options.mirrored) await this.#sender.moment()
  }

  /** What the disk refuses counts as written where a region has it. */
  async #kept(written: Promise<void>, file: RunLog): Promise<void> {
    try {
      await written
    } catch (error) {
      if (file !== 'journal.ndjson' || !(await this.#sender.isKept())) throw error
      if (!this.#diskLost)
        this.emit({
          code: 'warning',
          text: `the journal in ${this.folder} cannot be written: ${(error as Error).message}; it is kept in the regions alone`,
          hint: 'free space there; todo-dr resume finds the run on any machine',
        })
      this.#diskLost = true
    }
  }

  async writeJson(file: RunDocument, value: object): Promise<void> {
    const written = this.#run.writeJson(file, value)
    this.#sender.put(file, text(value))
    await written
  }

  /** The digest of the ledger goes out last: who has the ledger can show that it is the one that was judged. */
  async close(): Promise<void> {
    const digest = this.#sender.used ? await digestOf(join(this.folder, 'ledger.ndjson')) : undefined
    if (digest !== undefined) this.#sender.put('ledger.sha256', `${digest}\n`)
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
