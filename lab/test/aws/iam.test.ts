import {IAMClient, SimulatePrincipalPolicyCommand, type SimulatePrincipalPolicyCommandInput} from '@aws-sdk/client-iam'
import {expect} from 'chai'

import {IamService} from '../../src/aws/iam/service.js'
import {recordsOf} from '../../src/cloudformation/records.js'
import {readPolicy} from '../../src/govern/policy.js'
import {testLab, type TestLab} from '../wire/support.js'

const USER = 'arn:aws:iam::000000000000:user/operator'
const CLUSTER = 'arn:aws:rds:us-east-1:000000000000:cluster:todo'

const policy = (...Statement: object[]) => readPolicy({Version: '2012-10-17', Statement})

describe('IAM’s simulator', () => {
  let test: TestLab
  let client: IAMClient

  before(async () => {
    test = await testLab((lab) => new IamService(lab))
    client = new IAMClient(test.client('us-east-1'))
    test.lab.credentials.put({
      accessKeyId: 'operator',
      secretAccessKey: 's',
      arn: USER,
      userId: 'AIDA',
      policy: policy(
        {Effect: 'Allow', Action: 'rds:*', Resource: 'arn:aws:rds:*:*:cluster:*'},
        {Effect: 'Allow', Action: 'cloudwatch:GetMetricData', Resource: '*'},
        {Effect: 'Deny', Action: 'rds:DeleteDBCluster', Resource: '*'},
        {
          Effect: 'Allow',
          Action: 'lambda:*',
          Resource: '*',
          Condition: {StringEquals: {'aws:RequestedRegion': 'us-east-2'}},
        },
      ),
    })
  })

  after(() => test.close())

  async function decisions(more: Partial<SimulatePrincipalPolicyCommandInput> & {ActionNames: string[]}) {
    const {EvaluationResults = []} = await client.send(
      new SimulatePrincipalPolicyCommand({PolicySourceArn: USER, ...more}),
    )
    return EvaluationResults.map(({EvalActionName, EvalResourceName, EvalDecision}) =>
      [EvalActionName, EvalResourceName, EvalDecision].join(' '),
    )
  }

  it('answers for each action and resource by the policies that the lab enforces', async () => {
    const ActionNames = ['rds:ModifyDBCluster', 'rds:DeleteDBCluster', 's3:GetObject']
    expect(await decisions({ActionNames, ResourceArns: [CLUSTER, 'arn:aws:rds:us-east-1:0:db:x']})).to.deep.equal([
      `rds:ModifyDBCluster ${CLUSTER} allowed`,
      'rds:ModifyDBCluster arn:aws:rds:us-east-1:0:db:x implicitDeny',
      `rds:DeleteDBCluster ${CLUSTER} explicitDeny`,
      'rds:DeleteDBCluster arn:aws:rds:us-east-1:0:db:x explicitDeny',
      `s3:GetObject ${CLUSTER} implicitDeny`,
      's3:GetObject arn:aws:rds:us-east-1:0:db:x implicitDeny',
    ])
    expect(await decisions({ActionNames: ['cloudwatch:GetMetricData', 'rds:ModifyDBCluster']})).to.deep.equal([
      'cloudwatch:GetMetricData * allowed',
      'rds:ModifyDBCluster * implicitDeny',
    ])
  })

  it('knows the context that it is given, and names what it was not given', async () => {
    const ActionNames = ['lambda:InvokeFunction']
    const {EvaluationResults = []} = await client.send(
      new SimulatePrincipalPolicyCommand({PolicySourceArn: USER, ActionNames}),
    )
    expect(EvaluationResults[0]).to.deep.include({
      EvalDecision: 'implicitDeny',
      MissingContextValues: ['aws:requestedregion'],
    })
    const region = (value: string): SimulatePrincipalPolicyCommandInput['ContextEntries'] => [
      {ContextKeyName: 'aws:RequestedRegion', ContextKeyType: 'string', ContextKeyValues: [value]},
    ]
    expect(await decisions({ActionNames, ContextEntries: region('us-east-2')})).to.deep.equal([
      'lambda:InvokeFunction * allowed',
    ])
    expect(await decisions({ActionNames, ContextEntries: region('us-east-1')})).to.deep.equal([
      'lambda:InvokeFunction * implicitDeny',
    ])
  })

  it('asks the organization too', async () => {
    const arn = 'arn:aws:iam::000000000000:user/member'
    const serviceControlPolicy = policy({Effect: 'Allow', Action: 'rds:*', Resource: '*'})
    test.lab.credentials.put({
      accessKeyId: 'member',
      secretAccessKey: 's',
      arn,
      userId: 'AIDB',
      policy: policy({Effect: 'Allow', Action: '*', Resource: '*'}),
      serviceControlPolicy,
    })
    const {EvaluationResults = []} = await client.send(
      new SimulatePrincipalPolicyCommand({PolicySourceArn: arn, ActionNames: ['rds:ModifyDBCluster', 's3:GetObject']}),
    )
    expect(
      EvaluationResults.map(({EvalDecision, OrganizationsDecisionDetail: detail}) => [
        EvalDecision,
        detail?.AllowedByOrganizations,
      ]),
    ).to.deep.equal([
      ['allowed', true],
      ['implicitDeny', false],
    ])
  })

  it('lets administrators and roles do everything, as the lab does, and knows nobody else', async () => {
    const name = 'made'
    recordsOf(test.lab).put({
      type: 'AWS::IAM::Role',
      region: '',
      physicalId: name,
      arn: undefined,
      properties: {},
      attributes: {},
      createdAt: new Date(),
    })
    const ActionNames = ['rds:FailoverGlobalCluster']
    for (const PolicySourceArn of ['user/lab', `role/${name}`].map((one) => `arn:aws:iam::000000000000:${one}`))
      expect(await decisions({ActionNames, PolicySourceArn})).to.deep.equal(['rds:FailoverGlobalCluster * allowed'])
    for (const [source, code] of [
      ['arn:aws:iam::000000000000:user/nobody', 'NoSuchEntityException'],
      ['arn:aws:iam::000000000000:role/nobody', 'NoSuchEntityException'],
      ['arn:aws:sts::000000000000:assumed-role/made/session', 'InvalidInputException'],
    ] as const) {
      const error = await decisions({ActionNames, PolicySourceArn: source}).catch((error_: Error) => error_)
      expect(error, source).to.include({name: code})
    }
  })

  it('answers in pages', async () => {
    const ActionNames = ['rds:A', 'rds:B', 'rds:C']
    const first = await client.send(
      new SimulatePrincipalPolicyCommand({PolicySourceArn: USER, ActionNames, MaxItems: 2}),
    )
    expect(first.IsTruncated).to.equal(true)
    const rest = await client.send(
      new SimulatePrincipalPolicyCommand({PolicySourceArn: USER, ActionNames, MaxItems: 2, Marker: first.Marker}),
    )
    expect(rest).to.deep.include({IsTruncated: false})
    expect(rest.EvaluationResults!.map(({EvalActionName}) => EvalActionName)).to.deep.equal(['rds:C'])
  })
})
