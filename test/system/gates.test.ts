/** A failover that drift would break, planted on a lab by plain API calls: refused by the drift's name, and carried out when waived. */

import {LambdaClient, PutFunctionConcurrencyCommand} from '@aws-sdk/client-lambda'
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  StopReplicationToReplicaCommand,
} from '@aws-sdk/client-secrets-manager'
import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {SwitchResult} from '../../src/actions/switch/result.js'
import {Sandbox, type LabStatus} from '../support/cli.js'
import {callLab, labKeys} from '../support/lab.js'
import {connect} from '../support/sql.js'

const AWAY = 'us-east-2'
const SECRET = 'ToDoMgmt/admin'
const FAILOVER = ['failover', '--allow-data-loss', '--confirm', 'ToDoMgmt']

describe('gates of drift', function () {
  this.timeout(240_000)
  const sandbox = new Sandbox()
  let status: LabStatus

  before(async () => {
    status = await sandbox.seededLab()
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('drift: a failover is refused by the names of four drifts, and goes through with each of them waived, which is journaled', async () => {
    const access = {region: AWAY, endpoint: status.endpoint, credentials: labKeys(status)}
    const secrets = new SecretsManagerClient(access)
    const {SecretString} = await secrets.send(new GetSecretValueCommand({SecretId: SECRET}))
    await secrets.send(new StopReplicationToReplicaCommand({SecretId: SECRET}))
    // The password is the same, so that the switch can go through; that it is, no id of a version says.
    await secrets.send(new PutSecretValueCommand({SecretId: SECRET, SecretString}))
    const quota = {region: AWAY, serviceCode: 'lambda', code: 'L-B99A9384', value: 900}
    expect((await callLab(status, 'PUT', 'quotas', quota)).status).to.equal(200)
    const closed = {FunctionName: `ToDoMgmt-app-${AWAY}-UpsertToDos`, ReservedConcurrentExecutions: 0}
    await new LambdaClient(access).send(new PutFunctionConcurrencyCommand(closed))

    const standby = await connect(status, AWAY)
    // It stays here: a later primary must not send it on.
    await standby.query('SET sql_log_bin = 0')
    await standby.query('ALTER TABLE ToDos ADD COLUMN planted INT NULL')
    standby.destroy()
    // It starts the functions that compare: a switch waits a second for them, and no longer.
    await sandbox.expect(5, ['drift', '--schema'])

    const {refusals, outcome} = await sandbox.json<SwitchResult>(FAILOVER, 3)
    expect(outcome).to.equal(null)
    const reasons = Object.fromEntries(refusals.map(({gate, reason}) => [gate, reason]))
    expect(reasons).to.have.all.keys('target-quota', 'secrets', 'schema', 'target-closed')
    expect(reasons.secrets).to.contain(`${SECRET} has another value than in us-east-1`)
    expect(reasons.schema).to.match(/: ToDos$/)
    expect(reasons['target-quota']).to.contain('900').and.to.contain('1000')
    expect(await sandbox.json<object>(['status'])).to.include({primary: 'us-east-1'})

    const waivers = {
      secrets: 'the same password',
      schema: 'it may be NULL',
      'target-quota': 'nights are quiet',
      'target-closed': 'my own test',
    }
    const waive = Object.entries(waivers).flatMap(([gate, reason]) => ['--waive', `${gate}=${reason}`])
    const done = await sandbox.json<SwitchResult>([...FAILOVER, ...waive])
    expect(done.outcome).to.include({status: 'done'})
    expect(done.waived.map(({gate}) => gate)).to.include.members(Object.keys(waivers))
    const journal = readFileSync(join(done.outcome!.runDirectory, 'journal.ndjson'), 'utf8')
    const lines = journal
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
    const kept = lines.filter(({event}) => event === 'waiver').map(({name, reason}) => [name, reason])
    expect(kept).to.include.deep.members(Object.entries(waivers))
    await sandbox.expect(0, ['crud', 'create', '--task', 'after', '--status', 'wip'])
  })
})
