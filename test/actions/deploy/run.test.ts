import {expect} from 'chai'
import fc from 'fast-check'
import {SCHEMAS} from '../../../src/actions/deploy/result.js'
import {runDeploy} from '../../../src/actions/deploy/run.js'
import type {DeployRequest} from '../../../src/actions/deploy/run.js'
import {DrError} from '../../../src/errors.js'
import type {DrEvent} from '../../../src/messages.js'
import {stackKey} from '../../../src/model/stack.js'
import type {ProjectStack} from '../../../src/model/stack.js'
import type {Run} from '../../../src/ports/runs.js'
import {tellStages} from '../../../src/ports/stage.js'
import {journalOf, memoryRuns} from '../../support/memory-run.js'
import {projectStack, REGIONS, SimulatedStacks} from '../../support/simulated-stacks.js'
import type {Fate} from '../../support/simulated-stacks.js'
import {SimulatedWorld} from '../../support/simulated-world.js'
import {thrownBy} from '../../support/thrown.js'

const CLUSTER = {Type: 'AWS::RDS::DBCluster', Properties: {GlobalClusterIdentifier: 'demo'}}
const API = projectStack('api')
const DATA: ProjectStack = projectStack('data', {template: {Resources: {Db: CLUSTER}}})

class Deployment {
  readonly world = new SimulatedWorld()
  readonly runs: Run[] = []
  readonly events: DrEvent[] = []
  readonly ctrlC = new AbortController()

  constructor(readonly stacks: SimulatedStacks) {
    stacks.interrupt = () => this.ctrlC.abort(new Error('interrupted'))
  }

  run(more: Partial<DeployRequest> = {}) {
    const emit = (event: DrEvent): void => void this.events.push(event)
    const {clock} = this.world
    return runDeploy({
      target: 'aws',
      lab: false,
      app: 'Demo',
      account: '000000000000',
      regions: REGIONS,
      folder: '/demo/infra',
      deployer: this.stacks.deployer,
      cloudFormation: this.stacks.cloudFormation,
      stackDrifts: this.stacks.stackDrifts,
      clock,
      world: this.world.connect().world,
      runs: memoryRuns(this.runs),
      edgeUrl: async () => undefined,
      stacks: [],
      diff: false,
      dryRun: false,
      bootstrap: true,
      rollback: true,
      continueRollback: false,
      concurrency: 8,
      owner: 'somebody deploy',
      began: clock.now(),
      stage: tellStages(emit, () => clock.now()),
      emit,
      signal: this.ctrlC.signal,
      ...more,
    })
  }

  /** That nothing was changed, and nobody was kept out. */
  expectNothingBegun(): void {
    // A change set that is looked at and dropped is all that may have been made.
    expect(this.stacks.acts.filter((act) => !/^(prepare|drop) /.test(act))).to.deep.equal([])
    expect(this.runs).to.deep.equal([])
    expect(this.world.leaseHolder).to.equal(undefined)
  }
}

/** A replacement of the cluster, which the gate refuses. */
function replacing(stacks: SimulatedStacks): SimulatedStacks {
  stacks.deployed.set(stackKey(DATA), {Resources: {Db: {...CLUSTER, Properties: {...CLUSTER.Properties, Port: 1}}}})
  const detail = {property: 'Port', recreation: 'Always', certain: true} as const
  stacks.changes = [{action: 'Modify', logicalId: 'Db', type: CLUSTER.Type, replacement: 'True', details: [detail]}]
  return stacks
}

const consent = (given: boolean) => ({given: () => given, ask: async () => false})

describe('deploying', () => {
  const fates = fc
    .array(fc.tuple(fc.constantFrom<Fate>('changes', 'same', 'fails', 'stops'), fc.nat(), fc.boolean()), {
      minLength: 1,
      maxLength: 6,
    })
    .map((all) =>
      all.map(([fate, nat, depends], index) => ({fate, on: depends && index > 0 ? nat % index : undefined})),
    )

  it('ends as its stacks did, whatever became of them: status, exit, failure, journal and lease agree', async () => {
    await fc.assert(
      fc.asyncProperty(fates, fc.boolean(), async (all, stood) => {
        const named = all.map((one, index) => ({...one, name: `stack${index}`}))
        const project = named.map(({name, on}) =>
          projectStack(name, {dependencies: on === undefined ? [] : [`stack${on}`]}),
        )
        const stacks = new SimulatedStacks(project, Object.fromEntries(named.map(({name, fate}) => [name, fate])))
        if (stood) stacks.standing()
        const deployment = new Deployment(stacks)
        const {result, exit, error} = await deployment.run()

        const of = (status: string) => result.stacks.filter((one) => one.status === status).map(({name}) => name)
        expect(result.stacks.map(({name}) => name)).to.deep.equal(project.map(({name}) => name))
        expect(SCHEMAS.deploy.parse(result)).to.deep.equal(result)
        const stopped = deployment.ctrlC.signal.aborted
        const failed = !stopped && of('failed').length > 0
        expect(result.status).to.equal(
          stopped
            ? 'stopped'
            : failed
              ? 'failed'
              : of('unchanged').length === project.length
                ? 'unchanged'
                : 'deployed',
        )
        expect(exit).to.equal(stopped ? 'stopped' : failed ? 'failed' : 'done')
        expect(result.failure?.code).to.equal(error?.code)
        expect(error === undefined).to.equal(exit === 'done')

        for (const {name, fate, on} of named) {
          const {status, failure} = result.stacks.find((one) => one.name === name)!
          if (fate === 'stops' && status !== 'not-started') expect(status).to.equal('in-progress')
          if (status === 'failed') {
            expect(fate).to.equal('fails')
            expect(failure).to.deep.equal({
              logicalId: 'Thing',
              type: 'AWS::SSM::Parameter',
              reason: `${name} is not allowed`,
            })
          }

          if (on !== undefined && !['created', 'updated', 'unchanged'].includes(result.stacks[on]!.status))
            expect(status).to.equal(stopped && status === 'in-progress' ? status : 'not-started')
        }

        for (const name of of('created')) expect(stood, name).to.equal(false)
        for (const name of of('updated')) expect(stood, name).to.equal(true)
        const [journaled] = deployment.runs
        expect((await journalOf(journaled!)).at(-1)).to.include({event: 'run-finished', status: 'done', exit})
        expect(deployment.world.leaseHolder).to.equal(undefined)
      }),
      {numRuns: 200},
    )
  })

  const refusals: Record<string, (deployment: Deployment) => void> = {
    'a switch is under way'({world}) {
      world.switching = {to: 'us-east-2', status: 'failing-over'}
    },
    'the database would be replaced'({stacks}) {
      replacing(stacks)
    },
    both({world, stacks}) {
      world.switching = {to: 'us-east-2', status: 'failing-over'}
      replacing(stacks)
    },
  }
  for (const [why, stand] of Object.entries(refusals)) {
    for (const dryRun of [false, true]) {
      it(`begins nothing where ${why}${dryRun ? ', in a dry run too' : ''}, and says all that refuses`, async () => {
        const deployment = new Deployment(new SimulatedStacks([DATA, projectStack('api')]).standing())
        stand(deployment)
        const {result, exit} = await deployment.run({dryRun})
        expect({exit, status: result.status}).to.deep.equal({exit: 'refused', status: 'refused'})
        const gates = ['no-switch-in-progress', 'database-members'].filter(
          (gate) => why === 'both' || (gate === 'database-members') === why.includes('database'),
        )
        expect(result.refusals.map(({gate}) => gate)).to.deep.equal(gates)
        expect(deployment.events.filter(({code}) => code === 'refusal')).to.have.length(gates.length)
        deployment.expectNothingBegun()
      })
    }
  }

  const twins = REGIONS.map((region) =>
    projectStack('data', {id: `data in ${region}`, region, template: DATA.template}),
  )

  for (const away of [undefined, 'ROLLBACK_COMPLETE', 'REVIEW_IN_PROGRESS', 'CREATE_COMPLETE']) {
    it(`field report 16: asks the database gate about a stack whose namesake in another region is ${away ?? 'absent'}`, async () => {
      const stacks = new SimulatedStacks(twins).standing()
      replacing(stacks)
      if (away === undefined) stacks.states.delete(stackKey(twins[1]!))
      else stacks.states.set(stackKey(twins[1]!), {status: away})
      const deployment = new Deployment(stacks)
      const {result, exit} = await deployment.run()
      expect(exit).to.equal('refused')
      expect(result.refusals.map(({reason}) => reason)).to.have.length(1)
      expect(result.refusals[0]!.reason).to.match(/^data \(us-east-1\): /)
      expect(stacks.acts).to.deep.equal(['prepare data in us-east-1', 'drop data in us-east-1'])
      deployment.expectNothingBegun()
    })
  }

  it('field report 16: tells what became of each of two stacks of one name, whatever became of the other', async () => {
    const ended: Record<Fate, string> = {
      changes: 'updated',
      same: 'unchanged',
      fails: 'failed',
      stops: 'in-progress',
      breaks: 'failed',
    }
    const all = Object.keys(ended) as Fate[]
    for (const home of all) {
      for (const away of all) {
        const fates = {[twins[0]!.id]: home, [twins[1]!.id]: away}
        const deployment = new Deployment(new SimulatedStacks(twins, fates).standing())
        const {result} = await deployment.run()
        const told = result.stacks.map(({region, status}) => ({region, status}))
        expect(told, `${home} and ${away}`).to.deep.equal([
          {region: REGIONS[0], status: ended[home]},
          {region: REGIONS[1], status: home === 'stops' || home === 'breaks' ? 'not-started' : ended[away]},
        ])
        const lines = await journalOf(deployment.runs[0]!)
        const journaled = lines
          .filter((line) => line.event === 'stack-ended')
          .map(({region, status}) => ({region, status}))
        expect(journaled).to.deep.equal(told)
      }
    }
  })

  it('field report 16: begins nothing where a stack is for a region that does not exist', async () => {
    const stacks = new SimulatedStacks([API, projectStack('far', {region: 'us-east-9'})])
    const deployment = new Deployment(stacks)
    const error = (await thrownBy(deployment.run())) as DrError
    expect(error).to.include({code: 'RegionUnknown', exit: 'usage'})
    expect(error.message).to.contain('the stack far is in "us-east-9"')
    deployment.expectNothingBegun()
    expect((await deployment.run({regions: ['us-east-9']})).exit, 'of a target that says so').to.equal('done')
  })

  it('begins nothing in a dry run, and names the regions that it would bootstrap', async () => {
    const deployment = new Deployment(new SimulatedStacks([DATA, projectStack('api', {region: REGIONS[1]!})]))
    deployment.stacks.bootstrapped.delete(REGIONS[1]!)
    const {result, exit} = await deployment.run({dryRun: true})
    expect(exit).to.equal('done')
    expect(result).to.deep.include({status: 'planned', bootstrapped: [REGIONS[1]], stacks: []})
    deployment.expectNothingBegun()
  })

  it('replaces the database for who says so and types the name, and journals that', async () => {
    const deployment = new Deployment(replacing(new SimulatedStacks([DATA]).standing()))
    const {result, exit} = await deployment.run({databaseConsent: consent(true)})
    expect(exit).to.equal('done')
    expect(result).to.deep.include({status: 'deployed', refusals: []})
    expect(result.waived.map(({gate}) => gate)).to.deep.equal(['database-members'])
    expect((await journalOf(deployment.runs[0]!)).some((line) => line.event === 'waiver')).to.equal(true)

    const silent = new Deployment(replacing(new SimulatedStacks([DATA]).standing()))
    const error = (await thrownBy(silent.run({databaseConsent: consent(false)}))) as DrError
    expect(error).to.include({code: 'ConfirmMismatch', exit: 'refused'})
    silent.expectNothingBegun()
  })

  it('asks the gate after a bootstrap about what could not be asked before it, and deploys nothing where it refuses', async () => {
    const deployment = new Deployment(replacing(new SimulatedStacks([DATA, projectStack('api')]).standing()))
    deployment.stacks.bootstrapped.clear()
    const {result, exit, error} = await deployment.run()
    expect({exit, code: error?.code}).to.deep.equal({exit: 'refused', code: 'Refused'})
    expect(deployment.stacks.acts).to.include(`bootstrap ${REGIONS[0]}`)
    expect(deployment.stacks.acts.some((act) => act.startsWith('deploy'))).to.equal(false)
    expect(result.bootstrapped).to.deep.equal([REGIONS[0]])
    expect(result.stacks.every(({status}) => status === 'not-started')).to.equal(true)
  })

  it('does not bootstrap under --no-bootstrap, and begins nothing', async () => {
    const deployment = new Deployment(new SimulatedStacks([projectStack('api')]))
    deployment.stacks.bootstrapped.clear()
    expect(await thrownBy(deployment.run({bootstrap: false}))).to.include({code: 'NotBootstrapped', exit: 'usage'})
    deployment.expectNothingBegun()
  })

  it('is refused by the lease of another, changes nothing, and leaves a record that nothing had begun', async () => {
    const deployment = new Deployment(new SimulatedStacks([projectStack('api')]))
    deployment.world.leaseHolder = 'another'
    expect(await thrownBy(deployment.run())).to.include({code: 'LeaseHeld', exit: 'refused'})
    expect(deployment.stacks.acts).to.deep.equal([])
    expect(deployment.world.leaseHolder).to.equal('another')
    const lines = await journalOf(deployment.runs[0]!)
    expect(lines.at(-1)).to.include({event: 'run-finished', status: 'refused', exit: 'refused'})
  })

  it('needs no lease where nothing stands yet: there is no bucket to keep it in', async () => {
    const deployment = new Deployment(new SimulatedStacks([projectStack('api')]))
    deployment.world.leaseHolder = 'another'
    const {result} = await deployment.run({world: undefined})
    expect(result).to.include({status: 'deployed', edgeUrl: 'https://edge.example'})
    expect(deployment.events.at(-1)).to.include({code: 'done', next: 'todo-dr seed'})
  })

  it('goes on with a rollback that has failed only where it is told to', async () => {
    const stuck = () => {
      const stacks = new SimulatedStacks([projectStack('api')]).standing()
      stacks.states.set(stackKey(API), {status: 'UPDATE_ROLLBACK_FAILED', reason: 'a bucket is gone'})
      return new Deployment(stacks)
    }

    const left = stuck()
    expect(await thrownBy(left.run())).to.include({code: 'StackRollbackFailed'})
    left.expectNothingBegun()
    const helped = stuck()
    expect((await helped.run({continueRollback: true})).result.status).to.equal('deployed')
    expect(helped.stacks.acts).to.deep.equal(['continue api', 'deploy api'])
  })

  it('waits for another one who is at work on a stack, and says so once', async () => {
    const deployment = new Deployment(new SimulatedStacks([projectStack('api')]).standing())
    deployment.stacks.states.set(stackKey(API), {status: 'UPDATE_IN_PROGRESS'})
    void deployment.world.clock
      .sleep(60_000)
      .then(() => deployment.stacks.states.set(stackKey(API), {status: 'UPDATE_COMPLETE'}))
    const {result} = await deployment.run()
    expect(result.status).to.equal('deployed')
    expect(result.seconds).to.be.within(60, 70)
    const notes = deployment.events.filter(({code}) => code === 'note')
    expect(notes).to.have.length(2)
  })

  it('waits an hour at most for it', async () => {
    const deployment = new Deployment(new SimulatedStacks([projectStack('api')]).standing())
    deployment.stacks.states.set(stackKey(API), {status: 'UPDATE_IN_PROGRESS'})
    expect(await thrownBy(deployment.run())).to.include({code: 'StackBusy', exit: 'stopped'})
    deployment.expectNothingBegun()
  })

  it('asks CloudFormation only about stacks that hold the database and differ, and drops what it made to ask', async () => {
    const same = new Deployment(new SimulatedStacks([DATA, projectStack('api')]).standing())
    await same.run()
    expect(same.stacks.acts).to.deep.equal(['deploy data api'])
    const harmless = new Deployment(replacing(new SimulatedStacks([DATA, projectStack('api')]).standing()))
    harmless.stacks.changes = []
    await harmless.run()
    expect(harmless.stacks.acts).to.deep.equal(['prepare data', 'drop data in us-east-1', 'deploy data api'])
  })

  const upgraded = {path: '/EngineVersion', expected: '3.10.1', actual: '3.11.0'}
  const drifted = (...properties: object[]): Deployment => {
    const stacks = new SimulatedStacks([DATA, API]).standing()
    stacks.drifts = [{logicalId: 'Db', type: CLUSTER.Type, deleted: false, properties: properties as never}]
    return new Deployment(stacks)
  }

  it('drift: refuses what somebody did to the database that a deployment could not bear, and changes nothing', async () => {
    const deployment = drifted(upgraded, {path: '/BackupRetentionPeriod', expected: '7', actual: '1'})
    const {result, exit} = await deployment.run()
    expect(exit).to.equal('refused')
    expect(result.refusals.map(({gate, waiver}) => [gate, waiver])).to.deep.equal([
      ['template-drift', 'allow-database-change'],
    ])
    const {reason, hint} = result.refusals[0]!
    expect(reason).to.contain('data (us-east-1): Db (AWS::RDS::DBCluster): EngineVersion is "3.11.0"')
    expect(hint).to.contain('todo-dr drift --template').and.to.contain('--allow-database-change --confirm Demo')
    deployment.expectNothingBegun()
  })

  it('drift: refuses a database that is gone, and no role swap', async () => {
    const gone = drifted()
    gone.stacks.drifts[0]!.deleted = true
    expect((await gone.run()).result.refusals.map(({reason}) => reason)).to.match(/it is gone/)
    const swapped = drifted({path: '/ReplicationSourceIdentifier', expected: 'a', actual: 'null'})
    expect((await swapped.run()).exit).to.equal('done')
  })

  it('drift: deploys over it for who says so and types the name, and journals that', async () => {
    const deployment = drifted(upgraded)
    const {result, exit} = await deployment.run({databaseConsent: consent(true)})
    expect({exit, waived: result.waived.map(({gate}) => gate)}).to.deep.equal({
      exit: 'done',
      waived: ['template-drift'],
    })
    expect((await journalOf(deployment.runs[0]!)).some((line) => line.event === 'waiver')).to.equal(true)
  })

  it('drift: takes a template that says what is there, and is not stopped by what nobody can tell', async () => {
    const followed = drifted(upgraded)
    const properties = {...CLUSTER.Properties, EngineVersion: '3.11.0'}
    followed.stacks.stacks[0] = {...DATA, template: {Resources: {Db: {...CLUSTER, Properties: properties}}}}
    expect((await followed.run()).exit).to.equal('done')
    const untold = drifted(upgraded)
    untold.stacks.fault = (call) => {
      if (call === 'detect') throw new DrError({code: 'DriftNotDetected', exit: 'failed', what: 'no', why: 'a role'})
    }
    expect((await untold.run()).exit).to.equal('done')
    const warnings = untold.events.filter(({code}) => code === 'warning')
    expect(JSON.stringify(warnings)).to.contain('a role').and.to.contain('data (us-east-1)')
  })

  it('aws 1: refuses a new engine version and names the upgrade, and takes it once both clusters run it', async () => {
    const [old, later] = ['8.0.mysql_aurora.3.10.4', '8.0.mysql_aurora.3.10.5'] as const
    const at = (EngineVersion: string): ProjectStack => ({
      ...DATA,
      template: {Resources: {Db: {...CLUSTER, Properties: {...CLUSTER.Properties, EngineVersion}}}},
    })
    const deployment = (): Deployment => {
      const stacks = new SimulatedStacks([at(old), API]).standing()
      stacks.stacks[0] = at(later)
      const detail = {property: 'EngineVersion', recreation: 'Never' as const, certain: true}
      stacks.changes = [
        {action: 'Modify', logicalId: 'Db', type: CLUSTER.Type, replacement: 'False', details: [detail]},
      ]
      return new Deployment(stacks)
    }

    const before = deployment()
    const {result, exit} = await before.run({databaseConsent: consent(true)})
    expect(exit).to.equal('refused')
    expect(result.refusals.map(({gate, hint}) => [gate, hint.split(' upgrades')[0]])).to.deep.equal([
      ['database-members', `todo-dr upgrade --to ${later}`],
    ])
    before.expectNothingBegun()

    const after = deployment()
    const property = {path: '/EngineVersion', expected: old, actual: later}
    after.stacks.drifts = [{logicalId: 'Db', type: CLUSTER.Type, deleted: false, properties: [property]}]
    expect((await after.run()).exit).to.equal('done')
  })

  it('drops the change set where the question itself fails', async () => {
    const deployment = new Deployment(replacing(new SimulatedStacks([DATA]).standing()))
    deployment.stacks.fault = (call) => {
      if (call === 'prepare') throw new DrError({code: 'AssetsUnpublished', exit: 'failed', what: 'no'})
    }
    expect(await thrownBy(deployment.run())).to.include({code: 'AssetsUnpublished'})
    expect(deployment.stacks.acts).to.deep.equal(['drop data in us-east-1'])
    deployment.expectNothingBegun()
  })

  describe('of a project with pipelines', () => {
    const [home, away] = REGIONS as [string, string]
    const names = REGIONS.map((region) => `Demo-failover-${region}`)
    const project = (): SimulatedStacks =>
      new SimulatedStacks([
        projectStack('api'),
        projectStack(names[0]!, {region: home}),
        projectStack(names[1]!, {region: away}),
        projectStack(`Demo-delivery-${home}`, {region: home}),
      ])

    it('gives each of them the program once its stack stands, and none that is not among the stacks', async () => {
      const deployment = new Deployment(project())
      const published: string[] = []
      const programs = {
        async publish(region: string, bucket: string) {
          expect(deployment.stacks.acts.join(',')).to.contain(`Demo-failover-${region}`)
          published.push(bucket)
          return true
        },
      }
      expect(await deployment.run({programs})).to.include({exit: 'done'})
      const [ofHome, ofAway, delivery] = [
        `failover-ACCOUNT-${home}`,
        `failover-ACCOUNT-${away}`,
        `delivery-ACCOUNT-${home}`,
      ]
      expect(published.map((bucket) => bucket.replace(/\d{12}/, 'ACCOUNT'))).to.have.members(
        [ofHome, ofAway, delivery].map((name) => `demo-${name}`),
      )
      const again = new Deployment(project().standing())
      published.length = 0
      const only = {
        async publish(region: string) {
          published.push(region)
          return false
        },
      }
      await again.run({programs: only, stacks: [names[1]!]})
      expect(published).to.deep.equal([away])
      await again.run({programs: only, dryRun: true})
      expect(published).to.deep.equal([away])
    })

    it('says where one did not get it, and that the stacks stand', async () => {
      const programs = {
        async publish(region: string) {
          if (region === away) throw new DrError({code: 'Unreachable', exit: 'failed', what: 's3 in away'})
          return true
        },
      }
      const {result, exit, error} = await new Deployment(project()).run({programs})
      expect(error).to.include({code: 'ProgramNotPublished', why: 's3 in away'})
      expect([exit, result.status]).to.deep.equal(['failed', 'failed'])
      expect(new Set(result.stacks.map(({status}) => status))).to.deep.equal(new Set(['created']))
      expect(SCHEMAS.deploy.parse(result)).to.deep.equal(result)
    })
  })

  it('compares without a look at the gates: 5 where something differs', async () => {
    const deployment = new Deployment(new SimulatedStacks([projectStack('api')]).standing())
    expect(await deployment.run({diff: true})).to.deep.include({exit: 'done', lines: []})
    deployment.stacks.differences = [{stack: 'api', region: REGIONS[0]!, changes: [], text: 'Stack api'}]
    const {exit, lines, result} = await deployment.run({diff: true})
    expect({exit, lines}).to.deep.equal({exit: 'missed', lines: ['Stack api\n']})
    expect(result).to.deep.include({status: 'compared', differences: [{stack: 'api', region: REGIONS[0], changes: []}]})
    deployment.expectNothingBegun()
  })
})
