import {expect} from 'chai'
import {setTimeout as delay} from 'node:timers/promises'
import {steadyClock} from '../../src/measure/clock.js'
import {startProber} from '../../src/measure/prober.js'
import {pulseOf, startPulse} from '../../src/measure/pulse.js'
import type {DrEvent} from '../../src/messages.js'
import type {ApiAnswer} from '../../src/ports/workload.js'
import {SimulatedWorld} from '../support/simulated-world.js'
import type {LedgerEntry, ProbeOutcome} from '../../src/model/ledger.js'

const START = 1_000_000

const write = (ms: number, outcome?: ProbeOutcome, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  requestId: `${ms}`,
  kind: 'write',
  scheduledAt: START + ms,
  sentAt: START + ms,
  ...(outcome && {outcome}),
  ...more,
})

const at = (ms: number, entries: LedgerEntry[]) => pulseOf({startedAt: START, entries: () => entries}, START + ms)

describe('the pulse of a load', () => {
  it('field report F: tells the worst answer to a write of each second, and the rate of the last full one', () => {
    const entries = [
      write(0, 'ok'),
      write(500, 'ok'),
      write(1000, 'ok'),
      write(1500, 'fail'),
      write(2000, 'unsure'),
      write(2500, 'ok'),
      write(4000, 'ok'),
      write(4500),
      write(5000, 'ok'),
      write(5100, 'ok'),
      write(6000, 'fail'),
    ]
    expect(at(6200, entries)).to.deep.equal({
      cells: ['ok', 'fail', 'unsure', 'none', 'waiting', 'ok'],
      writesPerSecond: 2,
      seconds: 6,
    })
  })

  it('field report F: counts no read and nothing that was sent past the edge', () => {
    const entries = [write(0, 'ok'), write(1, 'fail', {kind: 'read'}), write(2, 'fail', {via: 'us-east-1'})]
    expect(at(1000, entries)).to.deep.equal({cells: ['ok'], writesPerSecond: 1, seconds: 1})
    expect(at(999, entries).cells).to.deep.equal([])
  })

  it('field report F: beats for a prober as it is, once a second, and breaks nothing where it fails', async () => {
    const run = {id: 'run', append: async () => undefined}
    const {world} = new SimulatedWorld({latencyMs: 1}).connect()
    const prober = await startProber({
      send: async () => ({status: 200, headers: {}, body: ''}) as unknown as ApiAnswer,
      workload: {...world.workload, outcomeOf: () => 'ok'},
      token: async () => 'token',
      run,
      ratePerSecond: 20,
      seed: 1,
      signal: new AbortController().signal,
    })
    const events: DrEvent[] = []
    const told = () => events.flatMap((event) => (event.code === 'load' ? [event] : []))
    const startedAt = steadyClock.now()
    const end = startPulse(prober, {clock: steadyClock, emit: (event) => void events.push(event)})
    const failing = startPulse(prober, {
      clock: steadyClock,
      emit() {
        throw new Error('a bug')
      },
    })
    while (!told().some(({cells}) => cells.includes('ok'))) await delay(50)
    expect(events.length).to.be.at.most((steadyClock.now() - startedAt) / 1000 + 0.1)
    end()
    await prober.stop()
    expect(told().at(-1)!.cells).to.deep.equal([])
    expect(failing).to.throw('a bug')
  })

  it('field report F: shows the last minute', () => {
    const entries = Array.from({length: 100}, (_, index) => write(index * 1000, index < 50 ? 'ok' : 'fail'))
    const {cells, seconds} = at(100_000, entries)
    expect(seconds).to.equal(100)
    expect(cells).to.deep.equal([...Array.from({length: 10}, () => 'ok'), ...Array.from({length: 50}, () => 'fail')])
  })
})
