import {expect} from 'chai'
import fc from 'fast-check'
import {digest, planFailback, planFailover, planSwitchover} from '../../src/plans/index.js'
import type {Plan} from '../../src/model/plan.js'
import {stepOf} from '../../src/steps/registry.js'
import {AWAY, HOME, anyObservation, healthy, healthySide, yes} from '../support/observations.js'
import {SimulatedWorld} from '../support/simulated-world.js'

const {deployment} = new SimulatedWorld()
const words = ({stages}: Plan): string[] => stages.map((stage) => stage.map(({id}) => id).join('+'))
const FENCE = ['fence', 'in-flight+warm-target', 'canary']
const HAND_OVER = ['takes-write', 'steer-edge', 'verify-edge']

describe('the plans', () => {
  it('fail over: fence, promote, prove a write, and only then move the edge', () => {
    const plan = planFailover(healthy(), deployment)
    expect(words(plan)).to.deep.equal(['preflight', ...FENCE, 'promote+fence-again', ...HAND_OVER])
    expect(plan).to.include({intent: 'failover', from: HOME, to: AWAY})
  })

  it('open a target that an earlier switch has fenced, before it is asked for a write', () => {
    const observation = healthy({
      regions: {[HOME]: healthySide(HOME), [AWAY]: healthySide(AWAY, {writers: yes('fenced')})},
    })
    expect(words(planFailover(observation, deployment))).to.deep.equal([
      'preflight',
      ...FENCE,
      'promote+fence-again',
      'unfence-target',
      ...HAND_OVER,
    ])
  })

  it('switch over: as a failover that waits, and opens the old primary at the end', () => {
    const plan = planSwitchover(healthy(), deployment)
    expect(words(plan)).to.deep.equal([
      'preflight',
      ...FENCE,
      'promote',
      'unfence-target',
      ...HAND_OVER,
      'unfence-source',
    ])
    expect(plan.stages.flat().find(({id}) => id === 'promote')!.kind).to.equal('promote-switchover')
  })

  it('leave a region closed that somebody had closed before the switchover', () => {
    const observation = healthy({
      regions: {[HOME]: healthySide(HOME, {writers: yes('fenced')}), [AWAY]: healthySide(AWAY)},
    })
    expect(words(planSwitchover(observation, deployment))).to.not.include('unfence-source')
  })

  it('fail back: wait for home first, then switch over to it', () => {
    const plan = planFailback(healthy(), deployment)
    expect(words(plan)).to.deep.equal([
      'catch-up',
      'preflight',
      ...FENCE,
      'promote',
      'unfence-target',
      ...HAND_OVER,
      'unfence-source',
    ])
    expect(plan).to.include({from: AWAY, to: HOME})
  })

  it('defect 9: the direction, and where the edge goes, are read from the live cluster, and need not be typed', () => {
    for (const [primary, other] of [
      [HOME, AWAY],
      [AWAY, HOME],
    ] as const) {
      const members = [HOME, AWAY].map((region) => ({region, clusterArn: region, isWriter: region === primary}))
      const observation = healthy({global: yes({id: 'g', status: 'available', members}), edge: yes(HOME)})
      for (const plan of [planSwitchover(observation, deployment), planFailover(observation, deployment)]) {
        const argsOf = (wanted: string) => plan.stages.flat().find(({id}) => id === wanted)!.args
        expect(plan).to.include({from: primary, to: other})
        expect(argsOf('fence')).to.include({region: primary})
        expect(argsOf('promote')).to.include({to: other})
        expect(argsOf('steer-edge')).to.deep.equal({to: other})
      }
    }
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
