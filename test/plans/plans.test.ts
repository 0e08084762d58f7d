import {expect} from 'chai'
import fc from 'fast-check'
import {digest, planFailback, planFailover, planSwitchover, planUpgrade, upgradedTo} from '../../src/plans/index.js'
import type {Plan} from '../../src/model/plan.js'
import {stepOf} from '../../src/steps/registry.js'
import {AWAY, HOME, anyObservation, healthy, healthySide, silentSide, yes} from '../support/observations.js'
import {SimulatedWorld} from '../support/simulated-world.js'

const {deployment} = new SimulatedWorld()
const words = ({stages}: Plan): string[] => stages.map((stage) => stage.map(({id}) => id).join('+'))
const FENCE = ['fence', 'in-flight+warm-target', 'canary']
const HAND_OVER = ['takes-write', 'steer-edge', 'verify-edge']

describe('the plans', () => {
  it('fail over: fence, promote, prove a write, and only then move the edge', () => {
    const plan = planFailover(healthy(), deployment)
    expect(words(plan)).to.deep.equal(['preflight+wake-target', ...FENCE, 'promote+fence-again', ...HAND_OVER])
    expect(plan).to.include({intent: 'failover', from: HOME, to: AWAY})
  })

  it('outage: fence a region that answers nothing beside the last look at the target, and one that answers after it', () => {
    const lost = healthy({regions: {[HOME]: silentSide(HOME), [AWAY]: healthySide(AWAY)}})
    expect(words(planFailover(lost, deployment))).to.deep.equal([
      'preflight+wake-target+fence',
      ...FENCE.slice(1),
      'promote+fence-again',
      ...HAND_OVER,
    ])
    const dying = silentSide(HOME)
    const api = yes({status: 503, ok: false, latencyMs: 1})
    const half = healthy({regions: {[HOME]: {...dying, api}, [AWAY]: healthySide(AWAY)}})
    expect(words(planFailover(half, deployment)).slice(0, 2)).to.deep.equal(['preflight+wake-target', 'fence'])
  })

  it('open a target that an earlier switch has fenced, before it is asked for a write', () => {
    const observation = healthy({
      regions: {[HOME]: healthySide(HOME), [AWAY]: healthySide(AWAY, {writers: yes('fenced')})},
    })
    expect(words(planFailover(observation, deployment))).to.deep.equal([
      'preflight+wake-target',
      ...FENCE,
      'promote+fence-again',
      'unfence-target',
      ...HAND_OVER,
    ])
  })

  it('switch over: wake the target while clients are served, exchange the roles in one call, and fence nobody', () => {
    const plan = planSwitchover(healthy(), deployment)
    expect(words(plan)).to.deep.equal(['preflight', 'warm-target', 'promote', ...HAND_OVER, 'roles-settled'])
    expect(plan.stages.flat().find(({id}) => id === 'promote')!.kind).to.equal('promote-switchover')
  })

  it('switch over with --drain: fence the old primary and wait for its calls, and open it at the end', () => {
    const drained = ['fence', 'in-flight', 'canary', 'promote', ...HAND_OVER, 'roles-settled', 'unfence-source']
    const plan = planSwitchover(healthy(), deployment, {drain: true})
    expect(words(plan)).to.deep.equal(['preflight', 'warm-target', ...drained])
    const failback = planFailback(healthy(), deployment, {drain: true})
    expect(words(failback)).to.deep.equal(['catch-up', 'preflight', 'warm-target', ...drained, 'keep-left-volumes'])
  })

  it('aws 1: upgrade the standby, by who writes now, before the primary, and ask it for a write where it took them', () => {
    const version = '8.0.mysql_aurora.3.10.5'
    const steps = ['upgrade-standby', 'standby-replicates', 'upgrade-primary', 'takes-write', 'primary-replicates']
    const home = planUpgrade(healthy(), deployment, {version})
    expect(words(home)).to.deep.equal(steps)
    expect(upgradedTo(home)).to.equal(version)
    const regionsOf = (plan: Plan): unknown[] =>
      plan.stages.flat().flatMap(({kind, args}) => (kind === 'upgrade-cluster' ? [args.region] : []))
    expect(regionsOf(home)).to.deep.equal([AWAY, HOME])
    const members = [HOME, AWAY].map((region) => ({region, clusterArn: region, isWriter: region === AWAY}))
    const away = planUpgrade(healthy({global: yes({id: 'g', status: 'available', members})}), deployment, {version})
    expect(regionsOf(away)).to.deep.equal([HOME, AWAY])
    expect(away.stages[0]![0]!.pointOfNoReturn).to.equal(true)
    const fenced = healthy({
      regions: {[HOME]: healthySide(HOME, {writers: yes('fenced')}), [AWAY]: healthySide(AWAY)},
    })
    expect(words(planUpgrade(fenced, deployment, {version}))).to.not.include('takes-write')
  })

  it('open a target that is closed before a planned switch stops anything', () => {
    const closed = {[HOME]: healthySide(HOME), [AWAY]: healthySide(AWAY, {writers: yes('fenced')})}
    const plan = planSwitchover(healthy({regions: closed}), deployment)
    expect(words(plan).slice(0, 4)).to.deep.equal(['preflight', 'open-target', 'warm-target', 'promote'])
  })

  it('leave a region closed that somebody had closed before the switchover', () => {
    const observation = healthy({
      regions: {[HOME]: healthySide(HOME, {writers: yes('fenced')}), [AWAY]: healthySide(AWAY)},
    })
    for (const drain of [false, true])
      expect(words(planSwitchover(observation, deployment, {drain}))).to.not.include('unfence-source')
  })

  it('fail back: wait for home first, then switch over to it', () => {
    const plan = planFailback(healthy(), deployment)
    expect(words(plan)).to.deep.equal([
      'catch-up',
      'preflight',
      'warm-target',
      'promote',
      ...HAND_OVER,
      'roles-settled',
      'keep-left-volumes',
    ])
    expect(plan).to.include({from: AWAY, to: HOME})
  })

  const usedIn = (region: string, acu: number) => ({[region]: healthySide(region, {peakAcu: yes(acu)})})

  it('health 04: raise the capacity of a standby that has less than the primary uses, and never before a failover', () => {
    const observation = healthy({regions: {...healthy().regions, ...usedIn(HOME, 3.2)}})
    const failover = planFailover(observation, deployment)
    expect(words(failover)).to.include('takes-write+raise-capacity').and.to.not.include('preflight+raise-capacity')
    const raise = failover.stages.flat().find(({id}) => id === 'raise-capacity')!
    expect(raise).to.deep.include({args: {region: AWAY, acu: 3.5}, beside: true})
    const switchover = planSwitchover(observation, deployment)
    expect(words(switchover)[0]).to.equal('preflight+raise-capacity')
    expect(words(switchover).at(-1)).to.equal('roles-settled')
    expect(stepOf(raise)).to.respondTo('undo')
  })

  it('health 04: raise it after a planned switch whose clients are not served, since they would wait for it', () => {
    const down = healthySide(HOME, {peakAcu: yes(4), api: yes({status: 503, ok: false, latencyMs: 1})})
    const plan = planSwitchover(healthy({regions: {[HOME]: down, [AWAY]: healthySide(AWAY)}}), deployment)
    expect(words(plan)[0]).to.equal('preflight')
    expect(words(plan)).to.include('takes-write+raise-capacity')
    expect(plan.stages.flat().find(({id}) => id === 'raise-capacity')).to.include({beside: true, phase: 'connect'})
  })

  it('health 04: raise it no further than the maximum, and not at all without a measurement, a range or a need', () => {
    const raised = (acu: number | undefined, capacity: {min: number; max: number} | undefined) => {
      const {cluster} = healthySide(AWAY)
      if (!cluster.reachable) throw new Error('the cluster is there')
      const regions = {
        [HOME]: healthySide(HOME, {peakAcu: yes(acu)}),
        [AWAY]: healthySide(AWAY, {cluster: yes({...cluster.value, capacity})}),
      }
      return planSwitchover(healthy({regions}), deployment)
        .stages.flat()
        .find(({id}) => id === 'raise-capacity')?.args.acu
    }

    expect(raised(12, {min: 0.5, max: 8})).to.equal(8)
    expect(raised(0.6, {min: 0.5, max: 8})).to.equal(1)
    expect(raised(4, {min: 4, max: 8})).to.equal(undefined)
    expect(raised(undefined, {min: 0.5, max: 8})).to.equal(undefined)
    expect(raised(4, undefined)).to.equal(undefined)
    expect(words(planFailover(healthy({regions: {[AWAY]: healthySide(AWAY)}}), deployment)).join(' ')).to.not.include(
      'raise',
    )
  })

  it('health 04: put back on both sides what was raised when clients are served at home again', () => {
    const {cluster} = healthySide(AWAY)
    if (!cluster.reachable) throw new Error('the cluster is there')
    const members = [HOME, AWAY].map((region) => ({region, clusterArn: region, isWriter: region === AWAY}))
    const observation = healthy({
      global: yes({id: 'g', status: 'available', members}),
      edge: yes(AWAY),
      regions: {
        [HOME]: healthySide(HOME),
        [AWAY]: healthySide(AWAY, {peakAcu: yes(4), cluster: yes({...cluster.value, raisedFrom: {min: 0.5}})}),
      },
    })
    const both = `restore-capacity-${HOME}+restore-capacity-${AWAY}`
    expect(words(planFailback(observation, deployment)).at(-1)).to.equal(both)
    expect(words(planSwitchover(observation, deployment)).at(-1)).to.equal(both)
    expect(words(planFailover(observation, deployment)).at(-1)).to.equal(`restore-capacity-${HOME}`)
    expect(words(planFailback(healthy(), deployment)).join(' ')).to.not.include('restore')
  })

  it('defect 9: the direction, and where the edge goes, are read from the live cluster, and need not be typed', () => {
    for (const [primary, other] of [
      [HOME, AWAY],
      [AWAY, HOME],
    ] as const) {
      const members = [HOME, AWAY].map((region) => ({region, clusterArn: region, isWriter: region === primary}))
      const observation = healthy({global: yes({id: 'g', status: 'available', members}), edge: yes(HOME)})
      for (const plan of [
        planSwitchover(observation, deployment, {drain: true}),
        planFailover(observation, deployment),
      ]) {
        const argsOf = (wanted: string) => plan.stages.flat().find(({id}) => id === wanted)!.args
        expect(plan).to.include({from: primary, to: other})
        expect(argsOf('fence')).to.include({region: primary})
        expect(argsOf('promote')).to.include({to: other})
        expect(argsOf('steer-edge')).to.deep.equal({to: other})
      }
    }
  })

  it('give several routes the time of all of them, and name the region that is escaped, of which none may be needed', () => {
    const several = {...deployment, nextRoutes: [{kind: 'command', steerSeconds: 100}]}
    const steerOf = (plan: Plan) => plan.stages.flat().find(({id}) => id === 'steer-edge')!
    const failover = steerOf(planFailover(healthy(), several))
    expect(failover).to.deep.include({args: {to: AWAY, seconds: 160, leaving: HOME}, deadlineSeconds: 160})
    expect(steerOf(planSwitchover(healthy(), several)).args).to.deep.equal({to: AWAY, seconds: 160})
    expect(stepOf(failover)).to.have.property('act')
  })

  it('have one point of no return, unique ids, and steps that the registry knows, for any observation', () => {
    fc.assert(
      fc.property(anyObservation, fc.constantFrom(planFailover, planSwitchover, planFailback), (observation, make) => {
        const plan = make(observation, deployment)
        const steps = plan.stages.flat()
        expect(steps.filter((step) => step.pointOfNoReturn).map(({id}) => id)).to.deep.equal(['promote'])
        expect(new Set(steps.map(({id}) => id)).size).to.equal(steps.length)
        expect(plan.from).to.not.equal(plan.to)
        for (const step of steps) expect(stepOf(step)).to.respondTo('act')
      }),
    )
  })

  it('are digested by content, not by the order of keys', () => {
    const plan = planFailover(healthy(), deployment)
    const turned = Object.fromEntries(Object.entries(plan).reverse()) as unknown as Plan
    expect(digest(turned)).to.equal(digest(plan))
    expect(digest(plan)).to.match(/^[\da-f]{64}$/)
    expect(digest({...plan, to: HOME})).to.not.equal(digest(plan))
    expect(digest(structuredClone(plan))).to.equal(digest(plan))
  })

  it('refuse a kind of step that this version does not know', () => {
    const [[step]] = planFailover(healthy(), deployment).stages as [[Plan['stages'][0][0]]]
    expect(() => stepOf({...step, kind: 'teleport'})).to.throw('cannot carry out the plan')
    expect(() => stepOf({...step, args: {}})).to.throw('cannot carry out the plan')
  })

  it('keep numbers as numbers, and refuse what is none', () => {
    const inFlight = planFailover(healthy(), deployment)
      .stages.flat()
      .find(({id}) => id === 'in-flight')!
    expect(inFlight.args.seconds).to.be.a('number')
    const soon = {...inFlight, args: {...inFlight.args, seconds: 'soon'}}
    expect(() => stepOf(soon)).to.throw('cannot carry out the plan')
  })
})
