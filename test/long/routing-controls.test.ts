/** Clients are sent by routing controls of ARC: a cluster with five endpoints, health checks that follow it, and a real name server. */

import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  Route53Client,
} from '@aws-sdk/client-route-53'
import {expect} from 'chai'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {HealthResult} from '../../src/actions/health/result.js'
import type {StatusResult} from '../../src/actions/status/result.js'
import {askCname} from '../../src/adapters/dns/query.js'
import {nameApi} from '../support/api-names.js'
import {Sandbox} from '../support/cli.js'
import {callLab, labKeys} from '../support/lab.js'
import type {LabAccess} from '../support/lab.js'
import {makeControls, makeSafetyRule, removeRule} from '../support/routing-controls.js'
import type {LabSettings, MadeControls} from '../support/routing-controls.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
const NAME = 'api.example.com'
/** Seconds: what a process has resolved once must not keep it from the next switch's proof. */
const TTL = 2

interface Lab extends LabAccess {
  dns: {host: string; port: number}
  hosts: {hostname: string; region: string | null}[]
}

describe('a name by routing controls', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  let lab: Lab
  let settings: LabSettings
  let made: MadeControls
  const hosts: Record<string, string> = {}

  const status = (code = 0): Promise<StatusResult> => sandbox.json<StatusResult>(['status'], code)
  const leadsTo = async (): Promise<string | undefined> => (await askCname(lab.dns, NAME)).target
  const lose = (region: string, mode: string) => callLab(lab, 'POST', 'faults', {kind: 'region-loss', region, mode})
  const lift = (region: string) => callLab(lab, 'DELETE', 'faults', {kind: 'region-loss', region})

  const ofRoute = async (): Promise<HealthResult['findings']> => {
    const {stdout} = await sandbox.run(['health', '--json'])
    return (JSON.parse(stdout) as HealthResult).findings.filter(({check}) => check === 'route')
  }

  before(async () => {
    await sandbox.seededLab()
    lab = await sandbox.json<Lab>(['lab', 'status'])
    settings = {endpoint: lab.endpoint, credentials: labKeys(lab)}
    const route53 = new Route53Client({region: HOME, ...settings})
    const {HostedZone} = await route53.send(new CreateHostedZoneCommand({Name: 'example.com', CallerReference: 'z'}))
    const hostedZoneId = HostedZone!.Id!.replace('/hostedzone/', '')
    made = await makeControls(settings, [HOME, AWAY])
    for (const region of [HOME, AWAY]) {
      const {hostname} = lab.hosts.find((one) => one.region === region && one.hostname.includes('.execute-api.'))!
      const named = await nameApi({region, ...settings}, hostname.split('.')[0]!, [NAME], hostedZoneId)
      hosts[region] = named[NAME]!
      const {HealthCheck} = await route53.send(
        new CreateHealthCheckCommand({
          CallerReference: region,
          HealthCheckConfig: {Type: 'RECOVERY_CONTROL', RoutingControlArn: made.controls[region]},
        }),
      )
      const ResourceRecordSet = {
        Name: NAME,
        Type: 'CNAME' as const,
        TTL,
        SetIdentifier: region,
        Failover: region === HOME ? ('PRIMARY' as const) : ('SECONDARY' as const),
        HealthCheckId: HealthCheck!.Id,
        ResourceRecords: [{Value: hosts[region]}],
      }
      const Changes = [{Action: 'CREATE' as const, ResourceRecordSet}]
      await route53.send(new ChangeResourceRecordSetsCommand({HostedZoneId: hostedZoneId, ChangeBatch: {Changes}}))
    }

    route53.destroy()
    const route = {
      kind: 'route53',
      url: `https://${NAME}`,
      hostedZoneId,
      name: NAME,
      domains: hosts,
      via: 'routing-controls',
      routingControls: made.controls,
      clusterEndpoints: made.endpoints,
    }
    writeFileSync(join(sandbox.folder, 'todo-dr.yaml'), JSON.stringify({defaultTarget: 'lab', lab: {route}}))
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('leads to home while both controls are Off, as they are new: health says so, and steer turns that of home On', async () => {
    const {remedy} = (await ofRoute()).find(({text}) => text.startsWith('none of its routing controls is On'))!
    expect(remedy).to.equal('todo-dr steer')
    expect(await status()).to.include({primary: HOME, edge: HOME})
    await sandbox.expect(0, ['steer'])
    const found = await ofRoute()
    expect(
      found.map(({level}) => level),
      JSON.stringify(found),
    ).to.deep.equal(['ok'])
  })

  it('moves clients there and back by a planned switch, under a safety rule that wants one control On', async () => {
    await makeSafetyRule(settings, made)
    const {stderr} = await sandbox.expect(0, ['switchover', '--yes'])
    expect(stderr).to.contain(`the routing control of ${AWAY} is On, and no other`)
    expect(await leadsTo()).to.equal(hosts[AWAY])
    expect(await status()).to.include({primary: AWAY, edge: AWAY})
    expect((await sandbox.expect(0, ['crud', 'create', '--task', 'by control'])).stderr).to.contain(AWAY)
    await sandbox.expect(0, ['failback', '--yes'])
    expect(await leadsTo()).to.equal(hosts[HOME])
    expect(await status()).to.include({primary: HOME, edge: HOME})
  })

  it('moves them by a failover while home hangs, and another endpoint of the cluster is gone, and a failback brings them home', async () => {
    await lose(HOME, 'hang')
    await lose('us-west-2', 'refuse')
    try {
      await sandbox.expect(0, ['failover', '--allow-data-loss', '--confirm', 'ToDoMgmt'])
      expect(await leadsTo()).to.equal(hosts[AWAY])
      expect((await sandbox.expect(0, ['crud', 'create', '--task', 'without home'])).stderr).to.contain(AWAY)
    } finally {
      await lift(HOME)
      await lift('us-west-2')
    }

    await sandbox.expect(0, ['failback', '--yes'])
    expect(await leadsTo()).to.equal(hosts[HOME])
    expect(await status()).to.include({primary: HOME, edge: HOME})
  })

  it('says in health that a safety rule forbids the change; a switch stops at it, by its name, and goes on when it is gone', async () => {
    const {AssertionRule} = await makeSafetyRule(settings, made, {least: 2})
    const refused = (await ofRoute()).find(({level}) => level === 'problem')!
    expect(refused.text).to.contain(AssertionRule.SafetyRuleArn).and.contain(`be sent to ${AWAY}`)
    expect(refused.remedy).to.contain('delete-safety-rule')
    const stopped = await sandbox.run(['switchover', '--yes'])
    expect(stopped.code, stopped.stderr).to.equal(4)
    expect(stopped.stderr).to.contain(AssertionRule.SafetyRuleArn).and.contain('--safety-rules-to-override')
    await removeRule(settings, AssertionRule.SafetyRuleArn)
    await sandbox.expect(0, ['resume'])
    expect(await leadsTo()).to.equal(hosts[AWAY])
    expect(await status()).to.include({primary: AWAY, edge: AWAY})
  })
})
