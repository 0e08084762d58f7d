/** Plants in the database of the region away: its cluster, its instances and its proxy. */

import {
  CreateDBInstanceCommand,
  DeleteDBInstanceCommand,
  DeregisterDBProxyTargetsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  ModifyDBClusterCommand,
  ModifyDBClusterParameterGroupCommand,
  ModifyDBInstanceCommand,
  ModifyDBProxyCommand,
  ModifyDBProxyTargetGroupCommand,
  RegisterDBProxyTargetsCommand,
} from '@aws-sdk/client-rds'
import type {
  ModifyDBClusterMessage,
  ModifyDBInstanceMessage,
  ModifyDBProxyRequest,
  ConnectionPoolConfiguration,
} from '@aws-sdk/client-rds'
import {callLab} from '../support/lab.js'
import {until} from './ground.js'
import type {Ground} from './ground.js'
import {AWAY, HOME} from './plant.js'
import type {Drift, IllHealth, Plant, Undo} from './plant.js'

const CLUSTER = `todomgmt-${AWAY}`
const SECOND = `${CLUSTER}-2`

const DATABASE = 'the database behaves, scales or is protected in another way after a switch'
const PROXY = 'connections that work in one region may be refused in the other'

export const setting = (subject: string, says: string, type = 'changed'): Drift => ({
  kind: 'regions',
  class: type,
  region: AWAY,
  subject,
  says,
  next: 'first type todo-dr drift --template (it names what was changed by hand, and how to change it back). For what it does not name, type todo-dr deploy',
})

export const property = (subject: string): Drift => ({
  kind: 'template',
  class: 'configuration',
  region: AWAY,
  subject,
  says: 'it was changed outside the template',
  next: 'change it back*. Or write it into the template, and then: todo-dr deploy',
})

async function cluster(
  {away}: Ground,
  change: Partial<ModifyDBClusterMessage>,
  before: Partial<ModifyDBClusterMessage>,
): Promise<Undo> {
  const modify = (settings: Partial<ModifyDBClusterMessage>) =>
    away.rds.send(new ModifyDBClusterCommand({DBClusterIdentifier: CLUSTER, ApplyImmediately: true, ...settings}))
  await modify(change)
  return () => modify(before)
}

async function instance(
  {away}: Ground,
  change: Partial<ModifyDBInstanceMessage>,
  before: Partial<ModifyDBInstanceMessage>,
): Promise<Undo> {
  const modify = (settings: Partial<ModifyDBInstanceMessage>) =>
    away.rds.send(new ModifyDBInstanceCommand({DBInstanceIdentifier: `${CLUSTER}-1`, ...settings}))
  await modify(change)
  return () => modify(before)
}

async function proxy(
  {away, there}: Ground,
  change: Partial<ModifyDBProxyRequest>,
  before: Partial<ModifyDBProxyRequest>,
): Promise<Undo> {
  const modify = (settings: Partial<ModifyDBProxyRequest>) =>
    away.rds.send(new ModifyDBProxyCommand({DBProxyName: there.proxyName, ...settings}))
  await modify(change)
  return () => modify(before)
}

async function parameter({away}: Ground, ParameterName: string, value: string, before: string): Promise<Undo> {
  const {DBClusters} = await away.rds.send(new DescribeDBClustersCommand({DBClusterIdentifier: CLUSTER}))
  const DBClusterParameterGroupName = DBClusters![0]!.DBClusterParameterGroup!
  const set = (ParameterValue: string) =>
    away.rds.send(
      new ModifyDBClusterParameterGroupCommand({
        DBClusterParameterGroupName,
        Parameters: [{ParameterName, ParameterValue, ApplyMethod: 'immediate'}],
      }),
    )
  await set(value)
  return () => set(before)
}

async function withoutInstances({away}: Ground, ids: string[]): Promise<Undo> {
  const found = async () => {
    const {DBInstances = []} = await away.rds.send(
      new DescribeDBInstancesCommand({Filters: [{Name: 'db-cluster-id', Values: [CLUSTER]}]}),
    )
    return DBInstances.filter(({DBInstanceIdentifier = ''}) => ids.includes(DBInstanceIdentifier))
  }

  const before = await found()
  for (const DBInstanceIdentifier of ids) await away.rds.send(new DeleteDBInstanceCommand({DBInstanceIdentifier}))
  await until('the instances are gone', async () => (await found()).length === 0)
  return async () => {
    for (const {DBInstanceIdentifier, DBInstanceClass, Engine, PromotionTier, TagList} of before) {
      await away.rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier,
          DBInstanceClass,
          Engine,
          PromotionTier,
          Tags: TagList,
          DBClusterIdentifier: CLUSTER,
          AutoMinorVersionUpgrade: false,
          PubliclyAccessible: false,
        }),
      )
      await until(`${DBInstanceIdentifier} is back`, async () =>
        (await found()).some(
          (one) => one.DBInstanceIdentifier === DBInstanceIdentifier && one.DBInstanceStatus === 'available',
        ),
      )
    }
  }
}

/** Each stands alone in what is said of it. */
export const DATABASE_PLANTS: readonly Plant[] = [
  {
    name: 'The standby may not grow as large as the primary',
    by: 'rds `ModifyDBCluster`',
    make: (ground) =>
      cluster(
        ground,
        {ServerlessV2ScalingConfiguration: {MaxCapacity: 2}},
        {ServerlessV2ScalingConfiguration: {MaxCapacity: 8}},
      ),
    health: [
      {
        check: 'standby-capacity',
        region: AWAY,
        level: 'problem',
        says: `it may grow to 2 ACU, but ${HOME} to 8`,
        next: `aws rds modify-db-cluster --region ${AWAY} --db-cluster-identifier ${CLUSTER} --serverless-v2-scaling-configuration MinCapacity=*,MaxCapacity=8`,
      },
    ],
    drift: [
      setting('database.maximum capacity', DATABASE),
      property('*Cluster* (AWS::RDS::DBCluster)/ServerlessV2ScalingConfiguration/MaxCapacity'),
    ],
  },
  {
    name: 'The standby may pause',
    by: 'rds `ModifyDBCluster`',
    make: (ground) =>
      cluster(
        ground,
        {ServerlessV2ScalingConfiguration: {MinCapacity: 0}},
        {ServerlessV2ScalingConfiguration: {MinCapacity: 0.5}},
      ),
    health: [
      {
        check: 'auto-pause',
        region: AWAY,
        level: 'warning',
        says: 'the minimum capacity is 0 ACU: it may pause, and a promotion would wait for it to resume',
        next: `aws rds modify-db-cluster --region ${AWAY} --db-cluster-identifier ${CLUSTER} --serverless-v2-scaling-configuration MinCapacity=0.5,MaxCapacity=*`,
      },
    ],
    drift: [
      setting('database.minimum capacity', DATABASE),
      property('*Cluster* (AWS::RDS::DBCluster)/ServerlessV2ScalingConfiguration/MinCapacity'),
    ],
  },
  {
    name: 'Backups are kept for a day',
    by: 'rds `ModifyDBCluster`',
    make: (ground) => cluster(ground, {BackupRetentionPeriod: 1}, {BackupRetentionPeriod: 7}),
    health: [
      {
        check: 'backups',
        region: AWAY,
        level: 'warning',
        says: 'kept for 1 day',
        next: 'keep them for 7 days or more; the template keeps 35 with "protect": true',
      },
    ],
    drift: [
      setting('database.backup retention', DATABASE),
      property('*Cluster* (AWS::RDS::DBCluster)/BackupRetentionPeriod'),
    ],
  },
  {
    name: 'One region alone is protected from deletion',
    by: 'rds `ModifyDBCluster`',
    make: (ground) => cluster(ground, {DeletionProtection: true}, {DeletionProtection: false}),
    drift: [
      setting('database.deletion protection', DATABASE),
      property('*Cluster* (AWS::RDS::DBCluster)/DeletionProtection'),
    ],
  },
  {
    name: 'The slow log is not exported',
    by: 'rds `ModifyDBCluster`',
    make: (ground) =>
      cluster(
        ground,
        {CloudwatchLogsExportConfiguration: {DisableLogTypes: ['slowquery']}},
        {CloudwatchLogsExportConfiguration: {EnableLogTypes: ['slowquery']}},
      ),
    drift: [
      setting('database.logs', DATABASE),
      property('*Cluster* (AWS::RDS::DBCluster)/EnableCloudwatchLogsExports*'),
    ],
    also: [setting('log group aws/rds/cluster/*', 'the log of a region is kept for another time', 'missing')],
  },
  {
    name: 'A database parameter has another value',
    by: 'rds `ModifyDBClusterParameterGroup`',
    make: (ground) => parameter(ground, 'long_query_time', '5', '1'),
    drift: [
      setting('database parameters.long_query_time', 'statements behave in another way after a switch'),
      property('*Parameters* (AWS::RDS::DBClusterParameterGroup)/Parameters/long_query_time'),
    ],
  },
  {
    name: 'An instance upgrades itself',
    by: 'rds `ModifyDBInstance`',
    make: (ground) => instance(ground, {AutoMinorVersionUpgrade: true}, {AutoMinorVersionUpgrade: false}),
    health: [
      {
        check: 'engine-upgrades',
        region: AWAY,
        level: 'warning',
        says: `${CLUSTER}-1 would be upgraded by RDS, without the other region`,
        next: `aws rds modify-db-instance --region ${AWAY} --db-instance-identifier ${CLUSTER}-1 --no-auto-minor-version-upgrade`,
      },
    ],
    drift: [
      setting('database.minor upgrades', DATABASE),
      property('*Instance* (AWS::RDS::DBInstance)/AutoMinorVersionUpgrade'),
    ],
  },
  {
    name: 'An instance has a public address',
    by: 'rds `ModifyDBInstance`',
    make: (ground) => instance(ground, {PubliclyAccessible: true}, {PubliclyAccessible: false}),
    drift: [
      setting('database.public instances', DATABASE),
      property('*Instance* (AWS::RDS::DBInstance)/PubliclyAccessible'),
    ],
  },
  {
    name: 'Another instance would be promoted first',
    by: 'rds `ModifyDBInstance`',
    make: (ground) => instance(ground, {PromotionTier: 15}, {PromotionTier: 0}),
    drift: [setting('database.promotion tiers', DATABASE), property('*Instance* (AWS::RDS::DBInstance)/PromotionTier')],
  },
  {
    name: 'The standby has an instance of another class',
    by: 'rds `ModifyDBInstance`',
    make: (ground) => instance(ground, {DBInstanceClass: 'db.r6g.large'}, {DBInstanceClass: 'db.serverless'}),
    drift: [
      setting('database.instance classes', DATABASE),
      property('*Instance* (AWS::RDS::DBInstance)/DBInstanceClass'),
    ],
  },
  {
    name: 'The standby has an instance less',
    by: 'rds `DeleteDBInstance`',
    make: (ground) => withoutInstances(ground, [SECOND]),
    drift: [
      setting('database.instances', DATABASE),
      {
        ...property('*Instance2* (AWS::RDS::DBInstance)'),
        class: 'destructive',
        says: 'a deployment would replace, detach or upgrade what holds the data',
        next: 'bring the template to what is there, and look at the change set: todo-dr deploy --dry-run. Until then deploy refuses',
      },
    ],
    // What is said of each instance is said of one less.
    also: [setting('database.*', DATABASE)],
  },
  {
    name: 'The proxy cuts idle clients after a minute',
    by: 'rds `ModifyDBProxy`',
    make: (ground) => proxy(ground, {IdleClientTimeout: 60}, {IdleClientTimeout: 900}),
    drift: [setting('proxy.idle timeout', PROXY), property('*Proxy* (AWS::RDS::DBProxy)/IdleClientTimeout')],
  },
  {
    name: 'The proxy takes connections without TLS',
    by: 'rds `ModifyDBProxy`',
    make: (ground) => proxy(ground, {RequireTLS: false}, {RequireTLS: true}),
    drift: [setting('proxy.TLS', PROXY), property('*Proxy* (AWS::RDS::DBProxy)/RequireTLS')],
  },
  {
    name: 'The proxy may use fewer connections',
    by: 'rds `ModifyDBProxyTargetGroup`',
    async make({away, there}) {
      const modify = (ConnectionPoolConfig: ConnectionPoolConfiguration) =>
        away.rds.send(
          new ModifyDBProxyTargetGroupCommand({
            DBProxyName: there.proxyName,
            TargetGroupName: 'default',
            ConnectionPoolConfig,
          }),
        )
      await modify({MaxConnectionsPercent: 60})
      return () => modify({MaxConnectionsPercent: 90})
    },
    drift: [
      setting('proxy.pool MaxConnectionsPercent', PROXY),
      property('*Targets* (AWS::RDS::DBProxyTargetGroup)/ConnectionPoolConfigurationInfo/MaxConnectionsPercent'),
    ],
  },
]

export const LOST_PROXY: Plant = {
  name: "The primary's proxy has lost its database",
  by: 'rds `DeregisterDBProxyTargets`',
  async make({home}) {
    const target = {DBProxyName: `todomgmt-${HOME}`, DBClusterIdentifiers: [`todomgmt-${HOME}`]}
    await home.rds.send(new DeregisterDBProxyTargetsCommand(target))
    return () => home.rds.send(new RegisterDBProxyTargetsCommand(target))
  },
  health: [
    {
      check: 'primary-writable',
      region: HOME,
      level: 'problem',
      says: 'the proxy has no target that takes writes',
      next: `todo-dr outage status; aws rds describe-db-proxy-targets --region ${HOME}`,
    },
  ],
}

export const NO_INSTANCE: Plant = {
  name: 'The standby has no instance at all',
  by: 'rds `DeleteDBInstance`',
  make: (ground) => withoutInstances(ground, [SECOND, `${CLUSTER}-1`]),
  health: [
    {
      check: 'instances',
      region: AWAY,
      level: 'problem',
      says: 'has no instance that can serve',
      next: `aws rds describe-db-instances --region ${AWAY}`,
    },
    {
      check: 'global-database',
      region: null,
      level: 'problem',
      says: `the member in ${AWAY} is`,
      next: 'wait until it is connected again; check with todo-dr status',
    },
    {check: 'api', region: AWAY, level: 'problem', says: 'answers 503 DatabaseUnavailable', next: 'todo-dr status'},
    {
      check: 'gates',
      region: AWAY,
      level: 'problem',
      says: 'a failover would be refused by target-has-instance',
      next: 'add an instance, or wait until the existing one can serve',
    },
    {
      check: 'gates',
      region: AWAY,
      level: 'problem',
      says: 'a failover would be refused by target-reachable',
      next: 'wait until it answers again; check with todo-dr status',
    },
    {
      check: 'standby-capacity',
      region: AWAY,
      level: 'problem',
      says: 'the standby has no instance',
      next: `add one: aws rds create-db-instance --region ${AWAY} --db-cluster-identifier todomgmt-${AWAY} --db-instance-identifier todomgmt-${AWAY}-1 --engine aurora-mysql --db-instance-class db.serverless`,
    },
  ], // Nobody reports a lag any more.
  maybe: [
    {
      check: 'replication-lag',
      region: AWAY,
      level: 'unknown',
      says: 'the last value (',
      next: 'CloudWatch has no newer one: look again with todo-dr health',
    },
  ],
}

/** Of the line that the template deploys. */
const LINE = '8.0.mysql_aurora.'
const NEWER = `${LINE}3.10.5`

/** Patched, restarted and replicating again. */
async function patched(ground: Ground, region: string): Promise<void> {
  const {rds} = region === HOME ? ground.home : ground.away
  const DBClusterIdentifier = `todomgmt-${region}`
  await rds.send(new ModifyDBClusterCommand({DBClusterIdentifier, EngineVersion: NEWER, ApplyImmediately: true}))
  await until(`${region} runs ${NEWER}`, async () => {
    const {DBClusters} = await rds.send(new DescribeDBClustersCommand({DBClusterIdentifier}))
    return DBClusters![0]!.EngineVersion === NEWER && DBClusters![0]!.Status === 'available'
  })
  const passing = new Set(['api', 'edge', 'global-database', 'instances', 'primary-writable', 'replication-lag'])
  await until('it serves again', async () => {
    const {findings} = await ground.health()
    return findings.every(({check, level}) => level === 'ok' || !passing.has(check))
  })
}

/** No engine goes back: the primary follows, as after any upgrade. */
export const NEWER_STANDBY: Plant = {
  name: 'The standby runs another engine version than the primary',
  by: 'rds `ModifyDBCluster` to the next patch',
  async make(ground) {
    await patched(ground, AWAY)
    return () => patched(ground, HOME)
  },
  health: [
    {
      check: 'engine-versions',
      region: null,
      level: 'problem',
      says: `${HOME} runs ${LINE}3.10.4, but ${AWAY} runs ${NEWER}`,
      next: 'todo-dr upgrade --to VERSION upgrades the older one; AWS wants the standby first',
    },
    {
      check: 'gates',
      region: AWAY,
      level: 'problem',
      says: 'a failover would be refused by engine-versions',
      next: `todo-dr upgrade --to ${NEWER} makes them equal; with the primary lost, AWS names a manual failover: remove ${AWAY} from the global database, and it writes alone; if you know that AWS takes these two: --waive engine-versions=REASON`,
    },
  ],
  drift: [
    setting('database.engine version', DATABASE),
    {
      ...property('*Cluster* (AWS::RDS::DBCluster)/EngineVersion'),
      class: 'destructive',
      says: 'a deployment would replace, detach or upgrade what holds the data',
      next: 'bring the template to what is there, and look at the change set: todo-dr deploy --dry-run. Until then deploy refuses',
    },
  ],
  also: [setting('database.instance versions', DATABASE)],
}

const FAR_BEHIND: IllHealth = {
  check: 'replication-lag',
  region: AWAY,
  level: 'warning',
  says: 's behind: more than the 5 s of your objective',
  next: 'wait, or look for a burst of writes',
}

export const STALLED: Plant = {
  name: 'Replication has stopped',
  by: 'SQL `STOP SLAVE` on the standby of the lab',
  async make(ground) {
    await ground.onStandby('STOP SLAVE')
    return () => ground.onStandby('START SLAVE')
  },
  health: [
    {
      check: 'global-database',
      region: null,
      level: 'problem',
      says: `the member in ${AWAY} is`,
      next: 'wait until it is connected again; check with todo-dr status',
    },
  ],
  // A slow machine looks when it has stood still for as long as that.
  maybe: [FAR_BEHIND],
}

export const LAGGING: Plant = {
  name: 'The standby is far behind',
  by: 'a lag of 8 seconds on the lab',
  async make(ground) {
    const isBehind = async (): Promise<boolean> => {
      const {findings} = await ground.health()
      return findings.some(({check, level}) => check === 'replication-lag' && level !== 'ok')
    }

    await callLab(ground.status, 'PUT', 'lag', {ms: 8000})
    await until('the standby is behind', isBehind)
    return async () => {
      await callLab(ground.status, 'PUT', 'lag', {ms: 0})
      await until('the standby has caught up', async () => !(await isBehind()))
    }
  },
  health: [FAR_BEHIND],
}
