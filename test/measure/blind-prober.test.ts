/** A prober that does not run for a while, against a service whose times are known. */

import {expect} from 'chai'
import fc from 'fast-check'

import {recoveryTime} from '../../src/measure/checkers/recovery.js'
import type {MeasuredRecovery} from '../../src/measure/checkers/recovery.js'
import {startProber} from '../../src/measure/prober.js'
import type {ApiAnswer} from '../../src/ports/workload.js'
import {todo} from '../../src/workloads/todo/index.js'
import {VirtualClock} from '../support/virtual-clock.js'

/** Milliseconds; `at` counts from the first probe. */
interface Span {
  at: number
  ms: number
}

interface Play {
  outage: Span
  /** When the process does not run. */
  stalls: Span[]
  /** How the service is down: it says so, or it does not answer. */
  down: 'hangs' | 'refuses'
  seconds: number
  objectiveSeconds?: number
  /** Of every answer, milliseconds. */
  latency?: number
}

const RATE = 50
const INTERVAL = 1000 / RATE
const TIMEOUT = 800

async function play({
  outage,
  stalls,
  down,
  seconds,
  objectiveSeconds = 900,
  latency = 5,
}: Play): Promise<MeasuredRecovery> {
  const clock = new VirtualClock()
  const ends = new AbortController()
  let startedAt = clock.now()
  const prober = await startProber({
    async send({method}): Promise<ApiAnswer> {
      const since = clock.now() - startedAt - outage.at
      if (since >= 0 && since < outage.ms) {
        await clock.sleep(down === 'hangs' ? TIMEOUT : latency)
        if (down === 'hangs') throw Object.assign(new Error('no answer'), {code: 'UND_ERR_HEADERS_TIMEOUT'})
        return {status: 503, headers: {}}
      }

      // The deadline of a probe is a timer of the process, and fires first when that runs again.
      const sentAt = clock.now()
      await clock.sleep(latency)
      if (clock.now() - sentAt >= TIMEOUT) throw Object.assign(new Error('no answer'), {code: 'ABORTED'})
      return {status: method === 'GET' ? 200 : 201, headers: {}, region: 'us-east-1'}
    },
    workload: todo,
    token: async () => 'token',
    run: {id: 'run', append: async () => undefined},
    ratePerSecond: RATE,
    seed: 1,
    signal: ends.signal,
    clock,
    timeoutMs: TIMEOUT,
  })
  startedAt = prober.startedAt
  for (const {at, ms} of [...stalls].sort((a, b) => a.at - b.at)) {
    const wait = startedAt + at - clock.now()
    if (wait > 0) await clock.sleep(wait)
    clock.jump(ms)
  }

  await clock.sleep(Math.max(0, startedAt + seconds * 1000 - clock.now()))
  await prober.stop()
  return recoveryTime({
    entries: prober.entries(),
    gaps: prober.gaps(),
    kind: 'write',
    intervalMs: INTERVAL,
    objectiveSeconds,
    endedAt: clock.now(),
  })
}

/** What a client that never looks away sees. */
const truthOf = ({ms}: Span, latency = 5): number => (ms + latency) / 1000

describe('field report 15: a prober that did not run', function () {
  // Hundreds of simulated seconds, on a machine that may be busy.
  this.timeout(120_000)

  it('has the time that it was blind for in its error bar, at either end', async () => {
    for (const stall of [
      {at: 1000, ms: 4000},
      {at: 2900, ms: 4000},
      {at: 3500, ms: 4000},
      {at: 5250, ms: 4000},
    ]) {
      const outage = {at: 3000, ms: 2300}
      const found = await play({outage, stalls: [stall], down: 'refuses', seconds: 12})
      const of = `stalled at ${stall.at}: ${found.seconds} ±${found.errorSeconds}`
      if (found.seconds === null) expect(found.errorSeconds, of).to.be.at.least(2.3)
      else expect(Math.abs(found.seconds - truthOf(outage)), of).to.be.at.most(found.errorSeconds + 0.001)
    }
  })

  it('makes no outage of its own of a service that is never down', async () => {
    for (const ms of [30, 300, 700, 900, 4000]) {
      const found = await play({
        outage: {at: 0, ms: 0},
        stalls: [{at: 1000, ms}],
        down: 'hangs',
        seconds: 7,
        latency: 100,
      })
      expect(found.seconds, `${ms} ms`).to.equal(null)
      expect(found.met).to.equal(true)
      expect(found.errorSeconds).to.be.within(ms / 1000 - 0.02, ms / 1000 + 0.15)
    }
  })

  it('leaves the verdict open where what it did not see decides, and nowhere else', async () => {
    const outage = {at: 3000, ms: 2300}
    const judged = async (objectiveSeconds: number, stalls: Span[]) =>
      (await play({outage, stalls, down: 'refuses', seconds: 12, objectiveSeconds})).met
    const late = [{at: 4500, ms: 4000}]
    expect(await judged(1, late)).to.equal(false)
    expect(await judged(3, late)).to.equal(null)
    expect(await judged(10, late)).to.equal(true)
    expect(await judged(2.2, [])).to.equal(false)
    expect(await judged(2.4, [])).to.equal(true)
    // Back, and then not looked at for longer than the objective.
    expect(await judged(2.4, [{at: 6000, ms: 3000}])).to.equal(null)
    const unseen = async (ms: number) =>
      (
        await play({
          outage: {at: 0, ms: 0},
          stalls: [{at: 1000, ms}],
          down: 'refuses',
          seconds: 12,
          objectiveSeconds: 3,
        })
      ).met
    expect(await unseen(2000)).to.equal(true)
    expect(await unseen(4000)).to.equal(null)
  })

  it('keeps the true time within its bar, wherever it did not run (property)', async () => {
    const span = (from: number, to: number, longest: number) =>
      fc.record({at: fc.integer({min: from, max: to}), ms: fc.integer({min: 1, max: longest})})
    await fc.assert(
      fc.asyncProperty(
        span(500, 2000, 2500),
        fc.array(span(100, 5000, 1500), {maxLength: 4}),
        fc.constantFrom('hangs' as const, 'refuses' as const),
        fc.constantFrom(5, 100),
        async (outage, stalls, down, latency) => {
          const {seconds, errorSeconds, met} = await play({outage, stalls, down, seconds: 12, latency})
          const truth = truthOf(outage, latency)
          // Two failures in a row are no outage yet.
          if (seconds === null) expect(errorSeconds + 0.06).to.be.at.least(outage.ms / 1000)
          else expect(Math.abs(seconds - truth), `${seconds} ±${errorSeconds}`).to.be.at.most(errorSeconds + 0.001)
          expect(met).to.equal(true)
        },
      ),
      {numRuns: 25},
    )
  })
})
