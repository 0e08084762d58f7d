/** Two sides in memory: what is the same but for its region, what differs, and what differs on purpose. */

import {expect} from 'chai'
import fc from 'fast-check'
import {compareSettings} from '../../../src/actions/drift/regions/compare.js'
import type {SetUp} from '../../../src/actions/drift/regions/compare.js'
import type {FindInput} from '../../../src/actions/drift/kind.js'
import {regions} from '../../../src/actions/drift/regions.js'
import type {Difference} from '../../../src/actions/drift/result.js'
import {Unreachable} from '../../../src/errors.js'
import type {Area, Item, Setting} from '../../../src/ports/settings.js'
import {healthy} from '../../support/observations.js'
import {AWAY, HOME, SimulatedWorld} from '../../support/simulated-world.js'

const fn = (region: string, settings: Item['settings'] = {}, held?: Item['held']): Item => ({
  kind: 'function',
  name: `Demo-app-${region}-Upsert`,
  settings: {
    memory: 512,
    concurrency: null,
    'environment HOST': `demo-${region}.proxy-${region === HOME ? 'abc' : 'xyz'}.${region}.rds.amazonaws.com`,
    'environment SECRET_ARN': `arn:aws:secretsmanager:${region}:123456789012:secret:Demo/app-AbCdEf`,
    'environment PASSWORD': 'correct horse',
    ...settings,
  },
  ...(held && {held}),
})

const side = (region: string, items: Item[] = [fn(region)]): SetUp => ({
  region,
  addresses: {
    'proxy host': `demo-${region}.proxy-${region === HOME ? 'abc' : 'xyz'}.${region}.rds.amazonaws.com`,
    'user pool': `${region}_${region === HOME ? 'Pool1' : 'Pool2'}`,
  },
  items,
  writers: [`Demo-app-${region}-Upsert`],
  isPrimary: region === HOME,
})

const found = (home: SetUp, other: SetUp): [string, string, unknown, unknown][] =>
  compareSettings(home, other).map((one) => [one.class, one.subject, one.expected, one.actual])

/** Of the other side alone. */
const changed = (settings: Item['settings'], held?: Item['held']) =>
  found(side(HOME), side(AWAY, [fn(AWAY, settings, held)]))

const SUBJECT = 'function Demo-app-Upsert'

describe('drift between regions', () => {
  it('drift: is nothing where each region names itself, its hosts and its ids', () => {
    expect(found(side(HOME), side(AWAY))).to.deep.equal([])
    const pools = (region: string): Item => ({
      kind: 'authorizer',
      name: 'both-regions',
      settings: {providers: [`x/${HOME}_Pool1`, `x/${AWAY}_Pool2`].sort(() => (region === HOME ? 1 : -1))},
    })
    expect(found(side(HOME, [pools(HOME)]), side(AWAY, [pools(AWAY)]))).to.deep.equal([])
  })

  it('drift: is a setting that differs, one that is missing, and one that only the other region has', () => {
    expect(changed({memory: 1024})).to.deep.equal([['changed', `${SUBJECT}.memory`, 512, 1024]])
    expect(changed({memory: null})).to.deep.equal([['missing', `${SUBJECT}.memory`, 512, null]])
    expect(changed({layers: ['l']})).to.deep.equal([['extra', `${SUBJECT}.layers`, null, ['l']]])
    expect(found(side(HOME), side(AWAY, []))).to.deep.equal([['missing', SUBJECT, 'present', null]])
    expect(found(side(HOME, []), side(AWAY))).to.deep.equal([['extra', SUBJECT, null, 'present']])
  })

  it('drift: is a region that is pointed at the host, the pool or the ARN of the other', () => {
    const host = `demo-${HOME}.proxy-abc.${HOME}.rds.amazonaws.com`
    expect(changed({'environment HOST': host})).to.deep.equal([
      ['changed', `${SUBJECT}.environment HOST`, '{own proxy host}', '{other proxy host}'],
    ])
    const arn = `arn:aws:secretsmanager:${HOME}:123456789012:secret:Demo/app-AbCdEf`
    expect(changed({'environment SECRET_ARN': arn}).map(([, subject]) => subject)).to.deep.equal([
      `${SUBJECT}.environment SECRET_ARN`,
    ])
  })

  it('drift: is not the name of one region that both sides are told', () => {
    const told = (region: string): SetUp => side(region, [fn(region, {'environment EDGE_REGION': HOME})])
    expect(found(told(HOME), told(AWAY))).to.deep.equal([])
  })

  it('drift: shows no value of an environment that may be a password', () => {
    const [[, subject, expected, actual] = []] = changed({'environment PASSWORD': 'battery staple'})
    expect(subject).to.equal(`${SUBJECT}.environment PASSWORD`)
    expect(expected).to.match(/^hash [\da-f]{16}$/)
    expect(actual)
      .to.match(/^hash [\da-f]{16}$/)
      .and.not.equal(expected)
  })

  it('drift: knows a fence, a rehearsal outage and a raised capacity, and takes none for drift', () => {
    const types = (home: SetUp, other: SetUp) => compareSettings(home, other).map((one) => [one.class, one.region])
    const closed = (region: string, isPrimary: boolean, held?: Item['held']): SetUp => ({
      ...side(region, [fn(region, {concurrency: 0}, held)]),
      isPrimary,
    })
    expect(types(side(HOME), closed(AWAY, false))).to.deep.equal([['expected fence', AWAY]])
    // After a switch it is home that is closed.
    expect(types(closed(HOME, false), {...side(AWAY), isPrimary: true})).to.deep.equal([['expected fence', HOME]])
    expect(types(closed(HOME, true), side(AWAY))).to.deep.equal([['missing', AWAY]])
    expect(types(closed(HOME, true, {concurrency: 'outage'}), side(AWAY))).to.deep.equal([['expected outage', HOME]])
    expect(changed({concurrency: 5})).to.deep.equal([['extra', `${SUBJECT}.concurrency`, null, 5]])
  })

  it('drift: says how a rule is enabled again that is disabled, in whichever region that is', () => {
    const rule = (region: string, state: string, fix?: string): SetUp =>
      side(region, [
        {kind: 'schedule', name: `Demo-app-${region}-Authorizer`, settings: {state}, ...(fix && {fixes: {state: fix}})},
      ])
    const told = (home: SetUp, other: SetUp) =>
      compareSettings(home, other).map((one) => [one.subject, one.expected, one.actual, one.next])
    const subject = 'schedule Demo-app-Authorizer.state'
    expect(told(rule(HOME, 'ENABLED'), rule(AWAY, 'DISABLED', 'enable it'))).to.deep.equal([
      [subject, 'ENABLED', 'DISABLED', 'enable it'],
    ])
    expect(told(rule(HOME, 'DISABLED', 'enable it'), rule(AWAY, 'ENABLED'))).to.deep.equal([
      [subject, 'DISABLED', 'ENABLED', 'enable it'],
    ])
  })

  it('drift: lets the increment of ids differ, and the host of a secret, and nothing else of them', () => {
    const of = (kind: string, settings: Item['settings']): Item => ({kind, name: '', settings})
    const compared = (kind: string, one: Item['settings'], other: Item['settings']) =>
      found(side(HOME, [of(kind, one)]), side(AWAY, [of(kind, other)])).map(([, subject]) => subject)
    const parameters = 'database parameters'
    expect(compared(parameters, {auto_increment_offset: '1'}, {auto_increment_offset: '2'})).to.deep.equal([])
    expect(compared(parameters, {time_zone: 'UTC'}, {time_zone: 'CET'})).to.deep.equal([`${parameters}.time_zone`])
    expect(compared('secret', {host: 'hash 1'}, {host: 'hash 2'})).to.deep.equal([])
    expect(compared('secret', {password: 'hash 1'}, {password: 'hash 2'})).to.deep.equal(['secret.password'])
  })

  it('drift: is the same from both sides', () => {
    const word = fc.constantFrom(HOME, AWAY, `${HOME}_Pool1`, `${AWAY}_Pool2`, 'x', '-', '/', 'arn:aws:sns:', 'é')
    const text = fc.array(word, {maxLength: 6}).map((words) => words.join(''))
    const setting: fc.Arbitrary<Setting> = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text))
    const item = fc.record({
      kind: fc.constantFrom('function', 'alarm'),
      name: text,
      settings: fc.dictionary(fc.constantFrom('one', 'environment A', 'concurrency'), setting),
    })
    const subjects = (one: SetUp, other: SetUp) => compareSettings(one, other).map(({subject}) => subject)
    fc.assert(
      fc.property(fc.array(item, {maxLength: 4}), fc.array(item, {maxLength: 4}), (one, other) => {
        const [home, away] = [side(HOME, one), side(AWAY, other)]
        expect(subjects(away, home).sort()).to.deep.equal(subjects(home, away).sort())
        expect(subjects(home, home)).to.deep.equal([])
      }),
    )
  })
})

describe('the comparison of regions', () => {
  const find = async (fails: (region: string, area: Area) => Error | undefined) => {
    const doubts: unknown[] = []
    const answer = async <T>(region: string, area: Area, value: T): Promise<T> => {
      const error = fails(region, area)
      if (error) throw error
      return value
    }

    const input = {
      world: new SimulatedWorld().connect().world,
      observation: healthy(),
      settings: {
        addresses: (region: string) => answer(region, 'addresses', {}),
        items: (region: string, area: Area) => answer(region, area, area === 'functions' ? [fn(region)] : []),
      },
      doubt: ({region, subject}: {region: string; subject: string | null}) => void doubts.push([region, subject]),
      signal: new AbortController().signal,
    } as unknown as FindInput
    const differences: Difference[] = []
    for await (const difference of regions.find(input)) differences.push(difference)
    return {doubts, subjects: differences.map(({subject}) => subject)}
  }

  const silence = new Unreachable('no answer')

  it('drift: leaves a region that does not answer unknown, once', async () => {
    expect(await find((region) => (region === AWAY ? silence : undefined))).to.deep.equal({
      doubts: [[AWAY, null]],
      subjects: [],
    })
  })

  it('drift: compares the rest where one area does not answer, and nothing without the hosts of both', async () => {
    const hosts = [`${SUBJECT}.environment HOST`]
    expect(await find((region, area) => (region === HOME && area === 'alarms' ? silence : undefined))).to.deep.equal({
      doubts: [[HOME, 'alarms']],
      subjects: hosts,
    })
    expect(await find((_, area) => (area === 'addresses' ? silence : undefined))).to.deep.equal({
      doubts: [
        [HOME, 'addresses'],
        [AWAY, 'addresses'],
      ],
      subjects: [],
    })
  })
})
