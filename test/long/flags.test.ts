/** A project whose config.json turns on what the template can do beside, on a lab: it is made, does what it says, and goes. */

import {GetFunctionEventInvokeConfigCommand, InvokeCommand, LambdaClient} from '@aws-sdk/client-lambda'
import {DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient} from '@aws-sdk/client-rds'
import {GetResourcesCommand, ResourceGroupsTaggingAPIClient} from '@aws-sdk/client-resource-groups-tagging-api'
import {expect} from 'chai'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import mysql from 'mysql2/promise'
import type {DriftResult} from '../../src/actions/drift/result.js'
import type {TeardownResult} from '../../src/actions/teardown/result.js'
import type {LabStatus} from '../support/cli.js'
import {Deploying, stackOf} from '../support/deploying.js'
import {callLab} from '../support/lab.js'
import {whatStands} from '../support/what-stands.js'

const HOME = 'us-east-1'
const AWAY = 'us-west-2'

describe('the flags of the template, deployed', function () {
  this.timeout(300_000)
  const deploying = new Deploying({
    route: 'origin',
    warmUp: true,
    databaseInsights: 'advanced',
    backup: {retentionDays: 30, lock: 'governance'},
    proxyAuth: 'iam',
  })
  const {sandbox, project} = deploying

  after(() => deploying.end())

  it('aws 15: make a deployment that every command takes', async () => {
    const result = await deploying.json()
    expect(result).to.include({status: 'deployed', failure: null})
    for (const region of [HOME, AWAY])
      expect(stackOf(result, `Demo-backup-${region}`).status, region).to.equal('created')
    await sandbox.expect(0, ['seed'])
    expect(await sandbox.json<object>(['status'])).to.include({situation: 'Healthy'})
    expect((await deploying.json()).stacks.map(({status}) => status))
      .to.include('unchanged')
      .and.not.include('updated')
  })

  it('aws 15: have the advanced mode of Database Insights in both regions, down to each instance', async () => {
    for (const region of [HOME, AWAY]) {
      const rds = await deploying.client(RDSClient, region)
      const {DBClusters = []} = await rds.send(new DescribeDBClustersCommand({}))
      const {DBInstances = []} = await rds.send(new DescribeDBInstancesCommand({}))
      expect([DBClusters.length, DBInstances.length]).to.deep.equal([1, 2])
      for (const one of [...DBClusters, ...DBInstances])
        expect(one, region).to.include({DatabaseInsightsMode: 'advanced', PerformanceInsightsRetentionPeriod: 465})
    }
  })

  it('aws 15: have functions that a warm-up makes ready, at the standby as far as its proxy leads', async () => {
    for (const [region, part, warm] of [
      [HOME, 'GetToDos', true],
      [HOME, 'UpsertToDos', true],
      [AWAY, 'GetToDos', true],
      [AWAY, 'UpsertToDos', false],
      [AWAY, 'RemoveToDos', false],
    ] as const) {
      const lambda = await deploying.client(LambdaClient, region)
      const FunctionName = `Demo-app-${region}-${part}`
      const answer = await lambda.send(new InvokeCommand({FunctionName, Payload: Buffer.from('{"warm": true}')}))
      expect(answer.FunctionError, FunctionName).to.equal(undefined)
      const {status, response} = JSON.parse(answer.Payload!.transformToString()) as {
        status: string
        response: {warm: boolean}
      }
      expect({status, warm: response.warm}, FunctionName).to.deep.equal({status: 'ok', warm})
      const config = await lambda.send(new GetFunctionEventInvokeConfigCommand({FunctionName}))
      expect(config).to.include({MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0})
    }
  })

  it('aws 15: have functions that log in by tokens, before and after a failover, and read no secret for it', async () => {
    const write = async (): Promise<void> => {
      const {id} = await sandbox.json<{id: string}>(['crud', 'create', '--task', 'by a token', '--status', 'new'])
      await sandbox.expect(0, ['crud', 'update', id, '--task', 'by another', '--status', 'wip'])
      expect(await sandbox.json<object>(['crud', 'get', id])).to.include({task: 'by another'})
      await sandbox.expect(0, ['crud', 'delete', id])
    }
    await write()
    await sandbox.expect(0, ['failover', '--allow-data-loss', '--confirm', 'Demo'])
    await write()
    const answer = await callLab(await deploying.lab(), 'GET', 'calls')
    const {calls} = (await answer.json()) as {calls: Record<string, string>[]}
    const readers = calls
      .filter(({operation, caller = ''}) => operation === 'GetSecretValue' && caller.includes(':assumed-role/'))
      .map(({caller}) => caller!.split('/').at(-1))
    // Of these the one makes the user for tokens, and the other reads clusters that have no proxy. No request and no switch needs them.
    const serving = readers.filter((name = '') => !/-(CreateTableFunction|CompareRows)$/.test(name))
    expect({readers: readers.length > 0, serving}).to.deep.equal({readers: true, serving: []})
    expect(await sandbox.json<DriftResult>(['drift', '--regions'])).to.deep.include({differences: [], unknown: []})
  })

  it('aws 15: have a proxy that refuses whoever brings no token', async () => {
    // The failover has made it the primary.
    const {hosts} = (await deploying.lab()) as LabStatus & {hosts: {hostname: string; port: number}[]}
    const {port} = hosts.find(({hostname}) => hostname.startsWith(`demo-${AWAY}.proxy-`))!
    const account = {host: '127.0.0.1', port, user: 'todo_iam', password: 'a guess', enableCleartextPlugin: true}
    const refused = (error: {errno: number}): number => error.errno
    const ssl = {rejectUnauthorized: false}
    expect(await mysql.createConnection({...account, ssl}).catch(refused)).to.equal(1045)
    expect(await mysql.createConnection(account).catch(refused)).to.equal(3159)
  })

  it('aws 15: leave nothing: the empty vaults go with their stacks, and then the keys that the stacks retain', async () => {
    const tags = await deploying.client(ResourceGroupsTaggingAPIClient, HOME)
    const TagFilters = [{Key: 'todo-dr:app', Values: ['Demo']}]
    const {ResourceTagMappingList = []} = await tags.send(new GetResourcesCommand({TagFilters}))
    const arns = ResourceTagMappingList.map(({ResourceARN}) => ResourceARN)
    expect(arns).to.include(`arn:aws:backup:${HOME}:000000000000:backup-vault:demo-${HOME}`)
    const args = ['teardown', '--confirm', 'Demo', '--unprotect']
    const result = await sandbox.json<TeardownResult>(args, 0, {cwd: project.folder})
    const {remaining, failed, pendingDeletion} = result
    expect({remaining, failed}).to.deep.equal({remaining: [], failed: []})
    expect(pendingDeletion.map(({kind, region}) => `${kind} ${region}`)).to.include.members([
      `key ${HOME}`,
      `key ${AWAY}`,
    ])
    expect(await whatStands(await deploying.lab(), [HOME, AWAY])).to.deep.equal([])
  })

  it('aws 15: are told of vaults that stay, with the keys without which nobody could read what is in them', async () => {
    const file = join(project.infra, 'config.json')
    const config = JSON.parse(readFileSync(file, 'utf8')) as object
    writeFileSync(file, JSON.stringify({...config, protect: true}))
    await deploying.run()
    const args = ['teardown', '--confirm', 'Demo', '--unprotect', '--json']
    const {stdout, stderr} = await sandbox.expect(1, args, {cwd: project.folder})
    const {remaining, failed} = JSON.parse(stdout) as TeardownResult
    expect(failed).to.deep.equal([])
    const places = remaining.map(({kind, region, arn}) => `${kind} ${region} ${arn.split(':')[2]}`)
    // In us-east-1 there is that of the edge, too.
    expect([...new Set(places)]).to.have.members(
      [HOME, AWAY].flatMap((region) => [`other ${region} backup`, `key ${region} kms`]),
    )
    expect(stderr).to.match(/AWS Backup deletes recovery points when they expire; todo-dr deletes none/)
  })
})
