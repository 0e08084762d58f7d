import {RemovalPolicy} from 'aws-cdk-lib'
import type {IKey} from 'aws-cdk-lib/aws-kms'
import {
  AuroraMysqlEngineVersion,
  CfnDBCluster,
  CfnDBClusterParameterGroup,
  CfnDBInstance,
  CfnDBSubnetGroup,
} from 'aws-cdk-lib/aws-rds'
import {Construct} from 'constructs'
import {acknowledge} from './acknowledge.js'
import type {DatabaseInsights} from './config.js'
import {logGroup} from './logs.js'
import type {Network} from './network.js'

/**
 * The newest patch of 3.10, the long-term support line of Aurora MySQL 3 [Aurora MySQL release notes, "long-term support"; the
 * patch as the pinned aws-cdk-lib 2.276.0 knows it, November 2026]. AutoMinorVersionUpgrade stays off, since members of
 * a global database must match: `todo-dr upgrade` upgrades them, the standby first, and `engineVersion` of config.json says so afterwards.
 */
export const ENGINE = 'aurora-mysql'
export const ENGINE_VERSION = AuroraMysqlEngineVersion.VER_3_10_4.auroraMysqlFullVersion
const FAMILY = 'aurora-mysql8.0'

/** Each is written to a log group of its own. */
const LOGS = ['error', 'slowquery'] as const

/** Days. */
const BACKUPS = {kept: 35, rehearsal: 7}

/**
 * Days of Performance Insights. The advanced mode wants no less, and each instance the settings of its cluster (Aurora user guide,
 * "Considerations for Database Insights").
 */
const INSIGHTS_DAYS: Record<DatabaseInsights, number> = {standard: 7, advanced: 465}

export interface ClusterProps {
  network: Network
  key: IKey
  clusterId: string
  /** One or more; the first writes while its region does. */
  instanceIds: string[]
  capacity: {min: number; max: number}
  /** By default ENGINE_VERSION. */
  engineVersion?: string
  /** Without it AWS's default stays. */
  databaseInsights?: DatabaseInsights
  /** Whether IAM may let users in. Without it AWS's default stays, which is no. */
  iamAuthentication?: boolean
  /** 1 at home, 2 away: ids that one region hands out are never reissued by the other after a lossy failover. */
  autoIncrementOffset: 1 | 2
  /** The founder of the global database carries these and never changes them. */
  founder?: {username: string; password: string; databaseName: string}
  /** The member that joins carries this, and no master properties. */
  joins?: string
  protect: boolean
}

/** One region's Aurora MySQL cluster with its Serverless v2 instances. Nothing here says who is primary. */
export class Cluster extends Construct {
  readonly cluster: CfnDBCluster
  /** All of them: whoever needs a database depends on each. */
  readonly instances: CfnDBInstance[]

  constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id)
    const removalPolicy = props.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY

    const subnets = new CfnDBSubnetGroup(this, 'Subnets', {
      dbSubnetGroupDescription: 'Isolated subnets',
      subnetIds: props.network.subnets.map((subnet) => subnet.subnetId),
    })

    const parameters = new CfnDBClusterParameterGroup(this, 'Parameters', {
      description: 'ToDo database',
      family: FAMILY,
      parameters: {
        auto_increment_increment: '2',
        auto_increment_offset: String(props.autoIncrementOffset),
        character_set_server: 'utf8mb4',
        long_query_time: '1',
        require_secure_transport: 'ON',
        slow_query_log: '1',
        time_zone: 'UTC',
      },
    })

    const {databaseInsights} = props
    const insights = databaseInsights && {
      performanceInsightsRetentionPeriod: INSIGHTS_DAYS[databaseInsights],
      performanceInsightsKmsKeyId: props.key.keyArn,
    }
    this.cluster = new CfnDBCluster(this, 'Cluster', {
      dbClusterIdentifier: props.clusterId,
      engine: ENGINE,
      engineVersion: props.engineVersion ?? ENGINE_VERSION,
      dbSubnetGroupName: subnets.ref,
      dbClusterParameterGroupName: parameters.ref,
      vpcSecurityGroupIds: [props.network.databaseGroup.securityGroupId],
      storageEncrypted: true,
      kmsKeyId: props.key.keyArn,
      backupRetentionPeriod: props.protect ? BACKUPS.kept : BACKUPS.rehearsal,
      copyTagsToSnapshot: true,
      deletionProtection: props.protect,
      enableCloudwatchLogsExports: [...LOGS],
      serverlessV2ScalingConfiguration: {minCapacity: props.capacity.min, maxCapacity: props.capacity.max},
      enableIamDatabaseAuthentication: props.iamAuthentication,
      ...(insights && {databaseInsightsMode: databaseInsights, performanceInsightsEnabled: true, ...insights}),
      ...(props.founder && {
        masterUsername: props.founder.username,
        masterUserPassword: props.founder.password,
        databaseName: props.founder.databaseName,
      }),
      globalClusterIdentifier: props.joins,
    })
    this.cluster.applyRemovalPolicy(removalPolicy)
    for (const name of LOGS) {
      this.cluster.node.addDependency(
        logGroup(this, `Log-${name}`, {
          name: `/aws/rds/cluster/${props.clusterId}/${name}`,
          key: props.key,
          protect: props.protect,
        }),
      )
    }

    this.instances = props.instanceIds.map((dbInstanceIdentifier, index) => {
      const instance = new CfnDBInstance(this, index === 0 ? 'Instance' : `Instance${index + 1}`, {
        dbInstanceIdentifier,
        dbClusterIdentifier: this.cluster.ref,
        dbInstanceClass: 'db.serverless',
        engine: ENGINE,
        autoMinorVersionUpgrade: false,
        publiclyAccessible: false,
        ...(insights && {enablePerformanceInsights: true, ...insights}),
        // Within a region, any of the others may take over.
        promotionTier: index === 0 ? 0 : 1,
      })
      instance.applyRemovalPolicy(removalPolicy)
      return instance
    })
    // What is made first in a cluster writes. A cluster that joins has readers alone, which come up side by side.
    if (props.founder) for (const other of this.instances.slice(1)) other.addResourceDependency(this.instances[0]!)
    this.acknowledgeFindings(props)
  }

  private acknowledgeFindings({protect, iamAuthentication}: ClusterProps): void {
    if (!iamAuthentication)
      acknowledge(
        this.cluster,
        'RDS6',
        'Functions log in through RDS Proxy with secrets; a second way in that nobody uses would only have to be watched.',
      )
    if (!protect)
      acknowledge(
        this.cluster,
        'RDS10',
        'With "protect": false in config.json, for rehearsals that are torn down; true turns deletion protection on.',
      )
    acknowledge(
      this.cluster,
      'RDS11',
      'Only the proxy reaches the port, in a network without a way in; another number would hide nothing.',
    )
    acknowledge(this.cluster, 'RDS14', 'Aurora offers no backtrack for members of a global database.')
  }
}
