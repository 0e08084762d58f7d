import {expect} from 'chai'
import {hostname} from 'node:os'
import {takeDown} from '../../../src/actions/teardown/take-down.js'
import type {TakeDown} from '../../../src/actions/teardown/take-down.js'
import {DrError} from '../../../src/errors.js'
import type {DrEvent} from '../../../src/messages.js'
import type {Estate, EstateResource} from '../../../src/model/estate.js'
import type {TeardownAct} from '../../../src/model/teardown-plan.js'
import type {Run} from '../../../src/ports/runs.js'
import type {Demolition, PartingLease} from '../../../src/ports/teardown.js'
import {journalOf, memoryRuns} from '../../support/memory-run.js'
import {thrownBy} from '../../support/thrown.js'
import {VirtualClock} from '../../support/virtual-clock.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
const regionOf = (id: string): string => (id.endsWith(AWAY) ? AWAY : HOME)
const leaseBucket = (region: string): string => `demo-lease-000000000000-${region}`

const bucket = (id: string): EstateResource => ({
  kind: 'bucket',
  id,
  arn: `arn:aws:s3:::${id}`,
  region: regionOf(id),
  owned: true,
  protected: false,
})

/** Holds buckets; deleting one may fail, or bring to light another that was hidden. */
class FakeEstate implements Demolition {
  readonly acts: string[] = []
  constructor(
    readonly standing: Set<string>,
    readonly on: (id: string, standing: Set<string>) => unknown = () => undefined,
  ) {}

  async look(): Promise<Estate> {
    const resources = [...this.standing].map((id) => bucket(id))
    return {
      app: 'Demo',
      regions: [HOME, AWAY],
      unreachable: [],
      stacks: [],
      resources,
      pendingDeletion: [],
      toolkitUsers: [],
    }
  }

  async act({target}: TeardownAct): Promise<void> {
    this.acts.push(target.id)
    await this.on(target.id, this.standing)
    this.standing.delete(target.id)
  }
}

/** One lease, as all see it; every command has a connection of its own. */
class FakeLease {
  holder: string | undefined
  /** Regions in which it is kept. */
  kept: string[] = []

  refuse(owner: string): void {
    if (this.holder !== owner)
      throw new DrError({code: 'LeaseLost', exit: 'refused', what: `the lease is lost to ${this.holder}`})
  }

  readonly connect = (buckets: Record<string, string>): PartingLease => {
    const regions = new Set(Object.keys(buckets))
    return {
      acquire: async (owner) => {
        if (this.holder !== undefined && this.holder !== owner)
          throw new DrError({
            code: 'LeaseHeld',
            exit: 'refused',
            what: `another operator is running a command: ${this.holder}`,
          })
        this.holder = owner
        this.kept = [...regions]
        return {regions: this.kept, unreachable: [], token: 1}
      },
      renew: async ({owner}) => this.refuse(owner),
      confirm: async ({owner}) => this.refuse(owner),
      release: async ({owner}) => {
        if (this.holder === owner) this.holder = undefined
      },
      holder: async () => (this.holder === undefined ? undefined : {owner: this.holder, secondsLeft: 60}),
      forget: async (region) => {
        regions.delete(region)
        this.kept = [...regions]
        return regions.size
      },
    }
  }
}

const refused = (code: string): DrError => new DrError({code, exit: 'failed', what: `refused: ${code}`})

class Teardown {
  readonly events: DrEvent[] = []
  readonly clock = new VirtualClock()
  readonly ctrlC = new AbortController()
  readonly lease = new FakeLease()
  readonly runs: Run[] = []

  async run(demolition: FakeEstate, more: Partial<TakeDown> = {}) {
    return takeDown({
      app: 'Demo',
      demolition,
      estate: await demolition.look(),
      unprotect: false,
      leaseIn: this.lease.connect,
      runs: memoryRuns(this.runs),
      operator: 'somebody@here',
      clock: this.clock,
      emit: (event) => this.events.push(event),
      signal: this.ctrlC.signal,
      ...more,
    })
  }

  async journaled(at = 0): Promise<string[]> {
    return (await journalOf(this.runs[at]!)).map(({event}) => event)
  }
}

describe('taking an application down', () => {
  let teardown: Teardown

  beforeEach(() => {
    teardown = new Teardown()
  })

  it('looks again, and takes down what shows only then', async () => {
    const demolition = new FakeEstate(new Set(['a']), (id, standing) => id === 'a' && standing.add('b'))
    const {estate, done, failed} = await teardown.run(demolition)
    expect(demolition.acts).to.deep.equal(['a', 'b'])
    expect(estate.resources).to.deep.equal([])
    expect(done).to.have.length(2)
    expect(failed).to.deep.equal([])
  })

  it('tries again what failed while something else moved, and forgets the failure', async () => {
    let tries = 0
    const demolition = new FakeEstate(new Set(['a', 'b']), (id) => {
      if (id === 'b' && ++tries === 1) throw refused('Busy')
    })
    const {estate, failed} = await teardown.run(demolition)
    expect(estate.resources).to.deep.equal([])
    expect(failed).to.deep.equal([])
  })

  it('ends when nothing moves any more, and says why', async () => {
    const demolition = new FakeEstate(new Set(['a']), () => {
      throw refused('Locked')
    })
    const {estate, failed} = await teardown.run(demolition)
    expect(demolition.acts).to.deep.equal(['a'])
    expect(estate.resources).to.have.length(1)
    expect(failed.map(({code}) => code)).to.deep.equal(['Locked'])
    expect(teardown.events.some((event) => event.code === 'step-finished' && event.outcome === 'failed')).to.equal(true)
  })

  it('begins nothing more after Ctrl-C, and can be gone on with', async () => {
    const demolition = new FakeEstate(new Set(['a', leaseBucket(HOME)]), (_, standing) => {
      standing.add('b')
      teardown.ctrlC.abort(new Error('stopped'))
    })
    expect(await thrownBy(teardown.run(demolition))).to.include({code: 'Interrupted', exit: 'interrupted'})
    expect(demolition.acts).to.deep.equal(['a'])
    expect(teardown.lease.holder).to.equal(undefined)
    expect((await teardown.journaled()).at(-1)).to.equal('run-stopped')
    await teardown.run(new FakeEstate(demolition.standing), {signal: new AbortController().signal})
    expect(teardown.runs).to.have.length(1)
    expect((await teardown.journaled()).at(-1)).to.equal('run-finished')
  })

  it('does not hide a bug behind a failure of AWS', async () => {
    const demolition = new FakeEstate(new Set(['a']), () => {
      throw new TypeError('undefined is not a function')
    })
    expect(await thrownBy(teardown.run(demolition))).to.be.instanceOf(TypeError)
  })

  it('journals each act before and after it, and its failure with the reason', async () => {
    const demolition = new FakeEstate(new Set(['a', 'b']), (id) => {
      if (id === 'b') throw refused('Locked')
    })
    await teardown.run(demolition)
    const lines = await journalOf(teardown.runs[0]!)
    expect(lines[0]).to.include({event: 'teardown-started', app: 'Demo', pid: process.pid, host: hostname()})
    const acts = lines.filter((line) => 'act' in line).map((line) => `${line.event} ${'act' in line ? line.act : ''}`)
    expect(acts.slice(0, 4)).to.have.members([
      'act-intent delete the bucket a (us-east-1)',
      'act-intent delete the bucket b (us-east-1)',
      'act-done delete the bucket a (us-east-1)',
      'act-failed delete the bucket b (us-east-1)',
    ])
    expect(acts.indexOf('act-intent delete the bucket a (us-east-1)')).to.be.below(
      acts.indexOf('act-done delete the bucket a (us-east-1)'),
    )
    expect(lines.at(-1)).to.include({event: 'run-finished', status: 'done', exit: 'failed'})
  })

  describe('under the operator lease', () => {
    const whole = (): Set<string> => new Set(['a', 'b', leaseBucket(HOME), leaseBucket(AWAY)])

    it('holds it in every bucket that stands, until that one goes, and writes nothing to it any more', async () => {
      const seen: Record<string, {held: boolean; kept: string[]}> = {}
      const demolition = new FakeEstate(whole(), async (id) => {
        seen[id] = {held: teardown.lease.holder !== undefined, kept: [...teardown.lease.kept]}
        // A renewal while the bucket is being emptied.
        if (id === leaseBucket(HOME)) await teardown.clock.sleep(25_000)
        if (id === leaseBucket(HOME)) seen.renewed = {held: true, kept: [...teardown.lease.kept]}
      })
      await teardown.run(demolition)
      for (const id of ['a', 'b']) expect(seen[id]).to.deep.equal({held: true, kept: [HOME, AWAY]})
      expect(seen[leaseBucket(HOME)]!.kept).not.to.include(HOME)
      expect(seen[leaseBucket(AWAY)]!.kept).not.to.include(AWAY)
      expect(seen.renewed!.kept).not.to.include(HOME)
      expect(teardown.lease.holder).to.equal(undefined)
      const lines = await journalOf(teardown.runs[0]!)
      expect(lines.find((line) => line.event === 'lease-taken')).to.deep.include({regions: [HOME, AWAY]})
      expect(lines.filter((line) => line.event === 'lease-note')).to.have.length(2)
    })

    it('is refused while another operator is at work, and has changed nothing', async () => {
      teardown.lease.holder = 'somebody else'
      const demolition = new FakeEstate(whole())
      const error = (await thrownBy(teardown.run(demolition))) as DrError
      expect(error).to.include({code: 'LeaseHeld', exit: 'refused'})
      expect(error.message).to.contain('somebody else')
      expect(demolition.acts).to.deep.equal([])
      const lines = await journalOf(teardown.runs[0]!)
      expect(lines.at(-1)).to.include({event: 'run-finished', status: 'refused', exit: 'refused'})
    })

    /** A teardown that is killed in its first act: nothing of it is written or released any more. */
    const killed = async (): Promise<Set<string>> => {
      const standing = whole()
      const clock = new VirtualClock()
      const begun = new Promise<void>((resolve) => {
        const demolition = new FakeEstate(standing, () => {
          resolve()
          return new Promise(() => undefined)
        })
        void teardown.run(demolition, {clock})
      })
      await begun
      clock.stop()
      return standing
    }

    it('goes on after a kill as the holder that it was, in the same journal', async () => {
      const standing = await killed()
      const {holder} = teardown.lease
      const seen = new Set<string | undefined>()
      const demolition = new FakeEstate(standing, (id) => void (id.length === 1 && seen.add(teardown.lease.holder)))
      await teardown.run(demolition)
      expect([...seen]).to.deep.equal([holder])
      expect(teardown.runs).to.have.length(1)
      expect(await teardown.journaled()).to.include.members(['teardown-started', 'run-resumed', 'run-finished'])
      expect(standing.size).to.equal(0)
    })

    it('is another one while the first one lives, of the same person too, and is refused with its name', async () => {
      const standing = await killed()
      const [first] = teardown.runs
      // Its process is one that lives.
      await first!.append('journal.ndjson', {
        at: 0,
        event: 'run-resumed',
        owner: 'x',
        pid: process.ppid,
        host: hostname(),
      })
      const error = (await thrownBy(teardown.run(new FakeEstate(standing)))) as DrError
      expect(error).to.include({code: 'LeaseHeld', exit: 'refused'})
      expect(error.message).to.contain(first!.id)
      expect(teardown.runs).to.have.length(2)
    })

    it('begins a journal of its own for another application, and after one that ended', async () => {
      await killed()
      teardown.lease.holder = undefined
      await teardown.run(new FakeEstate(new Set(['a'])), {app: 'Another'})
      expect(teardown.runs).to.have.length(2)
      await teardown.run(new FakeEstate(new Set(['a'])), {app: 'Another'})
      expect(teardown.runs).to.have.length(3)
    })

    it('stops when it has lost the lease to another one, and says who has it', async () => {
      const demolition = new FakeEstate(whole(), async (id) => {
        if (id !== 'a') return
        teardown.lease.holder = 'a faster one'
        await teardown.clock.sleep(25_000)
      })
      const error = (await thrownBy(teardown.run(demolition))) as DrError
      expect(error).to.include({code: 'LeaseLost', exit: 'stopped'})
      expect(error.message).to.contain('a faster one')
      expect(demolition.acts).to.have.members(['a', 'b'])
      expect(teardown.lease.holder).to.equal('a faster one')
      expect((await teardown.journaled()).at(-1)).to.equal('run-stopped')
    })

    it('goes without it where no bucket of it is left', async () => {
      teardown.lease.holder = 'somebody else'
      await teardown.run(new FakeEstate(new Set(['a', 'demo-lease-of-others'])))
      expect(await teardown.journaled())
        .to.include('lease-note')
        .and.not.to.include('lease-taken')
      expect(teardown.lease.holder).to.equal('somebody else')
    })
  })
})
