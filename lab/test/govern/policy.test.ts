import {expect} from 'chai'
import fc from 'fast-check'

import {judge, PolicyProblem, readPolicy, wildcard} from '../../src/govern/policy.js'

const policyOf = (...Statement: object[]) => readPolicy({Version: '2012-10-17', Statement})

const request = (action: string, resource: string, context: Record<string, string> = {}) => ({
  action,
  resource,
  context: (key: string) => context[key],
})

const CLUSTER = 'arn:aws:rds:us-east-1:000000000000:cluster:a'

const action = fc.constantFrom('rds:Describe', 'rds:Delete', 's3:GetObject')
const resource = fc.constantFrom(CLUSTER, 'arn:aws:s3:::b/k', '*')
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: fc.array(fc.oneof(action, fc.constantFrom('rds:*', '*', 's3:Get*')), {minLength: 1, maxLength: 3}),
  Resource: fc.oneof(resource, fc.constantFrom('arn:aws:rds:*:*:cluster:*', 'arn:aws:s3:::*')),
})
const statements = fc.array(statement, {maxLength: 5})

describe('judging a policy', () => {
  it('denies whatever a statement denies, whatever others allow and wherever it stands', () => {
    fc.assert(
      fc.property(statements, statements, action, resource, (before, after, act, on) => {
        const deny = {Effect: 'Deny', Action: act, Resource: on}
        expect(judge(policyOf(...before, deny, ...after), request(act, on))).to.equal('denied')
      }),
    )
  })

  it('never takes away by an allow, never gives by a deny', () => {
    fc.assert(
      fc.property(statements, statement, action, resource, (all, added, act, on) => {
        const before = judge(policyOf(...all), request(act, on))
        const after = judge(policyOf(...all, added), request(act, on))
        if (added.Effect === 'Allow')
          expect(before === 'allowed').to.satisfy((was: boolean) => !was || after === 'allowed')
        else expect(after === 'allowed').to.satisfy((is: boolean) => !is || before === 'allowed')
      }),
    )
  })

  it('allows nothing by itself', () => {
    fc.assert(
      fc.property(action, resource, (act, on) => {
        expect(judge(policyOf(), request(act, on))).to.equal('not-allowed')
      }),
    )
  })

  it('matches actions without regard to case, resources with it, and `*` only by `*`', () => {
    const policy = policyOf({Effect: 'Allow', Action: 'RDS:describe*', Resource: 'arn:aws:rds:*:*:cluster:a'})
    expect(judge(policy, request('rds:DescribeDBClusters', CLUSTER))).to.equal('allowed')
    expect(judge(policy, request('rds:DescribeDBClusters', CLUSTER.toUpperCase()))).to.equal('not-allowed')
    expect(judge(policy, request('rds:DescribeDBClusters', '*'))).to.equal('not-allowed')
    expect(wildcard('a.b?c*', false).test('a.bXc/anything')).to.equal(true)
    expect(wildcard('a.b', false).test('aXb')).to.equal(false)
  })

  it('knows what is not named', () => {
    const policy = policyOf({Effect: 'Allow', NotAction: 'rds:*', NotResource: 'arn:aws:s3:::secret/*'})
    expect(judge(policy, request('s3:GetObject', 'arn:aws:s3:::b/k'))).to.equal('allowed')
    expect(judge(policy, request('s3:GetObject', 'arn:aws:s3:::secret/k'))).to.equal('not-allowed')
    expect(judge(policy, request('rds:Describe', CLUSTER))).to.equal('not-allowed')
  })

  it('holds conditions on the region and on tags', () => {
    const policy = policyOf({
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: {StringEquals: {'aws:RequestedRegion': ['a', 'b'], 'aws:ResourceTag/todo-dr:app': 'demo'}},
    })
    const tagged = {'aws:requestedregion': 'b', 'aws:resourcetag/todo-dr:app': 'demo'}
    expect(judge(policy, request('x:Y', '*', tagged))).to.equal('allowed')
    expect(judge(policy, request('x:Y', '*', {...tagged, 'aws:requestedregion': 'c'}))).to.equal('not-allowed')
    expect(judge(policy, request('x:Y', '*', {'aws:requestedregion': 'b'}))).to.equal('not-allowed')
  })

  it('aws 13: tells a grant that a service makes for itself from any other, and minds nothing that is no grant', () => {
    const Condition = {BoolIfExists: {'kms:GrantIsForAWSResource': 'true'}}
    const policy = policyOf({Effect: 'Allow', Action: 'kms:CreateGrant', Resource: '*', Condition})
    const asked = (value?: string) =>
      judge(policy, request('kms:CreateGrant', '*', {...(value && {'kms:grantisforawsresource': value})}))
    expect([asked('true'), asked('false'), asked()]).to.deep.equal(['allowed', 'not-allowed', 'allowed'])
  })

  it('refuses what it does not understand by name', () => {
    const allow = {Effect: 'Allow', Action: '*', Resource: '*'}
    const refused: [object, RegExp][] = [
      [{...allow, Condition: {IpAddress: {'aws:SourceIp': '10.0.0.0/8'}}}, /IpAddress/],
      [{...allow, Condition: {StringEquals: {'aws:PrincipalTag/a': 'b'}}}, /aws:PrincipalTag/],
      [{...allow, Principal: '*'}, /Principal/],
      [{...allow, NotAction: 's3:*'}, /NotAction/],
      [{...allow, Effect: 'Maybe'}, /Effect/],
      [{Effect: 'Allow', Action: '*'}, /Resource/],
    ]
    for (const [one, words] of refused) expect(() => policyOf(one)).to.throw(PolicyProblem, words)
    expect(() => readPolicy({Statement: []})).to.throw(PolicyProblem, /Version/)
  })
})
