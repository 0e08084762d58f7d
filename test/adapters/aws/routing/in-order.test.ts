import {expect} from 'chai'
import {setTimeout as sleep} from 'node:timers/promises'
import {InOrderRoute} from '../../../../src/adapters/aws/routing/in-order.js'
import {DrError, Unreachable} from '../../../../src/errors.js'
import type {ExitName} from '../../../../src/errors.js'
import type {Region} from '../../../../src/model/deployment.js'
import type {Route, RouteNeeds} from '../../../../src/ports/route.js'
import {AWAY, HOME, sampleDeployment} from '../../../support/deployment.js'
import {VirtualClock} from '../../../support/virtual-clock.js'
import {thrownBy} from '../../../support/thrown.js'

/** A route in memory, which fails as it is told. */
class Held implements Route {
  readonly needs: RouteNeeds
  readonly spread: string
  value: Region = HOME
  readonly acts: string[] = []
  fails: (() => Promise<void> | void) | undefined

  constructor(
    readonly name: string,
    needs: Partial<RouteNeeds> = {},
  ) {
    this.needs = {service: name, plane: 'data', ...needs}
    this.spread = `as ${name} does`
  }

  async serving(): Promise<Region> {
    await this.fails?.()
    return this.value
  }

  async steer(region: Region): Promise<void> {
    this.acts.push(region)
    await this.fails?.()
    this.value = region
  }

  async verify(): Promise<void> {
    this.acts.push('verify')
  }

  byHand(region: Region): string {
    return `set ${this.name} to ${region}`
  }
}

const error = (what: string, {passing = false, exit = 'failed'}: {passing?: boolean; exit?: ExitName} = {}): DrError =>
  new DrError({code: 'Fault', exit, what, passing})

const saying = (what: Error) => () => {
  throw what
}

describe('several routes in order of preference', () => {
  const setting = (first: Partial<RouteNeeds> = {}, second: Partial<RouteNeeds> = {}) => {
    const [one, two] = [new Held('one', first), new Held('two', second)]
    const notes: string[] = []
    return {
      one,
      two,
      notes,
      note: (text: string) => void notes.push(text),
      route: new InOrderRoute(sampleDeployment(), [one, two]),
    }
  }

  it('are steered by the first one alone where that works, and proven by it', async () => {
    const {one, two, notes, note, route} = setting()
    await route.steer(AWAY, {note})
    const {signal} = new AbortController()
    await route.verify(async () => true, {to: AWAY, clock: new VirtualClock(), signal})
    expect([one.acts, two.acts, notes]).to.deep.equal([[AWAY, 'verify'], [], []])
    expect(await route.serving()).to.equal(AWAY)
  })

  for (const [what, fault] of Object.entries({
    'is silent': new Unreachable('no answer'),
    'says no for good': error('no such thing'),
    'denies it to these credentials': error('not allowed', {exit: 'credentials'}),
  }))
    it(`fall to the next one where the first ${what}, which is told, and serve and are proven by that`, async () => {
      const {one, two, notes, note, route} = setting()
      one.fails = saying(fault)
      await route.steer(AWAY, {note})
      expect(two.acts).to.deep.equal([AWAY])
      expect(notes).to.deep.equal([`one cannot be used: ${fault.message}; clients are sent by two`])
      one.fails = undefined
      expect(await route.serving(), 'the first one is back and names the old region').to.equal(AWAY)
      const {signal} = new AbortController()
      await route.verify(async () => true, {to: AWAY, clock: new VirtualClock(), signal})
      expect(two.acts).to.deep.equal([AWAY, 'verify'])
    })

  it('take what needs the region that is escaped last, and only where it is escaped', async () => {
    const {one, two, notes, note, route} = setting({region: HOME})
    await route.steer(AWAY, {note})
    expect([one.acts, two.acts]).to.deep.equal([[AWAY], []])
    await route.steer(AWAY, {note, leaving: HOME})
    expect([one.acts, two.acts]).to.deep.equal([[AWAY], [AWAY]])
    expect(notes).to.deep.equal([`one needs ${HOME}, which is left: two comes first`])
  })

  it('give the reason of each where none can be set, which passes where one of them may', async () => {
    const {one, two, route} = setting()
    one.fails = saying(error('throttled', {passing: true}))
    two.fails = saying(error('not allowed', {exit: 'credentials'}))
    expect(await thrownBy(route.steer(AWAY))).to.include({
      code: 'NoRouteSteered',
      exit: 'failed',
      passing: true,
      message: 'none of the routes can be set: one: throttled; two: not allowed',
    })
    one.fails = two.fails
    expect(await thrownBy(route.steer(AWAY))).to.include({code: 'NoRouteSteered', exit: 'credentials', passing: false})
  })

  it('end with the caller, and try no other one then', async () => {
    const {one, two, route} = setting()
    const gaveUp = new AbortController()
    one.fails = () => {
      gaveUp.abort(new Error('enough'))
      throw new Unreachable('cut')
    }
    expect(await thrownBy(route.steer(AWAY, {signal: gaveUp.signal}))).to.include({message: 'enough'})
    expect(two.acts).to.deep.equal([])
  })

  it('tell what the first one says, and what the next one does where that is silent, hangs or names no region', async () => {
    const {one, two, route} = setting()
    two.value = AWAY
    expect(await route.serving()).to.equal(HOME)
    one.fails = saying(new Unreachable('no answer'))
    expect(await route.serving()).to.equal(AWAY)
    one.fails = () => sleep(60_000, undefined, {ref: false})
    expect(await route.serving()).to.equal(AWAY)
    one.fails = undefined
    one.value = 'example.com'
    expect(await route.serving()).to.equal(AWAY)
    two.fails = saying(error('no'))
    expect(await route.serving()).to.equal('example.com')
  })

  it('name what each needs, and what a person does by hand', () => {
    const {route} = setting({region: 'us-east-1'}, {region: 'us-east-1', plane: 'control'})
    expect(route.needs).to.deep.equal({service: 'one, or else two', plane: 'data', region: 'us-east-1'})
    expect(setting({region: 'us-east-1'}).route.needs.region).to.equal(undefined)
    expect(route.byHand(AWAY)).to.equal(`set one to ${AWAY}, or else set two to ${AWAY}`)
    expect(route.spread).to.equal('as one does, or else as two does')
    expect(route.prove).to.equal(undefined)
  })

  it('are all proven by a write where they can be', async () => {
    const {one, two} = setting()
    const proven: string[] = []
    const prove = async (): Promise<Region> => {
      proven.push('two')
      return HOME
    }
    const provable = Object.assign(two, {prove})
    expect(await new InOrderRoute(sampleDeployment(), [one, provable]).prove!()).to.equal(HOME)
    expect(proven).to.deep.equal(['two'])
  })
})
