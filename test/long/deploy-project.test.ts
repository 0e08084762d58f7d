/** One project, protected and locked to its edge, one lab: deployed after two interruptions, changed, refused, torn down. */

import {APIGatewayClient, GetRestApisCommand} from '@aws-sdk/client-api-gateway'
import {GetWebACLCommand, GetWebACLForResourceCommand, UpdateWebACLCommand, WAFV2Client} from '@aws-sdk/client-wafv2'
import {expect} from 'chai'
import {once} from 'node:events'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {DriftResult} from '../../src/actions/drift/result.js'
import type {TeardownResult} from '../../src/actions/teardown/result.js'
import {CdkProject} from '../support/cdk-project.js'
import {Deploying, MEMBERS, stackOf} from '../support/deploying.js'

const CLUSTER = 'AWS::RDS::DBCluster'
/** Than the template's. */
const LATER = '8.0.mysql_aurora.3.10.5'

describe('a project that is deployed again and again', function () {
  this.timeout(240_000)
  const deploying = new Deploying()
  const {sandbox, project} = deploying
  const run = (args?: string[], code?: number) => deploying.run(args, code)
  const json = (args?: string[], code?: number) => deploying.json(args, code)

  after(() => deploying.end())

  /** Starts a deployment, signals it once it has said so, and gives its exit status with what it said. */
  async function interrupted(signal: NodeJS.Signals, said: RegExp): Promise<{code: number | null; stderr: string}> {
    const child = sandbox.start(['deploy'], {cwd: project.folder})
    let stderr = ''
    child.stderr!.on('data', (chunk: Buffer) => {
      if (!said.test(stderr) && said.test(stderr + String(chunk))) child.kill(signal)
      stderr += String(chunk)
    })
    const [code] = (await once(child, 'close')) as [number | null]
    return {code, stderr}
  }

  it('starts an empty lab, and stops at Ctrl-C: CloudFormation goes on, and it says so', async () => {
    const {code, stderr} = await interrupted('SIGINT', /start: Demo-data-us-east-1/)
    expect(code, stderr).to.equal(4)
    expect(stderr).to.contain('no lab named "deploying" is running: starting an empty one')
    expect(stderr)
      .to.contain('interrupted during the deployment')
      .and.to.contain('run todo-dr deploy --target lab:deploying to continue')
  })

  it('goes on after a kill -9 with what CloudFormation has meanwhile done', async () => {
    project.freeze()
    await interrupted('SIGKILL', /start: Demo-(data-us-west-2|api)/)
    const result = await json()
    expect(result).to.include({status: 'deployed', app: 'Demo', account: '000000000000', failure: null})
    expect(result.edgeUrl).to.match(/^http:\/\/127\.0\.0\.1:\d+/)
    expect(stackOf(result, MEMBERS.home).status).to.equal('unchanged')
    expect(result.stacks.map(({status}) => status))
      .to.include('created')
      .and.not.to.include('failed')
  })

  it('leaves a deployment that every command takes, whose APIs answer the edge and todo-dr alone', async () => {
    await sandbox.expect(0, ['seed'])
    expect(await sandbox.json<object>(['status'])).to.include({situation: 'Healthy'})
    const lab = await deploying.lab()
    const {token} = await sandbox.json<{token: string}>(['token'])
    for (const {apiUrl} of lab.regions)
      expect((await fetch(`${apiUrl}/v1?limit=1`, {headers: {authorization: token}})).status, apiUrl).to.equal(403)
    const created = await sandbox.json<{task: string}>(['crud', 'create', '--task', 'hi', '--status', 'wip'])
    expect(created.task).to.equal('hi')
    await sandbox.expect(0, ['failover', '--allow-data-loss', '--confirm', 'Demo'])
  })

  it('drift: compares the web ACLs in front of the APIs, and prints nothing of the key that they ask for', async () => {
    const waf = await deploying.client(WAFV2Client)
    const {items: [api] = []} = await (await deploying.client(APIGatewayClient)).send(new GetRestApisCommand({}))
    const ResourceArn = `arn:aws:apigateway:us-west-2::/restapis/${api!.id}/stages/prod`
    const {WebACL: acl} = await waf.send(new GetWebACLForResourceCommand({ResourceArn}))
    const place = {Name: acl!.Name, Id: acl!.Id, Scope: 'REGIONAL' as const}
    const change = async (Priority: number, key: string): Promise<void> => {
      const {LockToken} = await waf.send(new GetWebACLCommand(place))
      const rule = structuredClone(acl!.Rules![0]!)
      rule.Priority = Priority
      rule.Statement!.ByteMatchStatement!.SearchString =
        key === '' ? acl!.Rules![0]!.Statement!.ByteMatchStatement!.SearchString : Buffer.from(key)
      const {DefaultAction, VisibilityConfig} = acl!
      await waf.send(new UpdateWebACLCommand({...place, LockToken, DefaultAction, VisibilityConfig, Rules: [rule]}))
    }

    expect(await sandbox.json<DriftResult>(['drift', '--regions'])).to.deep.include({differences: [], unknown: []})
    await change(7, 'battery staple')
    const {stdout} = await sandbox.expect(5, ['drift', '--regions', '--json'])
    const {differences} = JSON.parse(stdout) as DriftResult
    expect(differences.map((one) => `${one.class} ${one.subject}`)).to.deep.equal([
      'changed web ACL.rule from-the-edge',
    ])
    expect(differences[0]).to.nested.include({'expected.Priority': 0, 'actual.Priority': 7})
    expect(stdout).not.to.include('battery staple')
    await change(0, '')
    await sandbox.expect(0, ['drift', '--regions'])
  })

  it('changes nothing the second time, and leaves the edge where a failover has put it', async () => {
    const again = await json()
    expect(again).to.include({status: 'unchanged'})
    expect(again.seconds).to.be.below(30)
    expect((await run(['--diff'])).stdout).to.equal('')
    project.change('Demo-edge', ({Resources}) => {
      const distribution = Object.values(Resources).find(({Type}) => Type === 'AWS::CloudFront::Distribution')
      Object.assign(distribution!.Properties.DistributionConfig as object, {Comment: 'another one'})
    })
    expect(await json(['--diff'], 5)).to.nested.include({'differences[0].stack': 'Demo-edge'})
    const reader = project.changeCode('Demo-api-us-east-1', 'GetToDos')
    // The former primary's template has a password, which AWS's handler does not send again.
    const cluster = project.logicalId(MEMBERS.home, CLUSTER)
    project.change(MEMBERS.home, ({Resources}) => {
      Resources[cluster]!.Properties.BackupRetentionPeriod = 3
    })
    const changed = await json()
    expect(stackOf(changed, 'Demo-edge')).to.include({status: 'updated'})
    expect(stackOf(changed, MEMBERS.home)).to.include({status: 'updated'})
    const update = {logicalId: reader, type: 'AWS::Lambda::Function', action: 'updated'}
    expect(stackOf(changed, 'Demo-api-us-east-1').changed).to.deep.include(update)
    const {edge, primary} = await sandbox.json<{edge: string; primary: string}>(['status'])
    expect({edge, primary}).to.deep.equal({edge: 'us-west-2', primary: 'us-west-2'})
  })

  it('refuses an upgraded, a replaced, a detached and a removed member, and has changed nothing', async () => {
    const cluster = project.logicalId(MEMBERS.away, CLUSTER)
    project.change(MEMBERS.home, ({Resources}) => {
      Resources[cluster]!.Properties.EngineVersion = LATER
    })
    project.change(MEMBERS.away, ({Resources}) => {
      delete Resources[cluster]!.Properties.GlobalClusterIdentifier
      Resources[cluster]!.Properties.StorageEncrypted = false
    })
    const refused = await json([], 3)
    expect(refused.status).to.equal('refused')
    const reasons = refused.refusals.map(({reason}) => reason).join('\n')
    expect(reasons).to.contain(`${MEMBERS.home} (us-east-1): ${cluster} (${CLUSTER}): EngineVersion from`)
    expect(reasons).to.contain('StorageEncrypted from true to false').and.to.contain('replaced')
    expect(reasons).to.contain('GlobalClusterIdentifier from "demo" to nothing').and.to.contain('detached')
    const versions = refused.refusals.filter(({reason}) => reason.includes('EngineVersion'))
    expect(versions).to.have.length(1)
    expect(versions[0]!.hint).to.match(new RegExp(`^todo-dr upgrade .*--to ${LATER} upgrades both clusters`))
    // The consent lifts all but the new version, which a deployment would bring to home first.
    const consented = await json(['--dry-run', '--allow-database-change', '--confirm', 'Demo'], 3)
    expect(consented.refusals).to.have.length(1)
    expect(consented.refusals[0]!.reason).to.contain('EngineVersion')
    await run(['--allow-database-change', '--confirm', 'Another'], 3)
    project.restore()
    project.change(MEMBERS.home, ({Resources, Outputs}) => {
      for (const [id, {Type}] of Object.entries(Resources)) if (Type === 'AWS::RDS::GlobalCluster') delete Resources[id]
      delete Outputs.GlobalClusterId
    })
    const [removed, ...others] = (await json(['--dry-run'], 3)).refusals
    expect(removed!.reason).to.contain('AWS::RDS::GlobalCluster').and.to.contain('removed from the stack')
    expect(others).to.deep.equal([])
    project.restore()
  })

  it('drift, aws 1: refuses members that were upgraded after the failover while the template says nothing of it, and deploys when it does', async () => {
    const EngineVersion = LATER
    // Nobody told the template.
    await sandbox.expect(0, ['upgrade', '--to', EngineVersion, '--confirm', 'Demo'])
    project.changeCode('Demo-api-us-east-1', 'GetToDos')
    const refused = await json([], 3)
    expect(new Set(refused.refusals.map(({gate}) => gate))).to.deep.equal(new Set(['template-drift']))
    const cluster = project.logicalId(MEMBERS.away, CLUSTER)
    const {reason, hint} = refused.refusals.find((one) => one.reason.startsWith(MEMBERS.away))!
    expect(reason).to.contain(
      `${MEMBERS.away} (us-west-2): ${cluster} (${CLUSTER}): EngineVersion is "${EngineVersion}"`,
    )
    expect(hint).to.contain(`set "engineVersion": "${EngineVersion}" in config.json`)
    expect(hint).to.contain('--allow-database-change --confirm Demo')
    expect(refused.stacks).to.deep.equal([])
    const planned = await json(['--dry-run', '--allow-database-change', '--confirm', 'Demo'])
    expect(new Set(planned.waived.map(({gate}) => gate))).to.deep.equal(new Set(['template-drift']))
    for (const stack of [MEMBERS.home, MEMBERS.away])
      project.change(stack, ({Resources}) => {
        Resources[project.logicalId(stack, CLUSTER)]!.Properties.EngineVersion = EngineVersion
      })
    const followed = await json()
    expect([stackOf(followed, MEMBERS.home).status, stackOf(followed, MEMBERS.away).status]).to.deep.equal([
      'updated',
      'updated',
    ])
    project.restore()
  })

  it('leaves a lab alone that holds another application', async () => {
    const other = new CdkProject(join(sandbox.folder, 'other'), 'Other', {home: 'us-east-1', away: 'us-west-2'})
    const {stderr} = await sandbox.expect(2, ['deploy'], {cwd: other.folder})
    expect(stderr).to.contain('it contains Demo').and.to.contain('you want to deploy Other')
  })

  it('keeps the account of its key with the lab, and a journal of what was done', () => {
    const labs = sandbox.left('state').filter((name) => name.endsWith('journal.ndjson'))
    expect(labs).not.to.deep.equal([])
    const lines = labs.map((name) => readFileSync(join(sandbox.folder, 'state', name), 'utf8')).join('\n')
    expect(lines).to.contain('"event":"deploy-started"').and.to.contain('"event":"stack-ended"')
    expect(
      existsSync(join(sandbox.folder, 'state/todo-dr/labs/deploying/cdk/cache/accounts_partitions.json')),
    ).to.equal(true)
  })

  it('is torn down whole although it is protected', async () => {
    const args = ['teardown', '--confirm', 'Demo', '--unprotect', '--no-keep-toolkit']
    const {remaining, failed, done} = await sandbox.json<TeardownResult>(args, 0, {cwd: project.folder})
    expect({remaining, failed}).to.deep.equal({remaining: [], failed: []})
    for (const kind of ['bucket', 'db-cluster', 'log-group', 'secret', 'user-pool'])
      expect(done.join('\n')).to.contain(`delete the ${kind} `)
  })
})
