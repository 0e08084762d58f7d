import {Arn, ArnFormat, CfnOutput, Fn, RemovalPolicy} from 'aws-cdk-lib'
import type {Key} from 'aws-cdk-lib/aws-kms'
import {CfnGlobalCluster} from 'aws-cdk-lib/aws-rds'
import {Secret} from 'aws-cdk-lib/aws-secretsmanager'
import type {ITopic} from 'aws-cdk-lib/aws-sns'
import type {Construct} from 'constructs'
import {acknowledge} from './acknowledge.js'
import {Alarms, alarmTopic} from './alarms.js'
import {backupVault} from './backup-vault.js'
import {Cluster} from './cluster.js'
import {APP_USER, DATABASE, EDGE_REGION, MASTER_USER} from './config.js'
import {dataKey} from './data-key.js'
import {leaseBucket} from './lease-bucket.js'
import {logGroup} from './logs.js'
import {MYSQL_PORT, Network} from './network.js'
import {Proxy} from './proxy.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'

/** Letters and digits only: RDS refuses `/`, `@`, `"` and blanks in a master password. */
const PASSWORD = {generateStringKey: 'password', excludePunctuation: true, passwordLength: 40} as const

export interface DataStackProps extends RegionStackProps {
  /** The stack that founded the global database; absent for the founder itself. */
  founder?: DataStack
}

/** What keeps the data in one region: network, key, Aurora cluster, proxy, secrets (made at home), lease bucket, alarms. */
export class DataStack extends RegionStack {
  /** For all that rests in this region. */
  readonly key: Key
  readonly alarmTopic: ITopic
  readonly alarmNames: string[]
  readonly network: Network
  readonly proxy: Proxy
  readonly clusterId: string
  readonly clusterArn: string
  readonly proxyName: string
  /** Of the CRUD functions' user, in this region. */
  readonly appSecretArn: string
  /** Of the master user, in this region; for the create-table function alone. */
  readonly adminSecretArn: string
  readonly leaseBucketName: string
  /** Undefined without `backup`. */
  readonly backupVaultName: string | undefined

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, props)
    const removalPolicy = this.config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY
    const isFounder = props.founder === undefined

    const {protect, backup, proxyAuth} = this.config
    const iamAuthentication = proxyAuth && proxyAuth !== 'secrets'
    this.key = dataKey(this, 'Key', {
      description: `${this.config.app}: data at rest in ${this.region}`,
      // A backup outlives its database, and nobody could read it without the key.
      protect: protect || backup !== undefined,
    })
    const {key} = this
    const vault = {name: this.names.backupVault(this.region), key, protect}
    this.backupVaultName = backup && backupVault(this, 'BackupVault', {...vault, backup}).backupVaultName
    this.network = new Network(this, 'Network', {
      cidr: isFounder ? '10.20.0.0/16' : '10.21.0.0/16',
      zones: this.config.zones?.[this.region],
      flowLog: logGroup(this, 'FlowLog', {name: `/aws/vpc/${this.names.lower}-${this.region}`, key, protect}),
    })

    const admin = isFounder ? this.adminSecret(removalPolicy) : undefined
    const cluster = new Cluster(this, 'Database', {
      network: this.network,
      key,
      clusterId: this.names.cluster(this.region),
      instanceIds: Array.from({length: this.config.instances}, (_, index) =>
        this.names.instance(this.region, index + 1),
      ),
      capacity: this.config.capacity,
      engineVersion: this.config.engineVersion,
      databaseInsights: this.config.databaseInsights,
      iamAuthentication,
      autoIncrementOffset: isFounder ? 1 : 2,
      founder: admin && {
        username: MASTER_USER,
        password: admin.secretValueFromJson('password').unsafeUnwrap(),
        databaseName: DATABASE,
      },
      joins: isFounder ? undefined : this.names.globalCluster,
      protect,
    })
    this.clusterId = this.names.cluster(this.region)
    this.clusterArn = this.formatArn({
      service: 'rds',
      resource: 'cluster',
      resourceName: this.clusterId,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })

    if (props.founder && !admin) {
      this.addStackDependency(props.founder, 'the global database must exist before a cluster joins it')
      this.appSecretArn = this.replicaOf(props.founder.appSecretArn)
      this.adminSecretArn = this.replicaOf(props.founder.adminSecretArn)
    } else {
      this.globalCluster(cluster, removalPolicy)
      this.adminSecretArn = admin!.secretArn
      this.appSecretArn = this.appSecret(cluster.cluster.attrEndpointAddress, removalPolicy).secretArn
      if (this.config.lockToEdge) this.edgeSecret(removalPolicy)
    }

    this.proxyName = this.names.proxy(this.region)
    this.proxy = new Proxy(this, 'Proxy', {
      network: this.network,
      cluster,
      proxyName: this.proxyName,
      readerEndpointName: this.names.readerEndpoint(this.region),
      secretArns: [this.appSecretArn, this.adminSecretArn],
      iamAuthentication,
      key,
      protect,
    })

    // The API's stack may use it until after this one is updated, so that it stays when functions go back to secrets.
    if (proxyAuth) this.exportValue(this.proxy.proxy.attrDbProxyArn)

    this.leaseBucketName = this.names.leaseBucket(this.region)
    leaseBucket(this, 'LeaseBucket', {
      bucketName: this.leaseBucketName,
      logBucketName: this.names.logBucket(this.region),
      protect,
    })

    const prefix = `${this.names.lower}-${this.region}`
    this.alarmTopic = alarmTopic(this, 'AlarmTopic', {name: `${prefix}-alarms`, key, email: this.config.alarmEmail})
    const alarms = new Alarms(this, 'Alarms', {prefix, topic: this.alarmTopic})
    alarms.replicationLag(this.clusterId)
    alarms.proxy(this.proxyName, this.config.instances > 1)
    this.alarmNames = alarms.names

    new CfnOutput(this, 'ClusterId', {value: cluster.cluster.ref})
    new CfnOutput(this, 'ClusterEndpoint', {value: cluster.cluster.attrEndpointAddress})
    new CfnOutput(this, 'ClusterReaderEndpoint', {value: cluster.cluster.attrReadEndpointAddress})
    new CfnOutput(this, 'ProxyEndpoint', {value: this.proxy.host})
    new CfnOutput(this, 'ProxyReaderEndpoint', {value: this.proxy.readerHost})
    new CfnOutput(this, 'LeaseBucketName', {value: this.leaseBucketName})
  }

  /**
   * The documented way: the founding cluster stands first, and the global database is made of it. `SourceDBClusterIdentifier`
   * shows drift after a switch and is never changed.
   */
  private globalCluster(cluster: Cluster, removalPolicy: RemovalPolicy): void {
    const global = new CfnGlobalCluster(this, 'GlobalDatabase', {
      globalClusterIdentifier: this.names.globalCluster,
      sourceDbClusterIdentifier: cluster.cluster.attrDbClusterArn,
      deletionProtection: this.config.protect,
    })
    // The first makes the cluster whole; the others come up beside the global database, and whoever needs them waits for them.
    global.addResourceDependency(cluster.instances[0]!)
    global.applyRemovalPolicy(removalPolicy)
    new CfnOutput(this, 'GlobalClusterId', {value: global.ref})
  }

  private adminSecret(removalPolicy: RemovalPolicy): Secret {
    return this.secret('AdminSecret', {
      secretName: this.names.adminSecret,
      description: 'Master user: migrations only',
      template: {username: MASTER_USER, dbname: DATABASE, port: MYSQL_PORT},
      removalPolicy,
    })
  }

  /** Its host is informational: a replica is a byte copy, so that functions take their own region's proxy instead. */
  private appSecret(host: string, removalPolicy: RemovalPolicy): Secret {
    return this.secret('AppSecret', {
      secretName: this.names.appSecret,
      description: "The functions' user: SELECT, INSERT, UPDATE, DELETE",
      template: {host, port: MYSQL_PORT, dbname: DATABASE, username: APP_USER},
      removalPolicy,
    })
  }

  private secret(
    id: string,
    options: {secretName: string; description: string; template: object; removalPolicy: RemovalPolicy},
  ): Secret {
    const secret = new Secret(this, id, {
      secretName: options.secretName,
      description: options.description,
      generateSecretString: {secretStringTemplate: this.toJsonString(options.template), ...PASSWORD},
      replicaRegions: [{region: this.other}],
      removalPolicy: options.removalPolicy,
    })
    acknowledge(
      secret,
      'SMG4',
      'Rotation changes the database and both regions at once: it is an act of an operator (put a new value, run CREATE_TABLE), never one that a timer starts in the middle of a failover.',
    )
    return secret
  }

  /** The header's value that only the edge knows, wherever a stack must name it. */
  private edgeSecret(removalPolicy: RemovalPolicy): void {
    const regions = [...new Set([this.other, EDGE_REGION])].filter((region) => region !== this.region)
    const secret = new Secret(this, 'EdgeSecret', {
      secretName: this.names.edgeSecret,
      description: 'What the edge tells the APIs, so that they answer nobody else',
      generateSecretString: {excludePunctuation: true, passwordLength: 40},
      replicaRegions: regions.map((region) => ({region})),
      removalPolicy,
    })
    acknowledge(
      secret,
      'SMG4',
      'The edge and both web ACLs read it at deployment: a new value takes a deployment, which a timer cannot make.',
    )
  }

  /** A replica has its original's ARN, random suffix included, but for the region (Secrets Manager user guide). */
  private replicaOf(arn: string): string {
    const named = Fn.select(6, Fn.split(':', arn))
    return Arn.format(
      {service: 'secretsmanager', resource: 'secret', resourceName: named, arnFormat: ArnFormat.COLON_RESOURCE_NAME},
      this,
    )
  }
}
