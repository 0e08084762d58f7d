import {
  type CfnSubnet,
  FlowLogDestination,
  FlowLogTrafficType,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
  type ISubnet,
} from 'aws-cdk-lib/aws-ec2'
import type {LogGroup} from 'aws-cdk-lib/aws-logs'
import {Construct} from 'constructs'

export const MYSQL_PORT = 3306

export interface NetworkProps {
  /** Private (RFC 1918) and different in each region, so that the two may be peered one day. */
  cidr: string
  /** Ids of the two availability zones; the account's first two where undefined. */
  zones?: [string, string]
  /** Takes the records of refused connections. */
  flowLog: LogGroup
}

/**
 * Isolated subnets in two zones, no way to the Internet, and a Secrets Manager endpoint inside. Only MySQL's port is
 * open, and only from functions to proxy and from proxy to database.
 */
export class Network extends Construct {
  readonly vpc: Vpc
  readonly subnets: ISubnet[]
  readonly functionGroup: SecurityGroup
  readonly proxyGroup: SecurityGroup
  readonly databaseGroup: SecurityGroup

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id)

    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(props.cidr),
      maxAzs: 2,
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24}],
    })
    this.subnets = this.vpc.isolatedSubnets
    if (props.zones) this.pin(props.zones)
    // Accepted traffic is what the security groups say, at a price by the gigabyte; the refused is what is worth reading.
    this.vpc.addFlowLog('Refused', {
      destination: FlowLogDestination.toCloudWatchLogs(props.flowLog),
      trafficType: FlowLogTrafficType.REJECT,
    })

    this.functionGroup = this.group('Functions', 'Functions of the API')
    this.proxyGroup = this.group('Proxy', 'RDS Proxy')
    this.databaseGroup = this.group('Database', 'Aurora')
    const endpointGroup = this.group('Endpoints', 'Interface endpoints')

    this.functionGroup.connections.allowTo(this.proxyGroup, Port.tcp(MYSQL_PORT), 'functions to proxy')
    this.proxyGroup.connections.allowTo(this.databaseGroup, Port.tcp(MYSQL_PORT), 'proxy to database')
    this.functionGroup.connections.allowTo(endpointGroup, Port.tcp(443), 'functions to Secrets Manager')

    this.vpc.addInterfaceEndpoint('SecretsManager', {
      service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
      subnets: {subnets: this.subnets},
      securityGroups: [endpointGroup],
      open: false,
    })
  }

  /** A subnet has its zone by name or by id. */
  private pin(zones: readonly string[]): void {
    for (const [index, {node}] of this.subnets.entries()) {
      const subnet = node.defaultChild as CfnSubnet
      subnet.availabilityZone = undefined
      subnet.availabilityZoneId = zones[index]
    }
  }

  private group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, `${id}Group`, {vpc: this.vpc, description, allowAllOutbound: false})
  }
}
