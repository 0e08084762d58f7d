/** A mirror in memory whose regions may fail or hang. */

import {Unreachable} from '../../src/errors.js'
import type {MirroredFile, RunMirror} from '../../src/ports/runs.js'
import {AWAY, HOME} from './deployment.js'

export class MemoryMirror implements RunMirror {
  readonly regions = [HOME, AWAY]
  readonly lost = new Set<string>()
  readonly hanging = new Set<string>()
  /** Regions that list their copies, and do not give them. */
  readonly unreadable = new Set<string>()
  /** `region run file` of every put that began. */
  readonly puts: string[] = []
  readonly objects = new Map<string, string>()
  /** Puts end no earlier than this. */
  held: Promise<void> = Promise.resolve()

  async put(region: string, runId: string, file: MirroredFile, text: string): Promise<void> {
    const key = [region, runId, file].join(' ')
    this.puts.push(key)
    await this.#answer(region)
    await this.held
    this.objects.set(key, text)
  }

  async get(region: string, runId: string, file: MirroredFile): Promise<string | undefined> {
    await this.#answer(region)
    if (this.unreadable.has(region)) throw new Unreachable('too slow')
    return this.objects.get([region, runId, file].join(' '))
  }

  async list(region: string): Promise<string[]> {
    await this.#answer(region)
    const keys = [...this.objects.keys()].map((key) => key.split(' '))
    return [...new Set(keys.filter(([where]) => where === region).map(([, id]) => id!))].sort()
  }

  async #answer(region: string): Promise<void> {
    if (this.lost.has(region)) throw new Unreachable('nobody')
    if (this.hanging.has(region)) await new Promise<never>(() => undefined)
  }
}
