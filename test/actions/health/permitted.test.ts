import {expect} from 'chai'
import {permitted, principalOf, wantedFor} from '../../../src/actions/health/permitted.js'
import {grantsOfKind} from '../../../src/adapters/aws/routing/index.js'
import type {Identity} from '../../../src/ports/checkup.js'
import {AWAY, HOME} from '../../support/observations.js'

const PLACE = {account: '123456789012', app: 'Demo', order: [HOME, AWAY], route: grantsOfKind()}
const identity = (arn: string, signInRegion?: string): Identity => ({
  account: '123456789012',
  arn,
  source: 'a test',
  signInRegion,
})
const SSO = 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/mia'

describe('what a switch may change', () => {
  it('health: is asked of each resource by its name, and of nothing that only reads', () => {
    const wanted = wantedFor('failover', PLACE)
    expect(wanted).to.deep.include({
      action: 'rds:FailoverGlobalCluster',
      resource: 'arn:aws:rds::123456789012:global-cluster:demo',
    })
    expect(wanted.map(({action}) => action)).to.include.members(['lambda:PutFunctionConcurrency', 's3:PutObject'])
    expect(
      wanted.filter(({action, resource}) => /:(Get|List|Describe)/.test(action) || resource.includes('*')),
    ).to.deep.equal([])
    const switchover = wantedFor('switchover', PLACE).map(({action}) => action)
    expect(switchover).to.include('rds:SwitchoverGlobalCluster').and.not.to.include('rds:FailoverGlobalCluster')
  })

  it('health: is asked of the user, or of the role behind a session', () => {
    const principals: [Identity, string | undefined][] = [
      [identity('arn:aws:iam::123456789012:user/team/mia'), 'arn:aws:iam::123456789012:user/team/mia'],
      [identity('arn:aws:sts::123456789012:assumed-role/Ops/mia'), 'arn:aws:iam::123456789012:role/Ops'],
      [
        identity(SSO, 'eu-west-1'),
        'arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef',
      ],
      [
        identity(SSO, 'us-east-1'),
        'arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef',
      ],
      [identity('arn:aws:sts::123456789012:federated-user/mia'), undefined],
    ]
    for (const [who, principal] of principals) expect(principalOf(who)).to.equal(principal)
  })

  it('health: is unknown of a principal that nobody can simulate, and no question for the root user', async () => {
    const ask = (arn: string) =>
      permitted(
        [Promise.resolve({known: true, value: identity(arn)})],
        {intent: 'failover', place: PLACE},
        {denied: () => Promise.reject(new Error('nobody is to be asked'))},
        () => Promise.reject(new Error('nobody is to be asked')),
      )
    expect(await ask('arn:aws:sts::123456789012:federated-user/mia')).to.include({reachable: false})
    expect(await ask('arn:aws:iam::123456789012:root')).to.deep.equal({
      reachable: true,
      value: {asked: 0, denied: [], unsure: []},
    })
  })
})
