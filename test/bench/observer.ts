/** A client beside the one that is measured, in a process of its own: what it saw, told afterwards. */

import {fork} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'

export interface ObserverOrder {
  /** Where it writes: the edge. */
  url: string
  /** Of the two regions' pools; the next one is taken where one is refused. */
  tokens: string[]
  ratePerSecond: number
}

/** Epoch milliseconds. */
export interface Acknowledgement {
  sentAt: number
  finishedAt: number
}

export class Observer {
  private constructor(private readonly child: ChildProcess) {}

  static start(order: ObserverOrder): Observer {
    const program = fileURLToPath(new URL('observer-process.ts', import.meta.url))
    const child = fork(program, {execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc']})
    child.send(order)
    return new Observer(child)
  }

  /** Ends it, and returns all writes that it was told to be stored. */
  async stop(): Promise<Acknowledgement[]> {
    const told = once(this.child, 'message') as Promise<[Acknowledgement[]]>
    this.child.send('stop')
    const [acknowledged] = await told
    return acknowledged
  }
}

/** Seconds between two acknowledged writes, at most, of which the later came after `from` and the earlier before `to`; epoch milliseconds. */
export function longestGap(acknowledged: readonly Acknowledgement[], from: number, to: number): number {
  const instants = acknowledged.map(({finishedAt}) => finishedAt).sort((a, b) => a - b)
  const gaps = instants
    .map((at, index) => ({from: instants[index - 1] ?? from, to: at}))
    .filter((gap) => gap.to >= from && gap.from <= to)
  const open = {from: instants.at(-1) ?? from, to}
  return Math.max(...[...gaps, open].map((gap) => gap.to - gap.from)) / 1000
}
