import type {RemovalPolicy} from 'aws-cdk-lib'
import type {IKey} from 'aws-cdk-lib/aws-kms'
import {CfnDBCluster, CfnDBClusterParameterGroup, CfnDBInstance, CfnDBSubnetGroup} from 'aws-cdk-lib/aws-rds'
import {Construct} from 'constructs'
import type {Network} from './network.js'

/** A long-term support release: AutoMinorVersionUpgrade stays off, since members of a global database must match. */
export const ENGINE = 'aurora-mysql'
export const ENGINE_VERSION = '8.0.mysql_aurora.3.10.1'
const FAMILY = 'aurora-mysql8.0'

export interface ClusterProps {
  network: Network
  key: IKey
  clusterId: string
  instanceId: string
  /** 1 at home, 2 away: ids that one region hands out are never reissued by the other after a lossy failover. */
  autoIncrementOffset: 1 | 2
  /** The founder of the global database carries these and never changes them. */
  founder?: {username: string; password: string; databaseName: string}
  /** The member that joins carries this, and no master properties. */
  joins?: string
  deletionProtection: boolean
  removalPolicy: RemovalPolicy
}

/** One region's Aurora MySQL cluster with one Serverless v2 instance. Nothing here says who is primary. */
export class Cluster extends Construct {
  readonly cluster: CfnDBCluster
  readonly instance: CfnDBInstance

  constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id)

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
        require_secure_transport: 'ON',
        time_zone: 'UTC',
      },
    })

    this.cluster = new CfnDBCluster(this, 'Cluster', {
      dbClusterIdentifier: props.clusterId,
      engine: ENGINE,
      engineVersion: ENGINE_VERSION,
      dbSubnetGroupName: subnets.ref,
      dbClusterParameterGroupName: parameters.ref,
      vpcSecurityGroupIds: [props.network.databaseGroup.securityGroupId],
      storageEncrypted: true,
      kmsKeyId: props.key.keyArn,
      backupRetentionPeriod: 7,
      copyTagsToSnapshot: true,
      deletionProtection: props.deletionProtection,
      enableCloudwatchLogsExports: ['error'],
      serverlessV2ScalingConfiguration: {minCapacity: 0.5, maxCapacity: 8},
      ...(props.founder && {
        masterUsername: props.founder.username,
        masterUserPassword: props.founder.password,
        databaseName: props.founder.databaseName,
      }),
      globalClusterIdentifier: props.joins,
    })
    this.cluster.applyRemovalPolicy(props.removalPolicy)

    this.instance = new CfnDBInstance(this, 'Instance', {
      dbInstanceIdentifier: props.instanceId,
      dbClusterIdentifier: this.cluster.ref,
      dbInstanceClass: 'db.serverless',
      engine: ENGINE,
      autoMinorVersionUpgrade: false,
      publiclyAccessible: false,
    })
    this.instance.applyRemovalPolicy(props.removalPolicy)
  }
}
