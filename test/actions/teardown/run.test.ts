import {expect} from 'chai'
import {runTeardown} from '../../../src/actions/teardown/run.js'
import {DrError} from '../../../src/errors.js'
import type {DrEvent} from '../../../src/messages.js'
import type {Estate, EstateResource} from '../../../src/model/estate.js'
import type {TeardownAct} from '../../../src/model/teardown-plan.js'
import type {Demolition} from '../../../src/ports/teardown.js'
import {FakeClock} from '../../support/fake-clock.js'
import {thrownBy} from '../../support/thrown.js'

const bucket = (id: string): EstateResource => ({
  kind: 'bucket',
  id,
  arn: `arn:aws:s3:::${id}`,
  region: 'us-east-1',
  owned: true,
  protected: false,
})

/** Holds buckets; deleting one may fail, or bring to light another that was hidden. */
class FakeEstate implements Demolition {
  readonly acts: string[] = []
  constructor(
    readonly standing: Set<string>,
    readonly on: (id: string, standing: Set<string>) => void = () => {},
  ) {}

  async look(): Promise<Estate> {
    const resources = [...this.standing].map((id) => bucket(id))
    return {
      app: 'Demo',
      regions: ['us-east-1'],
      unreachable: [],
      stacks: [],
      resources,
      pendingDeletion: [],
      toolkitUsers: [],
    }
  }

  async act({target}: TeardownAct): Promise<void> {
    this.acts.push(target.id)
    this.on(target.id, this.standing)
    this.standing.delete(target.id)
  }
}

const refused = (code: string): DrError => new DrError({code, exit: 'failed', what: `refused: ${code}`})

describe('running a teardown', () => {
  const tearDown = async (demolition: FakeEstate, signal = new AbortController().signal) => {
    const events: DrEvent[] = []
    const estate = await demolition.look()
    const run = {demolition, estate, unprotect: false, clock: new FakeClock(), signal}
    return {events, ...(await runTeardown({...run, emit: (event) => events.push(event)}))}
  }

  it('looks again, and takes down what shows only then', async () => {
    const demolition = new FakeEstate(new Set(['a']), (id, standing) => id === 'a' && standing.add('b'))
    const {estate, done, failed} = await tearDown(demolition)
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
    const {estate, failed} = await tearDown(demolition)
    expect(estate.resources).to.deep.equal([])
    expect(failed).to.deep.equal([])
  })

  it('ends when nothing moves any more, and says why', async () => {
    const demolition = new FakeEstate(new Set(['a']), () => {
      throw refused('Locked')
    })
    const {estate, failed, events} = await tearDown(demolition)
    expect(demolition.acts).to.deep.equal(['a'])
    expect(estate.resources).to.have.length(1)
    expect(failed.map(({code}) => code)).to.deep.equal(['Locked'])
    expect(events.some((event) => event.code === 'step-finished' && event.outcome === 'failed')).to.equal(true)
  })

  it('begins nothing more after Ctrl-C', async () => {
    const interrupt = new AbortController()
    const demolition = new FakeEstate(new Set(['a']), (_, standing) => {
      standing.add('b')
      interrupt.abort(new Error('stopped'))
    })
    expect(await thrownBy(tearDown(demolition, interrupt.signal))).to.have.property('message', 'stopped')
    expect(demolition.acts).to.deep.equal(['a'])
  })

  it('does not hide a bug behind a failure of AWS', async () => {
    const demolition = new FakeEstate(new Set(['a']), () => {
      throw new TypeError('undefined is not a function')
    })
    expect(await thrownBy(tearDown(demolition))).to.be.instanceOf(TypeError)
  })
})
