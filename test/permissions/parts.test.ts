import {expect} from 'chai'
import fc from 'fast-check'
import {grantsOfKind} from '../../src/adapters/aws/routing/index.js'
import {runIamPolicy} from '../../src/actions/iam-policy/run.js'
import type {DrEvent} from '../../src/messages.js'
import type {Place} from '../../src/model/permission.js'
import {MANAGED_CHARACTERS, partsOf, sizeOf} from '../../src/permissions/parts.js'
import {policyOf} from '../../src/permissions/policy.js'
import type {PolicyDocument} from '../../src/permissions/policy.js'
import {CALLS_OF_COMMANDS, callsOf} from '../support/calls.js'
import {thrownBy} from '../support/thrown.js'

const placeOf = (app: string, order: string[]): Place => ({account: '123456789012', app, order, route: grantsOfKind()})
const PLACE = placeOf('Demo', ['eu-west-1', 'eu-central-1'])
const ALL = Object.values(CALLS_OF_COMMANDS).flat()

/** What a policy allows, one action on one resource a line. */
const allowed = ({Statement}: PolicyDocument): string[] =>
  Statement.flatMap(({Action, Resource, Condition}) =>
    Action.flatMap((action) => Resource.map((resource) => JSON.stringify([action, resource, Condition]))),
  ).sort()

async function asked(name: string | undefined, part?: number) {
  const events: DrEvent[] = []
  const answer = await runIamPolicy({
    name,
    calls: CALLS_OF_COMMANDS,
    where: async () => ({target: 'prod', place: PLACE}),
    lockedToEdge: false,
    part,
    typed: ['todo-dr iam-policy', name].filter(Boolean).join(' '),
    emit: (event) => void events.push(event),
  })
  return {...answer, events}
}

describe('the parts of a policy', () => {
  it('field report 25: allow together what the policy allows, and each fits into a managed policy', () => {
    const app = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,19}$/)
    const regions = fc.constantFrom<string[]>(['us-east-1', 'us-east-2'], ['ap-northeast-1', 'ap-southeast-2'])
    fc.assert(
      fc.property(app, regions, fc.constantFrom(400, 1000, MANAGED_CHARACTERS), (name, order, limit) => {
        const policy = policyOf(ALL, placeOf(name, order))
        const parts = partsOf(policy, limit)
        expect(Math.max(...parts.map((part) => sizeOf(part)))).to.be.at.most(limit)
        expect([...new Set(parts.flatMap((part) => allowed(part)))].sort()).to.deep.equal(allowed(policy))
      }),
      {numRuns: 50},
    )
  })

  it('field report 25: are one where the whole fits, as it does for every command alone', () => {
    for (const command of Object.keys(CALLS_OF_COMMANDS)) {
      const policy = policyOf(callsOf(command), PLACE)
      expect(partsOf(policy), command).to.deep.equal([policy])
    }
  })

  it('field report 25: are counted without white space, as IAM does', () => {
    const Statement = [{Effect: 'Allow' as const, Action: ['a:b'], Resource: ['arn:x:a name']}]
    const spaced: PolicyDocument = {Version: '2012-10-17', Statement}
    expect(sizeOf(spaced)).to.equal(JSON.stringify(spaced).length - 1)
  })

  it('field report 25: are named by iam-policy, with the size, and printed one by one', async () => {
    const failover = await asked('failover')
    expect(failover.events).to.have.length(1)
    expect(failover.events[0])
      .to.have.property('text')
      .that.matches(/^[\d,]+ characters; a managed policy holds 6,144, the inline policies of a user 2,048$/)

    const all = await asked(undefined)
    const {parts, characters} = all.result
    expect(characters).to.be.above(MANAGED_CHARACTERS)
    expect(all.events.map(({code}) => code)).to.deep.equal(['warning'])
    expect(all.events[0]).to.have.property(
      'hint',
      parts.map((_, index) => `todo-dr iam-policy --part ${index + 1}`).join('; '),
    )
    for (const [index, part] of parts.entries()) {
      const printed = await asked(undefined, index + 1)
      expect(printed.printed).to.deep.equal(part.policy)
      expect(printed.events.map(({code}) => code)).to.deep.equal(['note'])
    }

    expect(await thrownBy(asked(undefined, parts.length + 1))).to.include({code: 'PartUnknown', exit: 'usage'})
    expect(await thrownBy(asked('failover', 2))).to.include({code: 'PartUnknown', next: 'todo-dr iam-policy failover'})
  })
})
