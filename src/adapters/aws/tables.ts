/** A region's tables, by questions to its compare function. What fails without an answer is asked again. */

import {DrError} from '../../errors.js'
import type {Region} from '../../model/deployment.js'
import type {CallOptions, Clock, Functions} from '../../ports/world.js'
import type {
  Around,
  Bucketing,
  Chunk,
  Division,
  Key,
  Position,
  Range,
  Scan,
  ShownRow,
  Side,
  Slice,
  Sum,
  Table,
} from '../../ports/tables.js'

/** A connection that is lost, a proxy that has nobody to lead to, a function that is starting: over within seconds. */
const ATTEMPTS = 4
const PAUSE_MS = 250

/** What another attempt would be answered in the same way. */
const LASTING = new Set([
  'FunctionMissing',
  'TableChanged',
  'TooSlow',
  'UnknownQuestion',
  'InvalidPayload',
  'UnknownColumn',
])

export class FunctionSide implements Side {
  /** `beside`: the function is to ask this cluster of its region, in place of the region's own. */
  constructor(
    private readonly functions: Functions,
    private readonly clock: Clock,
    readonly region: Region,
    private readonly beside?: {id: string; host: string},
  ) {}

  get name(): string {
    return this.beside?.id ?? this.region
  }

  async tables(options?: CallOptions): Promise<Table[]> {
    const found: Table[] = []
    for (let after: string | null = ''; after !== null;) {
      const page: {tables: Table[]; next: string | null} = await this.#ask('tables', {after}, options)
      found.push(...page.tables)
      after = page.next
    }

    return found
  }

  around(options?: CallOptions): Promise<Around> {
    return this.#ask('around', {}, options)
  }

  async position(options?: CallOptions): Promise<Position | null> {
    const {position} = await this.#ask<{position: Position | null}>('position', {}, options)
    return position
  }

  async arrived(position: Position, options?: CallOptions): Promise<boolean> {
    const {arrived} = await this.#ask<{arrived: boolean}>('arrived', {position}, options)
    return arrived
  }

  /** A function of an earlier version knows no steps, and takes a digest for the sums and for the lists. */
  sums(scan: Scan, ranges: Range[], {count, steps}: Bucketing, options?: CallOptions): Promise<Sum[]> {
    return this.#ask('sums', {...scan, ranges, buckets: count, steps}, options)
  }

  chunk(scan: Scan, question: Chunk, options?: CallOptions): Promise<{sums: Sum[]; ahead: Key[]}> {
    const {ranges, buckets, ahead} = question
    return this.#ask('chunk', {...scan, ranges, buckets: buckets.count, steps: buckets.steps, ahead}, options)
  }

  boundaries(scan: Scan, divisions: Division[], options?: CallOptions): Promise<Key[][]> {
    return this.#ask('boundaries', {...scan, divisions}, options)
  }

  hashes(scan: Scan, slices: Slice[], most: number, options?: CallOptions): Promise<[Key, string][][]> {
    return this.#ask('hashes', {...scan, slices, most}, options)
  }

  rows(scan: Scan, keys: readonly Key[], options?: CallOptions): Promise<ShownRow[]> {
    return this.#ask('rows', {...scan, keys}, options)
  }

  bags(scan: Scan, options?: CallOptions): Promise<[string, Sum][]> {
    return this.#ask('bags', {...scan}, options)
  }

  digests(scan: Scan, bags: string[], most: number, options?: CallOptions): Promise<[string, number][]> {
    return this.#ask('digests', {...scan, bags, most}, options)
  }

  alike(scan: Scan, hashes: string[], options?: CallOptions): Promise<ShownRow[]> {
    return this.#ask('alike', {...scan, hashes}, options)
  }

  async #ask<T>(question: string, payload: object, options: CallOptions = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once<T>({question, ...payload, ...(this.beside && {host: this.beside.host})}, options)
      } catch (error) {
        const mayRepeat = error instanceof DrError && !LASTING.has(error.code) && error.exit !== 'credentials'
        if (!mayRepeat || attempt === ATTEMPTS || options.signal?.aborted) throw error
        await this.clock.sleep(PAUSE_MS * 2 ** (attempt - 1), options.signal)
      }
    }
  }

  async #once<T>(payload: object, options: CallOptions): Promise<T> {
    const answer = (await this.functions.invoke(this.region, 'compare', payload, options)) as {
      answered?: T
      refused?: {code: string; message: string}
    }
    if (answer.answered !== undefined) return answer.answered
    const {code = 'AnswerUnexpected', message = 'It is neither an answer nor a refusal.'} = answer.refused ?? {}
    throw new DrError({
      code,
      exit: 'failed',
      what: `the compare function in ${this.region} did not answer`,
      why: message,
      next: 'todo-dr status',
    })
  }
}
