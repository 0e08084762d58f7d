/** Sends the files of one run to the regions, each on its own: one put at a time for each file, and the newest text wins. */

import type {Region} from '../../model/deployment.js'
import type {MirroredFile, RunMirror} from '../../ports/runs.js'
import {endsWithin} from '../../ports/waits.js'
import type {Clock} from '../../ports/world.js'

/** Milliseconds between two puts of a file for which nobody waits: a run has a dozen lines a second where it is quick. */
const EVERY_MS = 100
/** Milliseconds until a region that failed is tried again: one that is lost must not take the time of a switch with each line. */
const FAILED_MS = 1000
/** Milliseconds that a run waits for its copies where it asks for it. */
const MOMENT_MS = 500
/** Milliseconds that the end of a command waits for them. */
const CLOSE_MS = 2000

export class MirrorSender {
  readonly #sides: Side[]
  readonly #stop = new AbortController()
  readonly #clock: Clock
  #used = false

  constructor(mirror: RunMirror, runId: string, clock: Clock) {
    this.#clock = clock
    this.#sides = mirror.regions.map((region) => new Side(mirror, region, runId, clock, this.#stop.signal))
  }

  /** Whether anything was sent. */
  get used(): boolean {
    return this.#used
  }

  /** Returns at once. */
  put(file: MirroredFile, text: string): void {
    this.#used = true
    for (const side of this.#sides) side.put(file, text)
  }

  /**
   * Waits until all is there, half a second at most. A region that failed or was too slow once is not waited for again: the
   * region that is being escaped costs this once.
   */
  async moment(): Promise<void> {
    await Promise.all(
      this.#sides.map(async (side) => {
        if (side.slow || side.failing) return
        side.slow = !(await endsWithin(this.#clock, MOMENT_MS, side.settled()))
      }),
    )
  }

  /** Whether a region surely has all that was sent. Waits as `moment` does, for those that answer. */
  async isKept(): Promise<boolean> {
    const kept = this.#sides.map(
      async (side) => (await endsWithin(this.#clock, MOMENT_MS, side.settled())) && !side.failing,
    )
    return (await Promise.all(kept)).includes(true)
  }

  /** Waits for the regions that answer, two seconds at most, and gives up the rest; those that failed are tried once more meanwhile. */
  async close(): Promise<void> {
    for (const side of this.#sides) side.begin()
    const answering = this.#sides.filter(({failing}) => !failing)
    await endsWithin(this.#clock, CLOSE_MS, Promise.all(answering.map((side) => side.settled())))
    this.#stop.abort()
  }
}

/** The copies in one region. */
class Side {
  /** Has kept someone waiting for too long. */
  slow = false
  /** The last put to end has failed. */
  failing = false
  #againAt = 0
  /** The last put to end has not failed: one that fails is tried again at once, as a kept connection may just have been closed. */
  #answered = true
  /** What is to be sent, and has not been. */
  readonly #waiting = new Map<MirroredFile, string>()
  readonly #sending = new Map<MirroredFile, Promise<void>>()
  /** How many wait until all is there. */
  #awaited = 0
  #hurry = new AbortController()

  constructor(
    private readonly mirror: RunMirror,
    private readonly region: Region,
    private readonly runId: string,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  put(file: MirroredFile, text: string): void {
    this.#waiting.set(file, text)
    if (!this.failing || this.clock.now() >= this.#againAt) this.begin()
  }

  /** A region that failed is tried once more. */
  async settled(): Promise<void> {
    this.#awaited++
    this.#hurry.abort()
    this.begin()
    try {
      await Promise.all(this.#sending.values())
    } finally {
      this.#awaited--
    }
  }

  /** What failed before is tried again too: a journal without its plan is worth nothing. */
  begin(): void {
    for (const file of this.#waiting.keys()) if (!this.#sending.has(file)) this.#sending.set(file, this.#send(file))
  }

  /** Ends when there is nothing more of this file to send, or a put fails. */
  async #send(file: MirroredFile): Promise<void> {
    for (let text; (text = this.#waiting.get(file)) !== undefined;) {
      this.#waiting.delete(file)
      try {
        await this.mirror.put(this.region, this.runId, file, text, {signal: this.signal})
        this.#answered = true
        this.failing = false
      } catch {
        if (!this.#waiting.has(file)) this.#waiting.set(file, text)
        const answered = this.#answered
        this.#answered = false
        if (answered && !this.signal.aborted) continue
        this.failing = true
        this.#againAt = this.clock.now() + FAILED_MS
        break
      }

      await this.#rest()
    }

    this.#sending.delete(file)
  }

  /** Lines that come meanwhile go out together. */
  async #rest(): Promise<void> {
    if (this.#awaited > 0) return
    if (this.#hurry.signal.aborted) this.#hurry = new AbortController()
    await this.clock.sleep(EVERY_MS, this.#hurry.signal).catch(() => undefined)
  }
}
