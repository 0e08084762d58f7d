import {ArnFormat, Fn, Stack} from 'aws-cdk-lib'
import type {IKey} from 'aws-cdk-lib/aws-kms'
import {PolicyStatement, Role, ServicePrincipal} from 'aws-cdk-lib/aws-iam'
import {CfnDBProxy, CfnDBProxyEndpoint, CfnDBProxyTargetGroup} from 'aws-cdk-lib/aws-rds'
import {Construct} from 'constructs'
import type {Cluster} from './cluster.js'
import {IAM_USER} from './config.js'
import {logGroup} from './logs.js'
import type {Network} from './network.js'

/** Seconds that a client waits for a database connection before the proxy refuses: below the functions' own patience. */
const BORROW_TIMEOUT_SECONDS = 2

/**
 * Lets its bearer log in as IAM_USER. `id`: that of a proxy or of a cluster ("Creating and using an IAM policy for IAM database access",
 * Aurora user guide). That a proxy's stands for its other endpoints too is assumed.
 */
export const connecting = (scope: Construct, id: string): PolicyStatement =>
  new PolicyStatement({
    actions: ['rds-db:connect'],
    resources: [
      Stack.of(scope).formatArn({
        service: 'rds-db',
        resource: 'dbuser',
        resourceName: `${id}/${IAM_USER}`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ],
  })

export interface ProxyProps {
  network: Network
  cluster: Cluster
  proxyName: string
  readerEndpointName: string
  /** Full ARNs with suffix, in the proxy's own region: a name or a partial ARN is not accepted. */
  secretArns: string[]
  /** Whether tokens let IAM_USER in, here and at the cluster. Undefined leaves AWS's default, which is no. */
  iamAuthentication?: boolean
  key: IKey
  protect: boolean
}

/** RDS Proxy of one region: a default endpoint for the writer, and a READ_ONLY one, which alone serves a standby. */
export class Proxy extends Construct {
  readonly proxy: CfnDBProxy
  /** By which policies name it. */
  readonly resourceId: string
  /** Host of the default, read/write endpoint. */
  readonly host: string
  /** Host of the READ_ONLY endpoint; it refuses while the cluster has a writer only. */
  readonly readerHost: string

  constructor(scope: Construct, id: string, props: ProxyProps) {
    super(scope, id)

    const role = new Role(this, 'Role', {
      description: 'Lets the proxy read the database secrets',
      assumedBy: new ServicePrincipal('rds.amazonaws.com'),
    })
    role.addToPolicy(new PolicyStatement({actions: ['secretsmanager:GetSecretValue'], resources: props.secretArns}))
    const {iamAuthentication} = props
    if (iamAuthentication) role.addToPolicy(connecting(this, props.cluster.cluster.attrDbClusterResourceId))

    this.proxy = new CfnDBProxy(this, 'Proxy', {
      dbProxyName: props.proxyName,
      engineFamily: 'MYSQL',
      requireTls: true,
      debugLogging: false,
      idleClientTimeout: 900,
      roleArn: role.roleArn,
      // Of users who have no secret below.
      ...(iamAuthentication !== undefined && {defaultAuthScheme: iamAuthentication ? 'IAM_AUTH' : 'NONE'}),
      auth: props.secretArns.map((secretArn) => ({authScheme: 'SECRETS', iamAuth: 'DISABLED', secretArn})),
      vpcSubnetIds: props.network.subnets.map((subnet) => subnet.subnetId),
      vpcSecurityGroupIds: [props.network.proxyGroup.securityGroupId],
    })
    // The proxy reads the secrets as it is made: without its policy it starts, and stays, unable to.
    this.proxy.node.addDependency(role)
    this.proxy.node.addDependency(
      logGroup(this, 'Logs', {name: `/aws/rds/proxy/${props.proxyName}`, key: props.key, protect: props.protect}),
    )
    this.host = this.proxy.attrEndpoint
    // `arn:aws:rds:REGION:ACCOUNT:db-proxy:prx-...`
    this.resourceId = Fn.select(6, Fn.split(':', this.proxy.attrDbProxyArn))

    const targets = new CfnDBProxyTargetGroup(this, 'Targets', {
      dbProxyName: this.proxy.ref,
      targetGroupName: 'default',
      dbClusterIdentifiers: [props.cluster.cluster.ref],
      connectionPoolConfigurationInfo: {
        connectionBorrowTimeout: BORROW_TIMEOUT_SECONDS,
        maxConnectionsPercent: 90,
        maxIdleConnectionsPercent: 50,
      },
    })
    for (const instance of props.cluster.instances) targets.addResourceDependency(instance)

    const reader = new CfnDBProxyEndpoint(this, 'Reader', {
      dbProxyEndpointName: props.readerEndpointName,
      dbProxyName: this.proxy.ref,
      targetRole: 'READ_ONLY',
      vpcSubnetIds: props.network.subnets.map((subnet) => subnet.subnetId),
      vpcSecurityGroupIds: [props.network.proxyGroup.securityGroupId],
    })
    reader.addResourceDependency(targets)
    this.readerHost = reader.attrEndpoint
  }
}
