import {expect} from 'chai'
import fc from 'fast-check'
import type {Estate, EstateResource, EstateStack, ResourceKind} from '../../src/model/estate.js'
import {remainingOf} from '../../src/model/estate.js'
import type {TeardownAct} from '../../src/model/teardown-plan.js'
import {planTeardown} from '../../src/plans/teardown.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

const stack = (name: string, more: Partial<EstateStack> = {}): EstateStack => ({
  id: `arn:aws:cloudformation:${more.region ?? HOME}:000000000000:stack/${name}/1`,
  name,
  region: HOME,
  status: 'CREATE_COMPLETE',
  owned: true,
  toolkit: false,
  protected: false,
  consumers: [],
  ...more,
})

const resource = (kind: ResourceKind, id: string, more: Partial<EstateResource> = {}): EstateResource => ({
  kind,
  id,
  arn: `arn:${kind}:${more.region ?? HOME}:${id}`,
  region: HOME,
  owned: true,
  protected: false,
  ...more,
})

const estate = (stacks: EstateStack[], resources: EstateResource[]): Estate => ({
  app: 'Demo',
  regions: [HOME, AWAY],
  unreachable: [],
  stacks,
  resources,
  pendingDeletion: [],
  toolkitUsers: [],
})

/** The acts by when they can begin: those of a wave wait only for earlier waves. */
function wavesOf(acts: TeardownAct[]): TeardownAct[][] {
  const depth = new Map<string, number>()
  const byId = new Map(acts.map((act) => [act.id, act]))
  const depthOf = (act: TeardownAct): number => {
    const known = depth.get(act.id)
    if (known !== undefined) return known
    const before = act.after.map((id) => depthOf(byId.get(id)!))
    const own = before.length === 0 ? 0 : Math.max(...before) + 1
    depth.set(act.id, own)
    return own
  }

  const waves: TeardownAct[][] = []
  for (const act of acts) (waves[depthOf(act)] ??= []).push(act)
  return waves
}

/** Everything that has to have ended before this act begins. */
function precede(acts: TeardownAct[], id: string): Set<string> {
  const byId = new Map(acts.map((act) => [act.id, act]))
  const found = new Set<string>()
  const visit = (one: string): void => {
    for (const earlier of byId.get(one)?.after ?? []) {
      if (found.has(earlier)) continue
      found.add(earlier)
      visit(earlier)
    }
  }

  visit(id)
  return found
}

const plan = (of: Estate, unprotect = false) => planTeardown(of, {unprotect})
const find = (acts: TeardownAct[], kind: TeardownAct['kind'], arn: string): TeardownAct | undefined =>
  acts.find((act) => act.kind === kind && act.target.arn === arn)

/** Two data stacks, each with a cluster of one global database that stands in home's. */
function database(primary: string, more: {retained?: boolean} = {}): Estate {
  const home = stack('data-home')
  const away = stack('data-away', {region: AWAY})
  home.consumers = [away.id]
  const clusters = [
    resource('db-cluster', 'home', {stack: home.id, ...more}),
    resource('db-cluster', 'away', {stack: away.id, region: AWAY, ...more}),
  ]
  const global = resource('global-cluster', 'global', {
    stack: home.id,
    ...more,
    members: clusters.map(({arn, region}) => ({arn, region, isWriter: region === primary})),
  })
  return estate([home, away], [...clusters, global])
}

describe('the plan of a teardown', () => {
  for (const [primary, first, last] of [
    [HOME, 'away', 'home'],
    [AWAY, 'home', 'away'],
  ] as const) {
    it(`has ${first} leave before ${last} when ${last} is primary, and both before their stacks go`, () => {
      const of = database(primary)
      const acts = plan(of)
      const [home, away] = of.resources
      const arn = {home: home!.arn, away: away!.arn}
      expect(precede(acts, `leave ${arn[last]}`)).to.include(`leave ${arn[first]}`)
      for (const {id} of of.stacks)
        expect([...precede(acts, `delete ${id}`)]).to.include.members([`leave ${arn.home}`, `leave ${arn.away}`])
      expect(precede(acts, `delete ${of.stacks[0]!.id}`)).to.include(`delete ${of.stacks[1]!.id}`)
    })
  }

  it('deletes by their own API what the stacks would retain, before the stacks', () => {
    const of = database(AWAY, {retained: true})
    const acts = plan(of)
    const [home, , global] = of.resources
    expect(find(acts, 'delete', home!.arn)?.after).to.include(`leave ${home!.arn}`)
    expect(precede(acts, `delete ${of.stacks[0]!.id}`)).to.include(`delete ${home!.arn}`)
    expect([...precede(acts, `delete ${global!.arn}`)].filter((id) => id.startsWith('leave'))).to.have.length(2)
  })

  it('empties a bucket before its stack goes, and leaves one without the tag alone', () => {
    const one = stack('data')
    const bucket = resource('bucket', 'lease', {stack: one.id})
    const foreign = resource('bucket', 'lease-of-another', {stack: one.id, owned: false})
    const acts = plan(estate([one], [bucket, foreign]))
    expect(precede(acts, `delete ${one.id}`)).to.include(`empty ${bucket.arn}`)
    expect(acts.filter(({target}) => target.arn === foreign.arn)).to.deep.equal([])
  })

  it('keeps the buckets of the lease until all is gone that can go before them', () => {
    const data = stack('Demo-data', {consumers: [stack('Demo-api').id]})
    const kept = resource('bucket', 'demo-lease-000000000000-us-east-1', {stack: data.id})
    const loose = resource('bucket', 'demo-lease-000000000000-us-east-2', {region: AWAY})
    const logs = resource('bucket', 'demo-logs', {stack: data.id})
    const key = resource('key', 'k', {region: AWAY})
    const acts = plan(estate([data, stack('Demo-api')], [kept, loose, logs, key, resource('secret', 's')]))
    expect(precede(acts, `empty ${logs.arn}`)).to.deep.equal(new Set())
    expect([...precede(acts, `empty ${kept.arn}`)]).to.have.members([
      `empty ${logs.arn}`,
      `delete ${stack('Demo-api').id}`,
    ])
    expect(precede(acts, `delete ${data.id}`)).to.include(`empty ${kept.arn}`)
    const last = precede(acts, `delete ${loose.arn}`)
    expect(last)
      .to.include(`delete ${data.id}`)
      .and.to.include(`delete ${resource('secret', 's').arn}`)
    expect(precede(acts, `delete ${key.arn}`)).to.include(`delete ${loose.arn}`)
  })

  it('lifts protections only when it is told to, and first', () => {
    const one = stack('data', {protected: true})
    const cluster = resource('db-cluster', 'main', {stack: one.id, protected: true})
    expect(plan(estate([one], [cluster])).filter(({kind}) => kind === 'unprotect')).to.deep.equal([])
    const acts = plan(estate([one], [cluster]), true)
    expect([...precede(acts, `delete ${one.id}`)]).to.include.members([
      `unprotect ${one.id}`,
      `unprotect ${cluster.arn}`,
    ])
  })

  it('deletes the toolkit when no other stack needs its roles any more', () => {
    const one = stack('api')
    const toolkit = stack('CDKToolkit', {toolkit: true})
    const acts = plan(estate([toolkit, one], []))
    expect(precede(acts, `delete ${toolkit.id}`)).to.include(`delete ${one.id}`)
  })

  it('schedules a key only after all that it may have encrypted', () => {
    const one = stack('data')
    const key = resource('key', 'k', {stack: one.id, retained: true})
    const secret = resource('secret', 's')
    const acts = plan(estate([one], [key, secret]))
    expect([...precede(acts, `delete ${key.arn}`)]).to.include.members([`delete ${one.id}`, `delete ${secret.arn}`])
  })

  it('aws 15: keeps the keys of a region in which a backup vault stands, and deletes no vault by itself', () => {
    const vault = resource('other', 'demo-us-east-1', {
      arn: `arn:aws:backup:${HOME}:000000000000:backup-vault:demo-us-east-1`,
    })
    const keys = [resource('key', 'home'), resource('key', 'away', {region: AWAY})]
    const ended = (resources: EstateResource[]): string[] =>
      planTeardown(estate([], resources), {unprotect: true}).map(({target}) => target.id)
    expect(ended([...keys, vault])).to.deep.equal(['away'])
    expect(ended([...keys, {...vault, owned: false}])).to.have.members(['home', 'away'])
    expect(ended(keys)).to.have.members(['home', 'away'])
  })

  it('does not delete a replica, which goes with its original', () => {
    const acts = plan(estate([], [resource('secret', 'a'), resource('secret', 'a', {region: AWAY, replica: true})]))
    expect(acts.map(({region}) => region)).to.deep.equal([HOME])
  })

  it('has nothing to do with a primary whose secondary is not ours: it could not leave', () => {
    const of = database(HOME)
    of.resources[1]!.owned = false
    expect(plan(of).filter(({kind}) => kind === 'leave')).to.deep.equal([])
  })

  it('counts the waves by what can begin together', () => {
    const of = database(AWAY)
    const waves = wavesOf(plan(of)).map((wave) => wave.map(({kind, target}) => `${kind} ${target.id}`))
    expect(waves).to.deep.equal([['leave home'], ['leave away'], ['delete data-away'], ['delete data-home']])
  })
})

const name = fc.integer({min: 0, max: 5}).map(String)
const region = fc.constantFrom(HOME, AWAY)
const kinds: ResourceKind[] = [
  'bucket',
  'db-cluster',
  'db-instance',
  'db-snapshot',
  'key',
  'secret',
  'log-group',
  'user-pool',
  'other',
]

/** Any estate, sensible or not: stacks that read each other in circles, resources of stacks that are gone or foreign. */
const anyEstate: fc.Arbitrary<Estate> = fc
  .record({
    stacks: fc.uniqueArray(
      fc.record({
        name,
        region,
        owned: fc.boolean(),
        toolkit: fc.boolean(),
        protected: fc.boolean(),
        reads: fc.array(name),
      }),
      {selector: (one) => one.name},
    ),
    resources: fc.uniqueArray(
      fc.record({
        kind: fc.constantFrom(...kinds),
        id: name,
        region,
        owned: fc.boolean(),
        protected: fc.boolean(),
        retained: fc.boolean(),
        replica: fc.boolean(),
        ofLease: fc.boolean(),
        stack: fc.option(name, {nil: undefined}),
      }),
      {selector: (one) => `${one.kind} ${one.region} ${one.id}`},
    ),
    writer: fc.nat(),
    globalOwned: fc.boolean(),
  })
  .map(({stacks, resources, writer, globalOwned}) => {
    const all = stacks.map(({reads: _, ...one}) => stack(one.name, one))
    const idOf = (wanted: string | undefined) => all.find((one) => one.name === wanted)?.id
    for (const [index, one] of all.entries()) one.consumers = stacks[index]!.reads.flatMap((read) => idOf(read) ?? [])
    const made = resources.map(({stack: holder, ofLease, ...one}) => {
      const id = ofLease && one.kind === 'bucket' ? `demo-lease-${one.id}-${one.region}` : one.id
      return resource(one.kind, id, {...one, id, arn: `arn:${one.kind}:${one.region}:${id}`, stack: idOf(holder)})
    })
    const clusters = made.filter(({kind}) => kind === 'db-cluster')
    const members = clusters.map((one, index) => ({
      arn: one.arn,
      region: one.region,
      isWriter: index === writer % clusters.length,
    }))
    const cluster = clusters[0]?.arn
    for (const one of made) if (one.kind === 'db-instance') one.cluster = cluster
    return estate(all, [...made, resource('global-cluster', 'global', {owned: globalOwned, members})])
  })

describe('the plan of a teardown, of any estate', () => {
  const holds = (check: (of: Estate, acts: TeardownAct[]) => void): void =>
    fc.assert(
      fc.property(anyEstate, fc.boolean(), (of, unprotect) => check(of, plan(of, unprotect))),
      {numRuns: 300},
    )

  it('never touches what does not carry the tag', () => {
    holds((of, acts) => {
      const owned = new Set(remainingOf(of).map(({arn}) => arn))
      expect(acts.filter(({target}) => !owned.has(target.arn))).to.deep.equal([])
    })
  })

  it('can be carried out: no act waits for itself or for one that is not there', () => {
    holds((_, acts) => {
      const ids = new Set(acts.map(({id}) => id))
      expect(ids.size).to.equal(acts.length)
      for (const act of acts) {
        for (const id of act.after) expect(ids).to.include(id)
        expect(precede(acts, act.id)).not.to.include(act.id)
      }
    })
  })

  it('has every secondary leave before the primary', () => {
    holds((of, acts) => {
      for (const {members = []} of of.resources) {
        const writer = members.find(({isWriter, arn}) => isWriter && find(acts, 'leave', arn))
        if (!writer) continue
        const earlier = precede(acts, `leave ${writer.arn}`)
        for (const {isWriter, arn} of members) if (!isWriter) expect(earlier).to.include(`leave ${arn}`)
      }
    })
  })

  it('empties or deletes a bucket of a stack before the stack goes', () => {
    holds((of, acts) => {
      const standing = new Set(of.stacks.filter(({owned}) => owned).map(({id}) => id))
      for (const {kind, owned, stack: holder, arn, replica} of of.resources) {
        if (kind !== 'bucket' || !owned || replica || !standing.has(holder ?? '')) continue
        const earlier = [...precede(acts, `delete ${holder}`)]
        expect(earlier.some((id) => id === `empty ${arn}` || id === `delete ${arn}`)).to.equal(true)
      }
    })
  })

  it('deletes the toolkit after all other stacks', () => {
    holds((of, acts) => {
      const own = of.stacks.filter(({owned}) => owned)
      for (const {id} of own.filter(({toolkit}) => toolkit))
        for (const other of own.filter(({toolkit}) => !toolkit))
          expect(precede(acts, `delete ${id}`)).to.include(`delete ${other.id}`)
    })
  })

  it('field report 16: takes down stacks and resources of one name in two regions as two, and says which is which', () => {
    const regions = [HOME, AWAY]
    const stacks = regions.map((region) => stack('data', {region, protected: true}))
    const resources = stacks.flatMap(({id, region}) => [
      resource('log-group', '/aws/lambda/get', {region, stack: id, retained: true}),
      resource('secret', 'app-secret', {region, protected: true}),
    ])
    const acts = planTeardown(estate(stacks, resources), {unprotect: true})
    expect(new Set(acts.map(({id}) => id)).size).to.equal(acts.length)
    expect(new Set(acts.map(({title}) => title)).size, 'titles').to.equal(acts.length)
    for (const {id, region} of stacks) {
      const own = acts.filter(({target, kind}) => kind === 'delete' && target.arn === id)
      expect(own.map((act) => act.region)).to.deep.equal([region])
      const others = new Set(acts.filter((act) => act.region !== region).map((act) => act.id))
      expect(own[0]!.after.filter((before) => others.has(before))).to.deep.equal([])
    }
  })
})
