import {expect} from 'chai'

import {mergeLedger} from '../../src/measure/ledger-file.js'
import {startProber} from '../../src/measure/prober.js'
import type {Prober, ProberInput} from '../../src/measure/prober.js'
import type {LedgerEntry} from '../../src/model/ledger.js'
import type {ApiAnswer, ApiRequest} from '../../src/ports/workload.js'
import {todo} from '../../src/workloads/todo/index.js'
import {VirtualClock} from '../support/virtual-clock.js'

const OK: ApiAnswer = {status: 201, region: 'us-east-1', headers: {}}

interface Scene {
  clock: VirtualClock
  lines: LedgerEntry[]
  requests: ApiRequest[]
  prober: Prober
  abort: AbortController
}

async function scene(
  answer: (request: ApiRequest, clock: VirtualClock) => Promise<ApiAnswer>,
  more: Partial<ProberInput> = {},
): Promise<Scene> {
  const clock = new VirtualClock()
  const lines: LedgerEntry[] = []
  const requests: ApiRequest[] = []
  const abort = new AbortController()
  const prober = await startProber({
    send(request) {
      requests.push(request)
      return answer(request, clock)
    },
    workload: todo,
    token: async () => 'token',
    run: {
      id: 'run',
      async append(_, line) {
        lines.push(line as LedgerEntry)
      },
    },
    ratePerSecond: 50,
    seed: 1,
    signal: abort.signal,
    clock,
    ...more,
  })
  return {clock, lines, requests, prober, abort}
}

const quick = async (request: ApiRequest): Promise<ApiAnswer> => (request.method === 'GET' ? {...OK, status: 200} : OK)
/** An answer that comes after the probe's own deadline, as the port promises. */
const hanging = async (request: ApiRequest, clock: VirtualClock): Promise<ApiAnswer> => {
  await clock.sleep(request.timeoutMs!)
  throw Object.assign(new Error('no answer'), {code: 'UND_ERR_HEADERS_TIMEOUT'})
}

async function finish({prober}: Scene): Promise<readonly LedgerEntry[]> {
  await prober.stop()
  return prober.entries()
}

describe('startProber', () => {
  it('sends writes and as many reads on a fixed schedule', async () => {
    const play = await scene(quick)
    await play.clock.sleep(999)
    const entries = await finish(play)
    expect(entries).to.have.length(100)
    expect(entries.filter((entry) => entry.kind === 'write')).to.have.length(50)
    for (const [slot, entry] of entries.entries()) {
      expect(entry.scheduledAt).to.equal(play.prober.startedAt + slot * 10)
      expect(entry.outcome).to.equal('ok')
    }
  })

  it('is not slowed down by an outage', async () => {
    const play = await scene(hanging)
    await play.clock.sleep(4999)
    const entries = await finish(play)
    expect(entries).to.have.length(500)
    for (const [slot, entry] of entries.entries()) expect(entry.sentAt).to.equal(play.prober.startedAt + slot * 10)
    expect(play.prober.health().skipped).to.equal(0)
    const write = entries.find((entry) => entry.kind === 'write')!
    expect(write.outcome).to.equal('unsure')
    expect(write.finishedAt).to.equal(write.sentAt + 2500)
    expect(write).not.to.have.property('status')
  })

  it('never asks twice for one probe', async () => {
    const play = await scene(async () => ({status: 503, headers: {}}))
    await play.clock.sleep(499)
    const entries = await finish(play)
    expect(play.requests).to.have.length(entries.length)
    const ids = entries.map((entry) => entry.requestId)
    expect(new Set(ids).size).to.equal(ids.length)
  })

  it('writes the intent before the send and the outcome after it', async () => {
    const seen: number[] = []
    const lines: LedgerEntry[] = []
    const play = await scene(
      async () => {
        seen.push(lines.length)
        return OK
      },
      {run: {id: 'run', append: async (_, line) => void lines.push(line as LedgerEntry)}},
    )
    await play.clock.sleep(0)
    await finish(play)
    expect(seen[0]).to.equal(1)
    expect(lines[0]).not.to.have.property('outcome')
    expect(lines[1]).to.deep.include({requestId: lines[0]!.requestId, outcome: 'ok', status: 201, region: 'us-east-1'})
    expect(mergeLedger(lines)).to.deep.equal(play.prober.entries())
  })

  it('aws 09: a write that no function was run for has failed, is named, and is not unsure', async () => {
    const headers = {'x-amzn-errortype': 'InternalServerErrorException'}
    const play = await scene(async () => ({status: 500, headers}))
    await play.clock.sleep(0)
    const [entry] = await finish(play)
    expect(entry).to.deep.include({kind: 'write', outcome: 'fail', refusal: 'not-run', status: 500})
  })

  it('stores the request id with the write', async () => {
    const play = await scene(quick)
    await play.clock.sleep(0)
    const [entry] = await finish(play)
    expect(play.requests[0]!.body).to.deep.include({requestId: entry!.requestId, status: 'probe'})
    expect(play.requests[0]!.token).to.equal('token')
  })

  it('gives the same ids for the same run and seed, and others for another', async () => {
    const ids = async (more: Partial<ProberInput>): Promise<string[]> => {
      const play = await scene(quick, more)
      await play.clock.sleep(200)
      return (await finish(play)).map((entry) => entry.requestId)
    }

    const first = await ids({seed: 7})
    expect(await ids({seed: 7})).to.deep.equal(first)
    expect(await ids({seed: 8})).not.to.include.members([first[0]!])
    const otherRun = {id: 'other', async append() {}}
    expect(await ids({seed: 7, run: otherRun})).not.to.include.members([first[0]!])
  })

  it('records honestly how late it was', async () => {
    const play = await scene(quick)
    await play.clock.sleep(0)
    play.clock.jump(25)
    await play.clock.sleep(0)
    const entries = await finish(play)
    expect(entries[1]!.scheduledAt).to.equal(play.prober.startedAt + 10)
    expect(entries[1]!.sentAt - entries[1]!.scheduledAt).to.equal(15)
    expect(play.prober.health()).to.deep.include({maxLateMs: 15, skipped: 0})
  })

  it('field report 15: records what passed while it did not run as not probed, and never sends it in a burst', async () => {
    for (const [ratePerSecond, stallMs] of [
      [50, 105],
      [50, 4000],
      [200, 4000],
      [2000, 3_600_000],
    ] as const) {
      const play = await scene(quick, {ratePerSecond})
      await play.clock.sleep(500)
      play.clock.jump(stallMs)
      const back = play.clock.now()
      await play.clock.sleep(500)
      const entries = await finish(play)
      const [gap, ...others] = play.prober.gaps()
      expect(others).to.deep.equal([])
      expect(gap).to.deep.include({notProbed: 'late'})
      expect(gap!.to - gap!.from).to.be.within(stallMs - 20, stallMs)
      expect(gap!.writes + gap!.reads).to.be.closeTo((stallMs * 2 * ratePerSecond) / 1000, 0.03 * ratePerSecond)
      expect(Math.abs(gap!.writes - gap!.reads)).to.be.at.most(1)
      expect(play.prober.health().skipped).to.equal(gap!.writes + gap!.reads)
      expect(play.prober.health().maxLateMs).to.equal(gap!.to - gap!.from)
      // No more at one time than two kinds, or what falls due in the few milliseconds of a timer.
      const atOnce = entries.filter(({sentAt}) => sentAt >= back && sentAt < back + 1).length
      expect(atOnce).to.be.at.most(Math.max(2, (2 * ratePerSecond * 6) / 1000))
      expect(entries.every(({sentAt, scheduledAt}) => sentAt - scheduledAt <= 20)).to.equal(true)
      expect(play.lines.filter((line) => 'notProbed' in line)).to.deep.equal([gap])
      expect(mergeLedger(play.lines)).to.deep.equal(entries)
    }
  })

  it('leaves out, and counts, what it could not send within its bound', async () => {
    const play = await scene(() => new Promise(() => {}))
    await play.clock.sleep(8000)
    const {sent, skipped} = play.prober.health()
    expect(sent).to.be.below(500)
    expect(sent + skipped).to.be.within(800, 802)
    expect(play.prober.gaps().every(({notProbed}) => notProbed === 'full')).to.equal(true)
    const entries = await finish(play)
    expect(entries.every((entry) => entry.outcome === undefined)).to.equal(true)
  })

  it('field report 6: sends what it is asked for alone, under ids of its own, and says whom it asked', async () => {
    const edge = await scene(quick)
    await edge.clock.sleep(990)
    const ids = new Set((await finish(edge)).map(({requestId}) => requestId))
    const play = await scene(quick, {via: 'us-east-2', kinds: ['write'], ratePerSecond: 5})
    await play.clock.sleep(990)
    play.clock.jump(2000)
    await play.clock.sleep(990)
    const entries = await finish(play)
    expect(entries).to.have.length.within(9, 11)
    for (const {kind, via, requestId} of entries) {
      expect({kind, via}).to.deep.equal({kind: 'write', via: 'us-east-2'})
      expect(ids.has(requestId)).to.equal(false)
    }

    const [gap] = play.prober.gaps()
    expect(gap).to.deep.include({via: 'us-east-2', reads: 0})
    expect(gap!.writes).to.be.within(8, 10)
  })

  it('is told from others where it keeps a name for longer, in its ids and its lines', async () => {
    const edge = await scene(quick)
    await edge.clock.sleep(990)
    const ids = new Set((await finish(edge)).map(({requestId}) => requestId))
    const late = await scene(quick, {keptSeconds: 300, kinds: ['write'], ratePerSecond: 2})
    await late.clock.sleep(990)
    const entries = await finish(late)
    expect(entries).to.have.length(2)
    for (const {keptSeconds, requestId} of entries)
      expect([keptSeconds, ids.has(requestId)]).to.deep.equal([300, false])
  })

  it('stops within the deadline although a port never answers', async () => {
    const play = await scene(() => new Promise(() => {}))
    await play.clock.sleep(100)
    expect(await finish(play)).to.have.length.above(5)
  })

  it('ends its schedule when the signal aborts', async () => {
    const play = await scene(quick)
    await play.clock.sleep(100)
    play.abort.abort()
    await play.clock.sleep(1000)
    expect(play.prober.health().sent).to.be.below(13)
    await finish(play)
  })

  it('keeps the old token when none can be had, and probes go on', async () => {
    let calls = 0
    const play = await scene(quick, {
      async token() {
        if (calls++ > 0) throw new Error('the token endpoint is down')
        return 'first'
      },
    })
    await play.clock.sleep(3000)
    const entries = await finish(play)
    expect(play.requests.every((request) => request.token === 'first')).to.equal(true)
    expect(entries).to.have.length.above(290)
    expect(play.prober.health().trouble[0]).to.contain('the token endpoint is down')
  })

  it('takes a token of the other source when its own is refused, once for all the probes that carried it', async () => {
    const asked: (string | undefined)[] = []
    const play = await scene(
      async (request, clock) => {
        await clock.sleep(30)
        return request.token === 'home' && clock.now() > 1_700_000_000_500 ? {status: 401, headers: {}} : quick(request)
      },
      {
        async token(refused) {
          if (refused !== undefined) asked.push(refused)
          return asked.length > 0 ? 'away' : 'home'
        },
      },
    )
    await play.clock.sleep(2000)
    const entries = await finish(play)
    expect(asked).to.deep.equal(['home'])
    expect(play.prober.health().tokensReplaced).to.equal(1)
    const refused = entries.filter((entry) => entry.status === 401)
    expect(refused).to.have.length.within(2, 8)
    expect(entries.at(-1)!.outcome).to.equal('ok')
  })

  it('goes on in memory and tells when the ledger cannot be written', async () => {
    const play = await scene(quick, {run: {id: 'run', append: () => Promise.reject(new Error('ENOSPC'))}})
    await play.clock.sleep(100)
    expect(await finish(play)).to.have.length.above(5)
    expect(play.prober.health().trouble[0]).to.contain('ENOSPC')
  })

  it('refuses a rate that is none', async () => {
    for (const ratePerSecond of [0, -1, 2001, Number.NaN]) {
      const failure = await scene(quick, {ratePerSecond}).then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(failure).to.be.instanceOf(RangeError)
    }
  })
})
