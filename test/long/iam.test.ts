/**
 * Every command that acts on a deployment, run on the lab as a user who has the policy that `iam-policy` prints for it and nothing
 * else, under the lab's recorder: no call is denied, not even one whose failure the command would bear, and no grant is left over.
 */

import {DeleteFunctionConcurrencyCommand, LambdaClient, PutFunctionConcurrencyCommand} from '@aws-sdk/client-lambda'
import {DescribeDBClusterSnapshotsCommand, ModifyDBClusterCommand, RDSClient} from '@aws-sdk/client-rds'
import {DeleteObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {expect} from 'chai'
import {readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {SCHEMAS} from '../../src/actions/iam-policy/result.js'
import type {PipelineStatusResult} from '../../src/actions/pipeline/result.js'
import type {Execution} from '../../src/model/pipeline.js'
import type {IamPolicyResult} from '../../src/actions/iam-policy/result.js'
import type {RecordedCall} from '../../lab/src/govern/calls.js'
import {wildcard} from '../../lab/src/govern/policy.js'
import {policyOf, type PolicyDocument} from '../../src/permissions/policy.js'
import {CALLS_OF_COMMANDS, callsOf} from '../support/calls.js'
import {CdkProject} from '../support/cdk-project.js'
import {grantsOfKind} from '../../src/adapters/aws/routing/index.js'
import {leaveBehind} from '../support/left-behind.js'
import {Sandbox, type LabStatus, type Ran} from '../support/cli.js'
import {callLab, labKeys} from '../support/lab.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
const CONSENT = ['--allow-data-loss', '--confirm', 'ToDoMgmt']
const PLACE = {account: '000000000000', app: 'ToDoMgmt', order: [HOME, AWAY], route: grantsOfKind()}
const WRITERS = ['CreateTableFunction', 'UpsertToDos', 'RemoveToDos']
const OPERATOR = {accessKeyId: 'operator', secretAccessKey: 'a-secret-of-the-operator'}
const AS_OPERATOR = {
  TODO_DR_LAB_ACCESS_KEY_ID: OPERATOR.accessKeyId,
  TODO_DR_LAB_SECRET_ACCESS_KEY: OPERATOR.secretAccessKey,
}

interface ErrorJson {
  error: {code: string; what: string; why: string; next: string; exit: number}
}

/** Grants that the template gives no occasion for, though the command has the call. */
const WITHOUT_OCCASION: Record<string, string> = {
  ...Object.fromEntries(
    ['failback', 'failover', 'resume', 'switchover'].map((command) => [
      `${command}: rds:DescribeEvents on *`,
      'a promotion that AWS accepts and does not show',
    ]),
  ),
  ...Object.fromEntries(
    [
      'ListHostedZonesByName on *',
      ...['GetHostedZone', 'ListResourceRecordSets'].map((call) => `${call} on arn:aws:route53:::hostedzone/*`),
    ].map((grant) => [`deploy: route53:${grant}`, 'a project whose clients use a name in Route 53']),
  ),
  ...Object.fromEntries(
    ['codeconnections', 'codestar-connections'].flatMap((service) =>
      ['codeconnections', 'codestar-connections'].map((prefix) => [
        `deploy: ${service}:GetConnection on arn:aws:${prefix}:*:000000000000:connection/*`,
        'a project whose delivery pipeline has its source outside of AWS',
      ]),
    ),
  ),
  'outage start: s3:GetObject on arn:aws:s3:::todomgmt-lease-000000000000-REGION/runs/*':
    'a run of another machine, which is then read',
  'upgrade: rds:DescribeEvents on *': 'a standby that is not connected yet when it is looked at',
  ...Object.fromEntries(
    ['failback', 'failover', 'resume', 'switchover'].flatMap((command) =>
      ['rds:AddTagsToResource', 'rds:ModifyDBCluster', 'rds:RemoveTagsFromResource'].map((action) => [
        `${command}: ${action} on arn:aws:rds:REGION:000000000000:cluster:todomgmt-REGION`,
        'each of them puts a raised minimum back, or raises one, in some direction alone',
      ]),
    ),
  ),
  ...Object.fromEntries(
    ['failback', 'switchover'].flatMap((command) =>
      [
        ...['CompareRows', 'GetToDos', 'LedgerCheck'].map(
          (part) => `lambda:ListTags on arn:aws:lambda:REGION:000000000000:function:ToDoMgmt-app-REGION-${part}`,
        ),
        'rds:ListTagsForResource on arn:aws:rds:REGION:000000000000:cluster:todomgmt-REGION',
      ].map((grant) => [
        `${command}: ${grant}`,
        'the outage that --measure asks for where the API of the primary is down',
      ]),
    ),
  ),
  ...Object.fromEntries(
    Object.keys(CALLS_OF_COMMANDS).flatMap((command) =>
      ['Delete', 'Put'].flatMap((verb) =>
        WRITERS.flatMap((part) =>
          ['ListTags', 'TagResource', 'UntagResource', `${verb}FunctionConcurrency`].map((action) => [
            `${command}: lambda:${action} on arn:aws:lambda:REGION:000000000000:function:ToDoMgmt-app-REGION-${part}`,
            'only where a writing function is closed, or has a reservation of its own',
          ]),
        ),
      ),
    ),
  ),
  ...Object.fromEntries(
    [
      'rds:DescribeDBClusters on arn:aws:rds:REGION:000000000000:cluster:todomgmt-REGION',
      'rds:DescribeDBInstances on arn:aws:rds:REGION:000000000000:db:*',
    ].map((grant) => [
      `deploy: ${grant}`,
      'CloudFormation reads with the rights of the caller; that of the lab with its own',
    ]),
  ),
  'pipeline stop: codebuild:StopBuild on arn:aws:codebuild:REGION:000000000000:project/ToDoMgmt-failover-REGION':
    'a build that runs; see pipeline.test.ts',
  ...Object.fromEntries(
    [
      ...['ListActionExecutions', 'StopPipelineExecution'].map(
        (action) => `codepipeline:${action} on arn:aws:codepipeline:REGION:000000000000:ToDoMgmt-delivery`,
      ),
      'codebuild:StopBuild on arn:aws:codebuild:REGION:000000000000:project/ToDoMgmt-delivery-*',
    ].map((grant) => [`pipeline stop: ${grant}`, 'a delivery that is under way; see pipeline.test.ts']),
  ),
  'pipeline push: codecommit:GitPush on arn:aws:codecommit:REGION:000000000000:ToDoMgmtRepo':
    'the lab asks for it, and records no call of git',
  'drift: wafv2:GetWebACL on arn:aws:wafv2:REGION:000000000000:regional/webacl/*/*': 'an API with a web ACL of its own',
  'drift: rds:DescribeDBParameters on arn:aws:rds:REGION:000000000000:pg:*':
    'a parameter group that somebody has made for instances',
  ...Object.fromEntries(
    ['failback', 'resume'].flatMap((command) =>
      [
        ...['CreateGrant', 'DescribeKey'].map((action) => `kms:${action} on arn:aws:kms:REGION:000000000000:key/*`),
        ...['AddTagsToResource', 'CopyDBClusterSnapshot'].flatMap((action) =>
          ['rds:unplanned-global-failover-todomgmt-*', 'todomgmt-*-kept-*'].map(
            (name) => `rds:${action} on arn:aws:rds:*:000000000000:cluster-snapshot:${name}`,
          ),
        ),
      ].map((grant) => [
        `${command}: ${grant}`,
        'tags of a copy are no call of their own on the lab; a run that is cut just before it copies',
      ]),
    ),
  ),
  'drift: rds:DescribeDBProxyEndpoints on arn:aws:rds:REGION:000000000000:db-proxy-endpoint:prx-endpoint-*':
    'an endpoint by its own name; the lab asks for that of the proxy',
  'health: lambda:InvokeFunction on arn:aws:lambda:REGION:000000000000:function:ToDoMgmt-app-REGION-CompareRows':
    'the lag by SQL is asked for where the metric is silent, which takes minutes here',
  'health: iam:SimulatePrincipalPolicy on arn:aws:iam::000000000000:role/*': 'the session of a role; here a user asks',
  'teardown: rds:ModifyDBInstance on arn:aws:rds:REGION:000000000000:db:*': 'a protected instance of no cluster',
  'teardown: secretsmanager:StopReplicationToReplica on arn:aws:secretsmanager:REGION:000000000000:secret:*':
    'a replica whose original is not ours',
}

/** What runs at the end of all commands. */
const UPGRADED = '3.10.6'

describe('IAM', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  let status: LabStatus
  /** Of each command: the calls of all of its runs. */
  const made = new Map<string, RecordedCall[]>()

  const admin = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await callLab(status, method, path, body)
    const text = await answer.text()
    expect(answer.status, text).to.equal(200)
    return JSON.parse(text) as T
  }

  const policyFor = (command: string): PolicyDocument => policyOf(callsOf(command), PLACE)

  const be = (policy: object, more: object = {}): Promise<unknown> =>
    admin('PUT', 'principals', {...OPERATOR, policies: [policy], ...more})

  /** What commands remember between their runs and would not ask for again: tokens, runs, and that somebody has held the lease. */
  async function forget(): Promise<void> {
    const labs = join(sandbox.folder, 'state')
    for (const path of readdirSync(labs, {recursive: true}) as string[])
      if (path.endsWith('tokens.json')) rmSync(join(labs, path))
    rmSync(join(labs, 'todo-dr', 'lab', 'runs'), {recursive: true, force: true})
    for (const region of [HOME, AWAY]) {
      const s3 = new S3Client({region, endpoint: status.endpoint, credentials: labKeys(status), forcePathStyle: true})
      const Bucket = `todomgmt-lease-000000000000-${region}`
      await s3.send(new DeleteObjectCommand({Bucket, Key: 'operator-lease.json'}))
    }
  }

  async function runAs(
    command: string,
    args: string[],
    env: Record<string, string> = {},
    cwd = sandbox.folder,
  ): Promise<Ran> {
    await forget()
    await be(policyFor(command))
    await admin('DELETE', 'calls')
    const ran = await sandbox.run([...command.split(' '), ...args], {env: {...AS_OPERATOR, ...env}, cwd})
    const {calls} = await admin<{calls: RecordedCall[]}>('GET', 'calls')
    const own = calls.filter(({accessKeyId}) => accessKeyId === OPERATOR.accessKeyId)
    made.set(command, [...(made.get(command) ?? []), ...own])
    return ran
  }

  async function wants(command: string, args: string[] = [], code = 0, cwd = sandbox.folder): Promise<Ran> {
    const ran = await runAs(command, args, {}, cwd)
    expect(ran.code, `${command} ${args.join(' ')}\n${ran.stderr}\n${ran.stdout}`).to.equal(code)
    return ran
  }

  /** Not even a call whose failure the command bears. */
  function undenied(command: string): void {
    const denied = made.get(command)!.filter(({code}) => /AccessDenied|Unauthorized/.test(code))
    expect(denied, `${command} was denied a call`).to.deep.equal([])
  }

  /** Reserves concurrency as an administrator would, or takes the reservation away. */
  async function reserve(region: string, part: string, count: number | undefined): Promise<void> {
    const lambda = new LambdaClient({region, endpoint: status.endpoint, credentials: labKeys(status)})
    const FunctionName = `ToDoMgmt-app-${region}-${part}`
    await (count === undefined
      ? lambda.send(new DeleteFunctionConcurrencyCommand({FunctionName}))
      : lambda.send(new PutFunctionConcurrencyCommand({FunctionName, ReservedConcurrentExecutions: count})))
  }

  async function killed(command: string, step: string, args: string[] = []): Promise<void> {
    const {signal, stderr} = await runAs(command, args, {TODO_DR_FAILPOINT: `before:${step}`})
    expect(signal, stderr).to.equal('SIGKILL')
  }

  before(async () => {
    await sandbox.expect(0, ['lab', 'start', '--enforce-iam'])
    status = await sandbox.json<LabStatus>(['lab', 'status'])
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('prints the policy of a command, of a topic, of all, and knows no other', async () => {
    const one = await sandbox.json<IamPolicyResult>(['iam-policy', 'outage', 'start'])
    expect(one).to.deep.include({app: 'ToDoMgmt', account: PLACE.account, commands: ['outage start']})
    expect(one.policy).to.deep.equal(policyFor('outage start'))
    expect(() => SCHEMAS['iam-policy'].parse(one)).not.to.throw()
    const printed = await sandbox.expect(0, ['iam-policy', 'failover'])
    expect(JSON.parse(printed.stdout)).to.deep.equal(policyFor('failover'))
    expect((await sandbox.json<IamPolicyResult>(['iam-policy'])).commands).to.have.members(
      Object.keys(CALLS_OF_COMMANDS),
    )
    await sandbox.expect(2, ['iam-policy', 'lab'])
  })

  it('lets every command do its work with the policy that is printed for it', async () => {
    // It tells what it has found by its exit status.
    const examined = await runAs('doctor', [])
    expect(examined.code, examined.stderr).to.be.oneOf([0, 5])
    await wants('seed')
    await wants('status')
    await wants('health')
    await wants('drift')
    await wants('token')
    await wants('crud create', ['--task', 'hi', '--status', 'wip'])
    await wants('crud get', ['1'])
    await wants('crud list')
    await wants('crud update', ['1', '--task', 'hi', '--status', 'done'])
    await wants('crud delete', ['1'])

    // The primary uses more than the minimum of its standby: that is raised, and put back after the failback.
    const rds = new RDSClient({region: HOME, endpoint: status.endpoint, credentials: labKeys(status)})
    const ServerlessV2ScalingConfiguration = {MinCapacity: 2, MaxCapacity: 8}
    const DBClusterIdentifier = `todomgmt-${HOME}`
    await rds.send(new ModifyDBClusterCommand({DBClusterIdentifier, ServerlessV2ScalingConfiguration}))

    // A reservation of one's own is put back after a rehearsal.
    const parts = ['GetToDos', 'LedgerCheck', 'CompareRows', ...WRITERS]
    for (const part of parts) await reserve(HOME, part, 5)
    await wants('outage start')
    await wants('outage status')
    // The memory of an outage is read where one shows.
    await wants('health', [], 5)
    await wants('outage stop')
    for (const part of parts) await reserve(HOME, part, undefined)
    await wants('outage start', ['--region', 'away'])
    await wants('outage stop')
    await wants('outage start', ['--kind', 'database', '--region', 'away'])
    await wants('outage stop')

    await wants('switchover', ['--measure', '--rate', '5'])
    await wants('status')
    // Both read the copies of runs, which there are now; health tells what it has found by its exit status.
    await wants('seed')
    await runAs('health', [])
    await killed('failback', 'catch-up')
    await wants('resume')
    // A target that is fenced is opened.
    for (const part of WRITERS) await reserve(AWAY, part, 0)
    // The fence remembers a reservation, and the failback puts it back.
    for (const part of WRITERS) await reserve(HOME, part, 5)
    await wants('failover', [...CONSENT, '--waive', 'target-closed=a test', '--measure', '--rate', '5'])
    await wants('failback', ['--measure', '--rate', '5'])
    const {DBClusterSnapshots = []} = await rds.send(
      new DescribeDBClusterSnapshotsCommand({DBClusterIdentifier, SnapshotType: 'manual'}),
    )
    expect(DBClusterSnapshots.map((one) => one.DBClusterSnapshotIdentifier?.replace(/\d+$/, ''))).to.deep.equal([
      `${DBClusterIdentifier}-kept-`,
    ])
    for (const part of WRITERS) await reserve(HOME, part, undefined)
    await wants('switchover', ['--drain'])
    await wants('failback')
    // The primary moves and the route does not.
    await killed('switchover', 'steer-edge')
    await wants('steer')
    await wants('resume')
    await wants('failback')
    await killed('upgrade', 'upgrade-standby', ['--to', '3.10.5', '--confirm', 'ToDoMgmt'])
    await wants('resume')
    await wants('upgrade', ['--to', UPGRADED, '--confirm', 'ToDoMgmt'])
    await killed('failover', 'preflight', CONSENT)
    await wants('resume', CONSENT)

    for (const command of made.keys()) undenied(command)
    const called = (command: string): string[] => made.get(command)!.map(({operation}) => operation)
    expect(called('switchover')).to.include.members(['AddTagsToResource', 'ModifyDBCluster'])
    expect(called('failback')).to.include.members(['ModifyDBCluster', 'RemoveTagsFromResource'])
  })

  it('field report 25: prints parts that IAM takes as managed policies, with which a command works', async () => {
    const {parts} = await sandbox.json<IamPolicyResult>(['iam-policy'])
    expect(parts).to.have.length.above(1)
    const printed = await Promise.all(
      parts.map(async (_, index) => {
        const {stdout} = await sandbox.expect(0, ['iam-policy', '--part', String(index + 1)])
        return JSON.parse(stdout) as object
      }),
    )
    await admin('PUT', 'principals', {...OPERATOR, policies: printed})
    await sandbox.expect(0, ['status'], {env: AS_OPERATOR})
  })

  describe('an action short', () => {
    const without = (policy: PolicyDocument, action: string): PolicyDocument => ({
      ...policy,
      Statement: policy.Statement.map((one) => ({...one, Action: one.Action.filter((name) => name !== action)})).filter(
        ({Action}) => Action.length > 0,
      ),
    })
    const refusal = async (): Promise<ErrorJson['error']> =>
      (await sandbox.json<ErrorJson>(['status'], 7, {env: AS_OPERATOR})).error

    it('says which, with the statement to paste, which then helps', async () => {
      const policy = without(policyFor('status'), 'rds:DescribeGlobalClusters')
      await be(policy)
      const {code, what, why, next} = await refusal()
      expect(code).to.equal('AccessDenied')
      expect(what).to.match(/rds:DescribeGlobalClusters in us-east-\d is not allowed/)
      expect(why).to.match(/user\/operator is not authorized to perform: rds:DescribeGlobalClusters/)
      const [statement] = /\{.*\}/.exec(next) ?? []
      expect(JSON.parse(statement!)).to.deep.equal({
        Effect: 'Allow',
        Action: 'rds:DescribeGlobalClusters',
        Resource: 'arn:aws:rds::000000000000:global-cluster:todomgmt',
      })
      await be({...policy, Statement: [...policy.Statement, JSON.parse(statement!) as object]})
      await sandbox.expect(0, ['status'], {env: AS_OPERATOR})
    })

    it('tells an explicit deny, and the organization’s, from a missing allow: no statement would help', async () => {
      const policy = policyFor('status')
      const deny = {Effect: 'Deny', Action: 'rds:DescribeGlobalClusters', Resource: '*'}
      await be({...policy, Statement: [...policy.Statement, deny]})
      const explicit = await refusal()
      expect(explicit.next)
        .to.match(/ask the owner of the policy/)
        .and.not.match(/\{/)
      const all = {Effect: 'Allow', Action: '*', Resource: '*'}
      await be(policy, {serviceControlPolicy: {Version: '2012-10-17', Statement: [all, deny]}})
      const organization = await refusal()
      expect(organization.next)
        .to.match(/organization/)
        .and.not.match(/\{/)
    })
  })

  describe('beside a deployment that stands', () => {
    it('lets deploy look, and act with the roles of CDK’s bootstrap', async () => {
      const project = new CdkProject(
        join(sandbox.folder, 'demo'),
        PLACE.app,
        {home: HOME, away: AWAY},
        {engineVersion: `8.0.mysql_aurora.${UPGRADED}`, pipeline: 'failover', delivery: {source: 'codecommit'}},
      )
      await wants('deploy', ['--target', 'lab'], 0, project.folder)
      // The next one finds the program, and gives it to nobody again.
      await wants('deploy', ['--target', 'lab'], 0, project.folder)
      project.freeze()
      const stack = `${PLACE.app}-data-${AWAY}`
      const cluster = project.logicalId(stack, 'AWS::RDS::DBCluster')
      project.change(stack, ({Resources}) => {
        Resources[cluster]!.Properties.EngineVersion = '8.0.mysql_aurora.3.11.0'
      })
      // A first lease, as before every command: the gate refuses before it is taken.
      await wants('deploy', ['--target', 'lab'], 3, project.folder)
      undenied('deploy')
    })

    it('lets the pipelines be driven, and their build switch with a role of its own', async () => {
      const confirmed = ['--confirm', PLACE.app]
      const until = async (isSo: (one: Execution) => boolean): Promise<void> => {
        for (let asked = 0; asked < 100; asked++) {
          const {pipelines} = await sandbox.json<PipelineStatusResult>(['pipeline', 'status'])
          if (pipelines.some(({executions: [newest]}) => newest && isSo(newest))) return
        }

        throw new Error('waited in vain for the pipeline')
      }
      const started = async (): Promise<void> => {
        await wants('pipeline start', ['switchover'])
        await until(({approval}) => approval?.verdict === 'waiting')
      }

      await wants('pipeline status')
      await started()
      await wants('pipeline reject', ['--comment', 'no'])
      await started()
      await wants('pipeline stop')
      await started()
      await wants('pipeline approve', ['--comment', 'yes', ...confirmed])
      await until(({status: ended}) => ended === 'Succeeded')
      const {calls} = await admin<{calls: RecordedCall[]}>('GET', 'calls')
      expect(calls.map(({operation}) => operation)).to.include('SwitchoverGlobalCluster')
      const denied = calls.filter(({code}) => /AccessDenied|Unauthorized/.test(code))
      expect(denied, 'the build was denied a call').to.deep.equal([])
      await wants('pipeline logs')
      for (const command of ['status', 'start', 'reject', 'stop', 'approve', 'logs']) undenied(`pipeline ${command}`)
    })

    it('lets whoever may push follow the delivery, to the log of a build that fails', async () => {
      const folder = join(sandbox.folder, 'demo')
      writeFileSync(join(folder, '.gitignore'), 'node_modules\ninfra/cdk.out\ninfra/frozen\n')
      writeFileSync(join(folder, 'infra/package.json'), '{"scripts": {"test": "exit 1"}}')
      const who = ['AUTHOR', 'COMMITTER'].flatMap((one) => [`GIT_${one}_NAME`, `GIT_${one}_EMAIL`])
      const env = Object.fromEntries(who.map((name) => [name, 'n@example.com']))
      const {code, stderr} = await runAs('pipeline push', ['--message', 'first', '--target', 'lab'], env, folder)
      expect(code, stderr).to.equal(1)
      expect(stderr).to.contain('Build of ')
      undenied('pipeline push')
      await wants('pipeline logs', ['--delivery'])
      await wants('pipeline stop', ['--delivery'], 3)
      for (const command of ['logs', 'stop']) undenied(`pipeline ${command}`)
    })

    it('lets teardown delete what bears the tag', async () => {
      await leaveBehind(status)
      const ran = await runAs('teardown', ['--confirm', PLACE.app, '--unprotect'])
      expect(ran.code, ran.stderr).to.equal(0)
      undenied('teardown')
    })

    it('prints no grant that the command does not use', async () => {
      const untested = Object.keys(CALLS_OF_COMMANDS).filter((command) => !made.has(command))
      expect(untested, 'commands of the table that this test does not run').to.deep.equal([])
      const unused: string[] = []
      for (const [command, calls] of made) {
        const needs = calls.flatMap((call) => call.needs)
        const grants = policyFor(command).Statement.flatMap(({Action, Resource}) =>
          Action.map((action) => ({action, Resource})),
        )
        for (const {action, Resource} of grants) {
          // Roles change: what is used in one region must be allowed in the other one too.
          const patterns = new Map(Resource.map((arn) => [anyRegion(arn), wildcard(anyRegion(arn), false)]))
          const used = needs.filter((need) => need.action === action).flatMap(({resources}) => resources)
          for (const [arn, pattern] of patterns)
            if (!used.some((resource) => pattern.test(anyRegion(resource))))
              unused.push(`${command}: ${action} on ${arn}`)
        }
      }

      expect(unused.filter((one) => WITHOUT_OCCASION[one] === undefined)).to.deep.equal([])
    })
  })
})

/** The regions of the deployment are one. */
const anyRegion = (arn: string): string => arn.replaceAll(/us-east-\d/g, 'REGION')
