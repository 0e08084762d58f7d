import {expect} from 'chai'
import {judge} from '../../../src/actions/health/run.js'
import {watchHealth} from '../../../src/actions/health/watch.js'
import type {Watched} from '../../../src/actions/health/watch.js'
import {Unreachable} from '../../../src/errors.js'
import {exitOf} from '../../../src/model/finding.js'
import {changeLine, Screen} from '../../../src/render/watch.js'
import type {Display} from '../../../src/render/watch.js'
import {NOW, side, wellLook} from '../../support/looks.js'
import type {LookChange} from '../../support/looks.js'
import {AWAY} from '../../support/observations.js'
import {VirtualClock} from '../../support/virtual-clock.js'

const SECOND_MS = 1000
const older: LookChange = {away: side(AWAY, {engineVersion: 'older'})}

/** A terminal in memory. */
class Terminal implements Display {
  columns = 100
  rows = 60
  text = ''
  readonly listeners = new Set<() => void>()
  write = (text: string): void => {
    this.text += text
  }
  on = (_: 'resize', listener: () => void): unknown => this.listeners.add(listener)
  off = (_: 'resize', listener: () => void): unknown => this.listeners.delete(listener)
  resize(columns: number, rows: number): void {
    Object.assign(this, {columns, rows, text: ''})
    for (const listener of this.listeners) listener()
  }

  /** What stands on it now. */
  get picture(): string[] {
    return this.text.split('\u001B[2J').at(-1)!.replaceAll('\u0007', '').trimEnd().split('\n')
  }
}

/** Looks in turn; the last one ends the watch. */
async function watch(
  looks: (LookChange | Error)[],
): Promise<{seen: Watched[]; failed: string[]; exit: string | undefined}> {
  const ending = new AbortController()
  const seen: Watched[] = []
  const failed: string[] = []
  let at = NOW
  const last = await watchHealth({
    async look() {
      const next = looks.shift()
      if (next === undefined) {
        ending.abort()
        throw new Error('interrupted in the middle of a look')
      }

      if (next instanceof Error) throw next
      at += SECOND_MS
      const result = judge('lab', wellLook({...next, at}))
      return {result, exit: exitOf(result.findings)}
    },
    seconds: 10,
    clock: new VirtualClock(),
    signal: ending.signal,
    show: (watched) => seen.push({...watched, since: new Map(watched.since)}),
    failed: ({message}) => failed.push(message),
  })
  return {seen, failed, exit: last?.exit}
}

describe('health, watched', () => {
  it('health: tells what has changed, and since when, and ends with the status of the last look', async () => {
    const {seen, exit} = await watch([{}, older, older, {}, older])
    expect(seen.map(({changes}) => changes.map(({check, from, to}) => `${check} ${from} ${to}`))).to.deep.equal([
      [],
      ['engine-versions ok problem'],
      [],
      ['engine-versions problem ok'],
      ['engine-versions ok problem'],
    ])
    expect(seen[2]!.since.get('engine-versions')).to.equal(NOW + 2 * SECOND_MS)
    expect(exit).to.equal('missed')
  })

  it('health: a look that fails is told, and the next one goes on from before', async () => {
    const {seen, failed, exit} = await watch([{}, new Unreachable('nobody answers'), {}])
    expect(failed).to.deep.equal(['nobody answers'])
    expect(seen.at(-1)!.changes).to.deep.equal([])
    expect(exit).to.equal('done')
  })

  it('health: without a single look there is no status', async () => {
    expect((await watch([])).exit).to.equal(undefined)
  })

  it('health: the screen rings for the worse alone, is drawn anew when it is resized, and never beyond its edges', async () => {
    const {seen} = await watch([{}, older, older, {}])
    const terminal = new Terminal()
    const screen = new Screen(terminal, 10)
    const rings = seen.map((watched) => {
      terminal.text = ''
      screen.show(watched)
      return terminal.text.includes('\u0007')
    })
    expect(rings).to.deep.equal([false, true, false, false])

    screen.show(seen[2]!)
    expect(terminal.picture.join('\n')).to.match(/problem +engine-versions [\s\S]*\(since\s+00:00:02Z\)/)
    for (const [columns, rows] of [
      [120, 50],
      [60, 12],
      [30, 5],
    ] as const) {
      terminal.resize(columns, rows)
      expect(terminal.picture.length, `${columns}x${rows}`).to.be.at.most(rows - 1)
      expect(Math.max(...terminal.picture.map((line) => line.length))).to.be.at.most(columns)
      expect(terminal.picture[1]).to.match(/^readiness \d+/)
    }

    screen.close()
    expect(terminal.listeners.size).to.equal(0)
  })

  it('health: off a terminal a change is one line, whatever its text holds', async () => {
    const {seen} = await watch([{}, {away: side(AWAY, {engineVersion: 'a\nb\u001B[2J'})}])
    const line = changeLine(seen[1]!.changes[0]!)

    expect(line).to.match(/^2026-01-31T00:00:02\.000Z {2}engine-versions: ok -> problem: .*$/)
    expect(line).not.to.contain('\u001B')
  })
})
