/** CloudFormation after a switch: the template of the former primary is as it was, and each change in place still works. */

import {createRequire} from 'node:module'
import {expect} from 'chai'
import {providerOf} from '../../../src/aws/index.js'
import {requiresRecreation, type Properties, type ResourceContext} from '../../../src/cloudformation/provider.js'
import {AWAY, DatabaseLab, HOME, MASTER} from '../../support/lab-database.js'

interface Spec {
  properties: Record<string, {type: {type: string}}>
}

const fromToolkit = createRequire(createRequire(import.meta.url).resolve('@aws-cdk/toolkit-lib'))
const {loadAwsServiceSpecSync} = fromToolkit('@aws-cdk/aws-service-spec') as {
  loadAwsServiceSpecSync(): {lookup(entity: string, index: string, verb: string, type: string): Spec[]}
}

const COMMON = {
  Engine: 'aurora-mysql',
  DBClusterParameterGroupName: 'offsets',
  DeletionProtection: false,
  BackupRetentionPeriod: 7,
  EnableIAMDatabaseAuthentication: false,
  Port: 3306,
  PreferredBackupWindow: '07:00-09:00',
  ServerlessV2ScalingConfiguration: {MinCapacity: 0.5, MaxCapacity: 2},
  VpcSecurityGroupIds: ['sg-1'],
}
/** As the template has them: the founder has a user and a password, and the other one a global database. */
const TEMPLATE: Record<string, Properties> = {
  [HOME]: {...COMMON, MasterUsername: MASTER.user, MasterUserPassword: MASTER.password, DatabaseName: 'todo'},
  [AWAY]: {...COMMON, GlobalClusterIdentifier: 'todomgmt'},
}

/** What has to be a word that RDS knows. */
const VALUES: Record<string, unknown> = {
  DBClusterParameterGroupName: 'default.aurora-mysql8.0',
  DatabaseInsightsMode: 'standard',
  EnableCloudwatchLogsExports: ['audit'],
  PerformanceInsightsRetentionPeriod: 31,
  ServerlessV2ScalingConfiguration: {MinCapacity: 1, MaxCapacity: 4},
  VpcSecurityGroupIds: ['sg-2'],
}

/** Refused after a switch for what they are, by AWS too: of a secondary, of a member, or of any global database. */
const REFUSED = new Set(['EngineVersion', 'ManageMasterUserPassword', 'MasterUserPassword'])

const another = (name: string, type: string, before: unknown): unknown => {
  if (Object.hasOwn(VALUES, name)) return VALUES[name]
  if (type === 'boolean') return before !== true
  if (type === 'integer' || type === 'number') return Number(before ?? 1) + 1
  if (type === 'array' || type === 'json' || type === 'ref') return undefined
  return 'another'
}

describe('a deployment after a switch', function () {
  this.timeout(240_000)
  let lab: DatabaseLab
  let changes: [name: string, type: string][]

  before(async () => {
    const [spec] = loadAwsServiceSpecSync().lookup('resource', 'cloudFormationType', 'equals', 'AWS::RDS::DBCluster')
    changes = Object.entries(spec!.properties)
      .filter(([name]) => requiresRecreation(providerOf('AWS::RDS::DBCluster')!, name) === 'Never')
      .map(([name, {type}]) => [name, type.type])
  })

  beforeEach(async () => {
    lab = await DatabaseLab.start()
    await lab.rds.prepare()
    await lab.pair()
  })

  afterEach(() => lab.stop())

  const context = (region: string, rollback = false): ResourceContext => ({
    lab: lab.lab,
    region,
    rollback,
    stackName: 'data',
    stackId: 'id',
    logicalId: 'Cluster',
    allocated() {},
  })

  const update = (type: string, id: string, after: Properties, before: Properties, region = HOME, rollback = false) =>
    providerOf(type)!.update!(id, after, before, context(region, rollback))

  async function upgraded(region: string, EngineVersion: string): Promise<void> {
    const DBClusterIdentifier = `todomgmt-${region}`
    await lab.call('ModifyDBCluster', {DBClusterIdentifier, EngineVersion, ApplyImmediately: true}, region)
    await lab.waitFor('the upgrade', async () => (await lab.cluster(region)).Status === 'available')
  }

  /** The first property whose change trips. */
  async function tripped(region: string): Promise<string | undefined> {
    const template = TEMPLATE[region]!
    for (const [name, type] of changes) {
      if (REFUSED.has(name)) continue
      const changed = {...template, [name]: another(name, type, template[name])}
      for (const [after, before] of [
        [changed, template],
        [template, changed],
      ] as const) {
        try {
          await update('AWS::RDS::DBCluster', `todomgmt-${region}`, after, before, region)
        } catch (error) {
          return `${name} in ${region}: ${(error as Error).message}`
        }
      }
    }

    return undefined
  }

  const switches: Record<string, () => Promise<unknown>> = {
    switchover: () =>
      lab.call('SwitchoverGlobalCluster', {
        GlobalClusterIdentifier: 'todomgmt',
        TargetDbClusterIdentifier: lab.arn(AWAY),
      }),
    failover: () =>
      lab.call(
        'FailoverGlobalCluster',
        {GlobalClusterIdentifier: 'todomgmt', TargetDbClusterIdentifier: lab.arn(AWAY), AllowDataLoss: true},
        AWAY,
      ),
  }
  for (const [kind, act] of Object.entries(switches)) {
    it(`field report 17: trips over nothing after a ${kind}, whatever property of a cluster changes`, async () => {
      await act()
      await lab.waitFor('the switch', async () => (await lab.settledWriter()) === AWAY)
      await lab.waitFor('replication', () => lab.synchronized(HOME))
      await lab.waitFor('both clusters', async () =>
        (await Promise.all([HOME, AWAY].map((region) => lab.cluster(region)))).every(
          ({Status}) => Status === 'available',
        ),
      )
      expect(changes.map(([name]) => name)).to.include.members(['DeletionProtection', 'MasterUserPassword', 'Port'])
      expect(await tripped(HOME)).to.equal(undefined)
      expect(await tripped(AWAY)).to.equal(undefined)

      // A password that really is another one is refused: only the primary can change it.
      const other = {...TEMPLATE[HOME], MasterUserPassword: 'Another-Horse-2'}
      const refused = await update('AWS::RDS::DBCluster', `todomgmt-${HOME}`, other, TEMPLATE[HOME]!).then(
        () => undefined,
        (error: {code?: string}) => error.code,
      )
      expect(refused).to.equal('InvalidDBClusterStateFault')
    })
  }

  it('field report 17: takes back nothing that was done beside the template: upgrades, capacity, parameters, log exports', async () => {
    const version = '8.0.mysql_aurora.3.10.5'
    const {EngineVersion: before} = await lab.global()
    for (const region of [AWAY, HOME]) await upgraded(region, version)
    const ofGlobal = {GlobalClusterIdentifier: 'todomgmt', EngineVersion: before, DeletionProtection: false}
    await update('AWS::RDS::GlobalCluster', 'todomgmt', {...ofGlobal, DeletionProtection: true}, ofGlobal)
    expect(await lab.global()).to.include({EngineVersion: version, DeletionProtection: true})

    const template = {...TEMPLATE[HOME], EngineVersion: before}
    const exporting = {...template, EnableCloudwatchLogsExports: ['audit', 'error']}
    await update('AWS::RDS::DBCluster', `todomgmt-${HOME}`, exporting, template)
    expect((await lab.cluster(HOME)).EnabledCloudwatchLogsExports).to.have.members(['audit', 'error'])
    await update('AWS::RDS::DBCluster', `todomgmt-${HOME}`, template, exporting)
    expect(await lab.cluster(HOME)).to.deep.include({EngineVersion: version, EnabledCloudwatchLogsExports: []})

    const capacity = {MinCapacity: 4, MaxCapacity: 64}
    await lab.call('ModifyDBCluster', {
      DBClusterIdentifier: `todomgmt-${HOME}`,
      ServerlessV2ScalingConfiguration: capacity,
    })
    await update('AWS::RDS::DBCluster', `todomgmt-${HOME}`, {...template, BackupRetentionPeriod: 9}, template)
    expect(await lab.cluster(HOME)).to.deep.include({
      ServerlessV2ScalingConfiguration: capacity,
      BackupRetentionPeriod: 9,
    })
    const instance = {DBInstanceClass: 'db.serverless', AutoMinorVersionUpgrade: true, PromotionTier: 1}
    const one = `todomgmt-${HOME}-1`
    await lab.call('ModifyDBInstance', {DBInstanceIdentifier: one, DBInstanceClass: 'db.r6g.large', PromotionTier: 5})
    await update('AWS::RDS::DBInstance', one, {...instance, AutoMinorVersionUpgrade: false}, instance)
    const {DBInstances} = await lab.call('DescribeDBInstances', {DBInstanceIdentifier: one})
    const sent = {DBInstanceClass: 'db.r6g.large', AutoMinorVersionUpgrade: false, PromotionTier: 1}
    expect(DBInstances[0]).to.include(sent)

    const group = 'AWS::RDS::DBClusterParameterGroup'
    const was = {Parameters: {auto_increment_increment: '2', auto_increment_offset: '1'}}
    await update(group, 'offsets', {Parameters: {auto_increment_increment: '2', max_connections: '50'}}, was)
    const {Parameters} = await lab.call('DescribeDBClusterParameters', {DBClusterParameterGroupName: 'offsets'})
    expect(Parameters.map(({ParameterName}: Properties) => ParameterName)).to.have.members([
      'auto_increment_increment',
      'max_connections',
    ])
  })

  it('field report 17: does not take back an upgrade in a rollback, and upgrades no member while there are others', async () => {
    const version = '8.0.mysql_aurora.3.11.0'
    const {EngineVersion: before} = await lab.global()
    const [old, later] = [before, version].map((EngineVersion) => ({
      ...TEMPLATE[HOME],
      EngineVersion,
    })) as Properties[]
    const id = `todomgmt-${HOME}`
    const refused = await update('AWS::RDS::DBCluster', id, later!, old!).catch(({code}: {code: string}) => code)
    expect(refused).to.equal('InvalidParameterValue')
    await update('AWS::RDS::DBCluster', id, old!, later!, HOME, true)

    await lab.call(
      'RemoveFromGlobalCluster',
      {GlobalClusterIdentifier: 'todomgmt', DbClusterIdentifier: lab.arn(AWAY)},
      AWAY,
    )
    await update('AWS::RDS::DBCluster', id, later!, old!)
    expect(await lab.global()).to.include({EngineVersion: version})
    await update('AWS::RDS::DBCluster', id, old!, later!, HOME, true)
    await update('AWS::RDS::GlobalCluster', 'todomgmt', {EngineVersion: before}, {EngineVersion: version}, HOME, true)
    expect(await lab.global()).to.include({EngineVersion: version})
    expect(await lab.cluster(HOME)).to.include({EngineVersion: version})
  })
})
