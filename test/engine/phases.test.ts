import {expect} from 'chai'
import type {JournalLine} from '../../src/engine/journal.js'
import {phaseSeconds} from '../../src/engine/phases.js'
import type {Phase} from '../../src/model/plan.js'

const step = (
  at: number,
  event: 'step-intent' | 'step-done' | 'step-failed',
  id: string,
  phase: Phase,
): JournalLine => ({at, event, step: id, phase})
const started = (at: number, decidedFrom?: number): JournalLine => ({
  at,
  event: 'run-started',
  intent: 'failover',
  from: 'a',
  to: 'b',
  digest: '',
  deployment: 'd',
  owner: 'o',
  pid: 1,
  host: 'h',
  decidedFrom,
})

describe('phaseSeconds', () => {
  it('counts steps side by side once, and the decision from the start of the command', () => {
    const lines = [
      started(2000, 500),
      step(3000, 'step-intent', 'x', 'fence'),
      step(3500, 'step-intent', 'y', 'fence'),
      step(4000, 'step-done', 'x', 'fence'),
      step(5000, 'step-done', 'y', 'fence'),
      step(5000, 'step-intent', 'z', 'promote'),
      step(9000, 'step-done', 'z', 'promote'),
    ]
    expect(phaseSeconds(lines)).to.deep.equal([
      {id: 'decide', seconds: 2.5},
      {id: 'fence', seconds: 2},
      {id: 'promote', seconds: 4},
    ])
  })

  it('counts a step that was cut by a kill from its first beginning', () => {
    const lines = [
      started(0),
      step(1000, 'step-intent', 'z', 'promote'),
      step(60_000, 'step-intent', 'z', 'promote'),
      step(61_000, 'step-done', 'z', 'promote'),
    ]
    expect(phaseSeconds(lines)).to.deep.equal([
      {id: 'decide', seconds: 1},
      {id: 'promote', seconds: 60},
    ])
  })

  it('knows nothing of an empty journal', () => {
    expect(phaseSeconds([])).to.deep.equal([])
  })
})
