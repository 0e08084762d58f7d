/**
 * Reads of a status that lag behind. AWS says of its control planes that they are eventually consistent (Amazon EC2 API reference,
 * "Eventual consistency"; RDS names no figure). So each answer comes from one of two nodes, and a node repeats what it has said until
 * that is too old: a later answer can be older than an earlier one.
 */

import {Random} from './random.js'

const NODES = 2

export class StaleReads {
  private readonly kept = new Map<string, {at: number; answer: unknown}>()
  private readonly random: Random

  /** `staleMs`: how old an answer may be; 0: not at all. */
  constructor(
    private readonly staleMs: number,
    seed: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.random = new Random(seed)
  }

  /** `key`: what is asked of whom. A refusal is told at once, and not kept. */
  async answer<T>(key: string, ask: () => Promise<T>): Promise<T> {
    if (this.staleMs === 0) return ask()
    const node = `${Math.floor(this.random.next() * NODES)} ${key}`
    const kept = this.kept.get(node)
    const at = this.now()
    if (kept && at - kept.at <= this.staleMs) return kept.answer as T
    const answer = structuredClone(await ask())
    this.kept.set(node, {at, answer})
    return answer
  }
}
