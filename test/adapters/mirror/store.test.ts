import {expect} from 'chai'
import {createHash} from 'node:crypto'
import {mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {systemClock} from '../../../src/adapters/clock.js'
import {FsRunStore} from '../../../src/adapters/fs/runs.js'
import {MirroredRunStore} from '../../../src/adapters/mirror/store.js'
import type {DrEvent} from '../../../src/messages.js'
import type {Run} from '../../../src/ports/runs.js'
import type {Clock} from '../../../src/ports/world.js'
import {AWAY, HOME} from '../../support/deployment.js'
import {MemoryMirror} from '../../support/memory-mirror.js'
import {newestUnfinished} from '../../support/memory-run.js'
import {thrownBy} from '../../support/thrown.js'

const PLAN = {schemaVersion: 1}

describe('mirrored runs', () => {
  let folder: string
  let mirror: MemoryMirror
  let events: DrEvent[]
  /** Milliseconds of the waits that nothing has cut short; the pauses between two puts are shorter. */
  let waited: number[]
  const clock: Clock = {
    now: systemClock.now,
    async sleep(ms, signal) {
      await systemClock.sleep(ms, signal)
      if (ms > 100) waited.push(ms)
    },
  }

  /** The store of a machine: its disk, and the mirror of all. */
  const machine = (name: string): MirroredRunStore =>
    new MirroredRunStore(new FsRunStore(join(folder, name)), mirror, (event) => events.push(event), {clock})

  const copyOf = (region: string, run: Run, file: string): string | undefined =>
    mirror.objects.get([region, run.id, file].join(' '))

  /** A run that is begun on a machine, with so many lines. */
  async function begun(store: MirroredRunStore, lines = 3): Promise<Run> {
    const run = await store.create('failover')
    await run.writeJson('plan.json', PLAN)
    for (let n = 0; n < lines; n++) await run.append('journal.ndjson', {n}, {sync: true})
    return run
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'todo-dr-mirror-'))
    mirror = new MemoryMirror()
    events = []
    waited = []
  })

  afterEach(() => rmSync(folder, {recursive: true}))

  it('are in every region at the end: plan, journal, result and the digest of the ledger', async () => {
    const store = machine('one')
    const run = await begun(store)
    await run.append('ledger.ndjson', {write: 1}, {sync: true})
    await run.writeJson('result.json', {status: 'done'})
    await store.close()
    const digest = createHash('sha256')
      .update(readFileSync(join(run.folder, 'ledger.ndjson')))
      .digest('hex')
    for (const region of [HOME, AWAY]) {
      expect(copyOf(region, run, 'plan.json')).to.equal('{"schemaVersion":1}\n')
      expect(copyOf(region, run, 'journal.ndjson')).to.equal('{"n":0}\n{"n":1}\n{"n":2}\n')
      expect(copyOf(region, run, 'result.json')).to.equal('{"status":"done"}\n')
      expect(copyOf(region, run, 'ledger.sha256')).to.equal(`${digest}\n`)
      expect(mirror.objects.has([region, run.id, 'ledger.ndjson'].join(' '))).to.equal(false)
    }
  })

  it('send one put of a file at a time, and the newest text wins', async () => {
    let answer = (): void => undefined
    mirror.held = new Promise((done) => (answer = done))
    const store = machine('one')
    const run = await begun(store, 1)
    const puts = (): number => mirror.puts.filter((put) => put === [AWAY, run.id, 'journal.ndjson'].join(' ')).length
    await Promise.all(Array.from({length: 50}, (_, n) => run.append('journal.ndjson', {more: n})))
    expect(puts()).to.equal(1)
    answer()
    await store.close()
    expect(copyOf(AWAY, run, 'journal.ndjson')!.split('\n')).to.have.length(52)
    expect(puts()).to.equal(2)
  })

  it('outage: gather the lines of a moment that nobody waits for, and send them at once where somebody does', async () => {
    const store = machine('one')
    const since = performance.now()
    const run = await begun(store, 20)
    await run.append('journal.ndjson', {n: 'promote'}, {sync: true, mirrored: true})
    const {length} = mirror.puts.filter((put) => put === [AWAY, run.id, 'journal.ndjson'].join(' '))
    // The first line, one of each tenth of a second, and the last line, for whose sake a pause ends early.
    expect(length).to.be.within(2, 3 + (performance.now() - since) / 100)
    expect(copyOf(AWAY, run, 'journal.ndjson')!.split('\n')).to.have.length(22)
    await store.close()
  })

  it('wait for the copies where that is asked for', async () => {
    mirror.held = systemClock.sleep(30)
    const run = await begun(machine('one'))
    await run.append('journal.ndjson', {n: 'promote'}, {sync: true, mirrored: true})
    for (const region of [HOME, AWAY]) expect(copyOf(region, run, 'journal.ndjson')).to.include('promote')
  })

  it('are held up once by a region that hangs, half a second at most, and never fail for it', async () => {
    mirror.hanging.add(HOME)
    const store = machine('one')
    const run = await begun(store)
    const mirrored = {sync: true, mirrored: true}
    await run.append('journal.ndjson', {n: 'first'}, mirrored)
    expect(waited).to.deep.equal([500])
    await run.append('journal.ndjson', {n: 'second'}, mirrored)
    expect(waited).to.deep.equal([500])
    expect(copyOf(AWAY, run, 'journal.ndjson')).to.include('second')
    await store.close()
    expect(waited).to.deep.equal([500, 2000])
  })

  it('catch up, plan and all, where a region that failed answers again', async () => {
    mirror.lost.add(AWAY)
    const store = machine('one')
    const run = await begun(store)
    await run.append('journal.ndjson', {n: 'lost'}, {mirrored: true})
    mirror.lost.clear()
    await run.append('journal.ndjson', {n: 'back'}, {sync: true})
    await store.close()
    expect(copyOf(AWAY, run, 'plan.json')).to.equal('{"schemaVersion":1}\n')
    expect(copyOf(AWAY, run, 'journal.ndjson')).to.include('back')
  })

  it('outage: are tried seldom in a region that is lost, and once more at the end', async () => {
    mirror.lost.add(AWAY)
    const store = machine('one')
    const since = performance.now()
    const run = await begun(store, 50)
    const tries = (): number => mirror.puts.filter((put) => put.startsWith(AWAY)).length
    // At first twice, and then both files once a second.
    expect(tries()).to.be.within(2, 2 + 2 * Math.floor((performance.now() - since) / 1000))
    const before = tries()
    await store.close()
    expect(tries()).to.equal(before + 2)
    expect(copyOf(HOME, run, 'journal.ndjson')!.split('\n')).to.have.length(51)
  })

  it('do not wait at the end for regions that are lost', async () => {
    mirror.lost.add(HOME).add(AWAY)
    const store = machine('one')
    await begun(store)
    await store.close()
    expect(waited).to.deep.equal([])
  })

  it('are found by another machine, and kept there for the owner alone', async () => {
    const one = machine('one')
    const run = await begun(one)
    await one.close()
    mirror.lost.add(HOME)
    const two = machine('two')
    const found = (await newestUnfinished(two))!
    expect(found.id).to.equal(run.id)
    expect(found.folder).to.equal(join(folder, 'two', 'runs', run.id))
    expect(await found.read('journal.ndjson')).to.deep.equal([{n: 0}, {n: 1}, {n: 2}])
    expect(statSync(found.folder).mode & 0o777).to.equal(0o700)
    for (const file of ['plan.json', 'journal.ndjson'])
      expect(statSync(join(found.folder, file)).mode & 0o777, file).to.equal(0o600)
    expect(events).to.deep.equal([
      {code: 'note', text: `cannot read the copies of runs in ${HOME}`},
      {code: 'note', text: `run ${run.id} is known from its copy in ${AWAY}`},
    ])
    expect((await machine('three').open(run.id)).id).to.equal(run.id)
    expect(await thrownBy(machine('four').open('20260101T000000000Z-failover-0000'))).to.include({code: 'RunUnknown'})
  })

  it('are told of where a copy cannot be read: it may be all that is left of an unfinished run', async () => {
    const one = machine('one')
    const run = await begun(one)
    await one.close()
    mirror.unreadable.add(HOME)
    expect((await newestUnfinished(machine('two')))!.id).to.equal(run.id)
    const warning = {
      code: 'warning',
      text: `cannot read the copy of run ${run.id} in ${HOME}: too slow`,
      hint: `if that run may be unfinished: todo-dr resume ${run.id}`,
    }
    expect(events).to.deep.equal([warning, {code: 'note', text: `run ${run.id} is known from its copy in ${AWAY}`}])
    events = []
    mirror.unreadable.add(AWAY)
    expect(await newestUnfinished(machine('three'))).to.equal(undefined)
    expect(events).to.deep.include.members([warning])
    expect(events).to.have.length(2)
  })

  it('are one run on two machines: the copy that knows most wins, and a result is more than any journal', async () => {
    const one = machine('one')
    const run = await begun(one, 9)
    await one.close()
    const two = machine('two')
    const there = (await newestUnfinished(two))!
    await there.append('journal.ndjson', {n: 'two'}, {sync: true})
    await two.close()
    expect(await (await machine('one').open(run.id)).read('journal.ndjson')).to.have.length(10)
    mirror.objects.set([HOME, run.id, 'journal.ndjson'].join(' '), '{"n":0}\n')
    expect(await (await machine('one').open(run.id)).read('journal.ndjson')).to.have.length(10)
    mirror.objects.set([HOME, run.id, 'result.json'].join(' '), '{"status":"done"}\n')
    expect(await newestUnfinished(machine('one'))).to.equal(undefined)
  })

  it('are taken in with those that came after them, whose results may have left them behind', async () => {
    const one = machine('one')
    await begun(one)
    // Ids tell milliseconds apart.
    await new Promise((done) => setTimeout(done, 5))
    const newer = await begun(one)
    await newer.writeJson('result.json', {status: 'done'})
    await one.close()
    expect(await mirror.list(AWAY)).to.have.length(2)
    const [first, second] = await machine('two').newestFirst()
    expect(await first!.readJson('result.json')).to.deep.equal({status: 'done'})
    expect(await second!.readJson('result.json')).to.equal(undefined)
  })

  it('are listed again, for a command about a run, while no region answers; who does not answer is told', async () => {
    await (await begun(machine('one'))).writeJson('result.json', {status: 'done'})
    mirror.lost.add(HOME).add(AWAY)
    const store = (waitMs: number) =>
      new MirroredRunStore(new FsRunStore(join(folder, 'two')), mirror, (event) => events.push(event), {waitMs})
    expect(await store(0).unseen()).to.deep.equal([HOME, AWAY])
    const waiting = store(60_000).unseen()
    setTimeout(() => mirror.lost.delete(AWAY), 700)
    expect(await waiting).to.deep.equal([HOME])
  })

  it('count only with a plan and a journal that can be read, and under the name of a run', async () => {
    const id = '20260102T030405678Z-failover-0a0b'
    for (const file of ['plan.json', 'journal.ndjson']) {
      mirror.objects.clear()
      mirror.objects.set(`${AWAY} ${id} plan.json`, '{"schemaVersion":1}\n')
      mirror.objects.set(`${AWAY} ${id} journal.ndjson`, '{"n":0}\n')
      mirror.objects.set(`${AWAY} ${id} ${file}`, '{"n":')
      expect(await newestUnfinished(machine(file)), file).to.equal(undefined)
    }

    mirror.objects.clear()
    for (const file of ['plan.json', 'journal.ndjson'])
      mirror.objects.set(`${AWAY} ../../evil ${file}`, '{"schemaVersion":1}')
    expect(await newestUnfinished(machine('path'))).to.equal(undefined)
  })
})
