/** `health` on a lab that enforces IAM: what these credentials may not do, and what a measured switch has come to. */

import {expect} from 'chai'
import type {HealthResult} from '../../src/actions/health/result.js'
import {grantsOfKind} from '../../src/adapters/aws/routing/index.js'
import {CHANGES_OF} from '../../src/permissions/calls.js'
import {partsOf} from '../../src/permissions/parts.js'
import {policyOf, type PolicyDocument} from '../../src/permissions/policy.js'
import {callsOf} from '../support/calls.js'
import {Sandbox, type LabStatus} from '../support/cli.js'
import {callLab} from '../support/lab.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
const PLACE = {account: '000000000000', app: 'ToDoMgmt', order: [HOME, AWAY], route: grantsOfKind()}
const OPERATOR = {accessKeyId: 'operator', secretAccessKey: 'a-secret-of-the-operator'}
const AS_OPERATOR = {
  TODO_DR_LAB_ACCESS_KEY_ID: OPERATOR.accessKeyId,
  TODO_DR_LAB_SECRET_ACCESS_KEY: OPERATOR.secretAccessKey,
}

describe('health, of who asks and of what there was', function () {
  this.timeout(360_000)
  const sandbox = new Sandbox()
  let status: LabStatus

  before(async () => {
    await sandbox.expect(0, ['lab', 'start', '--enforce-iam'])
    await sandbox.expect(0, ['seed'])
    status = await sandbox.json<LabStatus>(['lab', 'status'])
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  type Finding = HealthResult['findings'][number]

  async function found(check: string, env: Record<string, string> = {}): Promise<Finding & {exit: number | null}> {
    const {stdout, stderr, code} = await sandbox.run(['health', '--json'], {env})
    const result = JSON.parse(stdout) as HealthResult
    const finding = result.findings?.find((one) => one.check === check)
    expect(finding, stdout + stderr).not.to.equal(undefined)
    return {...finding!, exit: code}
  }

  /** What a failover and the look ahead need, but for some actions. */
  const policyWithout = (...actions: string[]): PolicyDocument => {
    const {Version, Statement} = policyOf([...callsOf('health'), ...CHANGES_OF.failover], PLACE)
    const left = Statement.map((one) => ({...one, Action: one.Action.filter((name) => !actions.includes(name))}))
    return {Version, Statement: left.filter(({Action}) => Action.length > 0)}
  }

  const be = async (policy: PolicyDocument): Promise<void> => {
    const answer = await callLab(status, 'PUT', 'principals', {...OPERATOR, policies: partsOf(policy)})
    expect(answer.status, await answer.text()).to.equal(200)
  }

  it('health: says which of the changes of a failover these credentials may not make, and asks nothing of it otherwise', async () => {
    await be(policyWithout())
    expect(await found('permissions', AS_OPERATOR)).to.deep.include({level: 'ok', points: 0})

    await be(policyWithout('rds:FailoverGlobalCluster', 'cloudfront-keyvaluestore:PutKey'))
    const denied = await found('permissions', AS_OPERATOR)
    expect(denied).to.include({level: 'problem', exit: 5})
    expect(denied.text).to.match(/not allowed: .*(FailoverGlobalCluster|PutKey) on arn:aws:.*, and \d more/)
    expect(denied.remedy).to.match(/iam-policy failover/)
  })

  it('health: does not know what nobody lets it ask, and does not call that a problem', async () => {
    await be(policyWithout('iam:SimulatePrincipalPolicy'))
    const unknown = await found('permissions', AS_OPERATOR)
    expect(unknown).to.include({level: 'unknown', exit: 6})
    expect(unknown.text).to.match(/SimulatePrincipalPolicy/)
  })

  it('health: knows what the last measured switch has come to', async () => {
    expect((await found('verdict')).text).to.equal('none has been measured')
    await sandbox.expect(0, ['outage', 'start'])
    const consent = ['--allow-data-loss', '--confirm', 'ToDoMgmt']
    const {code, stdout, stderr} = await sandbox.run(['failover', '--measure', '--rate', '5', ...consent, '--json'])
    const {verdict} = JSON.parse(stdout) as {verdict: string}
    expect(verdict, stderr).to.be.oneOf(['passed', 'missed', 'unknown'])
    expect(code).to.equal({passed: 0, missed: 5, unknown: 6}[verdict])
    const finding = await found('verdict')
    expect(finding.level).to.equal(verdict === 'passed' ? 'ok' : 'warning')
    expect(finding.text).to.match(
      {passed: /met its objectives/, missed: /missed its objectives/, unknown: /no verdict/}[verdict]!,
    )
  })
})
