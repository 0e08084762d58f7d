/**
 * Types that the lab records without doing anything: it has no network, no permissions, no keys and no log store. They get
 * names, ids and attributes in AWS's shape, so that templates that refer to them resolve. docs/lab-resources.md shows this table.
 */

import {randomInt, randomUUID} from 'node:crypto'
import {ACCOUNT, fault} from '../kernel.js'
import {generatedName, randomCapitals, randomHex} from './names.js'
import type {Properties, ResourceContext, ResourceProvider} from './provider.js'
import {KEY_TYPES, scheduleDeletion} from '../aws/kms/keys.js'
import {recordsOf, type ResourceRecord} from './records.js'
import {refuseBeyondQuota} from '../aws/ec2/quota.js'

/**
 * Patterns may hold `{hex:17}` (random hex digits), `{id:21}` (random capitals and digits), `{uuid}`, `{region}`, `{account}`,
 * `{ip}` (an address for benchmarks, RFC 2544), `{stack}`, `{logicalId}`, `{Property}` (a property's value), `{name}` (the name) and `{ref}` (what Ref gives).
 */
export interface RecordedType {
  area: 'network' | 'permissions' | 'keys' | 'logs' | 'metadata' | 'api' | 'monitoring' | 'images'
  /** What Ref gives. */
  ref: string
  /** What Fn::GetAtt gives. */
  attributes?: Record<string, string>
  /** The property that names it, where it has one; without it a name is generated. */
  name?: {property: string; max?: number; lowerCase?: boolean}
  createOnly?: readonly string[] | 'all'
  /** See `ResourceProvider.conditional`. */
  conditional?: ResourceProvider['conditional']
}

/** A rule of a security group: all of it makes it what it is, but for its description. */
const RULE = {area: 'network', ref: 'sgr-{hex:17}', attributes: {Id: '{ref}'}} as const

export const RECORDED: Readonly<Record<string, RecordedType>> = {
  'AWS::ApiGateway::Account': {area: 'api', ref: '{stack}-{logicalId}-{id:12}', attributes: {Id: '{ref}'}},
  'AWS::CDK::Metadata': {area: 'metadata', ref: '{uuid}'},
  'AWS::CloudFormation::WaitConditionHandle': {
    area: 'metadata',
    ref: 'https://cloudformation-waitcondition-{region}.s3.amazonaws.com/{uuid}',
  },
  'AWS::CloudWatch::Dashboard': {
    area: 'monitoring',
    ref: '{name}',
    name: {property: 'DashboardName'},
    createOnly: ['DashboardName'],
  },
  'AWS::EC2::EIP': {
    area: 'network',
    ref: '{ip}',
    attributes: {AllocationId: 'eipalloc-{hex:17}', PublicIp: '{ref}'},
    createOnly: ['Address', 'Domain', 'IpamPoolId', 'NetworkBorderGroup', 'TransferAddress'],
  },
  'AWS::EC2::FlowLog': {
    area: 'network',
    ref: 'fl-{hex:17}',
    attributes: {Id: '{ref}'},
    createOnly: [
      'DeliverCrossAccountRole',
      'DeliverLogsPermissionArn',
      'DestinationOptions',
      'LogDestination',
      'LogDestinationType',
      'LogFormat',
      'LogGroupName',
      'MaxAggregationInterval',
      'ResourceId',
      'ResourceType',
      'TagFieldSpecifications',
      'TrafficType',
    ],
  },
  'AWS::EC2::InternetGateway': {area: 'network', ref: 'igw-{hex:17}', attributes: {InternetGatewayId: '{ref}'}},
  'AWS::EC2::NatGateway': {
    area: 'network',
    ref: 'nat-{hex:17}',
    attributes: {NatGatewayId: '{ref}'},
    createOnly: ['AllocationId', 'AvailabilityMode', 'ConnectivityType', 'PrivateIpAddress', 'SubnetId', 'VpcId'],
  },
  'AWS::EC2::Route': {
    area: 'network',
    ref: '{RouteTableId}|{DestinationCidrBlock}',
    createOnly: ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId', 'RouteTableId'],
  },
  'AWS::EC2::RouteTable': {
    area: 'network',
    ref: 'rtb-{hex:17}',
    attributes: {RouteTableId: '{ref}'},
    createOnly: ['VpcId'],
  },
  'AWS::EC2::SecurityGroup': {
    area: 'network',
    ref: 'sg-{hex:17}',
    attributes: {GroupId: '{ref}', Id: '{ref}', VpcId: '{VpcId}'},
    createOnly: ['GroupName', 'GroupDescription', 'VpcId'],
  },
  'AWS::EC2::SecurityGroupEgress': {
    ...RULE,
    createOnly: [
      'CidrIp',
      'CidrIpv6',
      'DestinationPrefixListId',
      'DestinationSecurityGroupId',
      'FromPort',
      'GroupId',
      'IpProtocol',
      'ToPort',
    ],
  },
  'AWS::EC2::SecurityGroupIngress': {
    ...RULE,
    createOnly: [
      'CidrIp',
      'CidrIpv6',
      'FromPort',
      'GroupId',
      'GroupName',
      'IpProtocol',
      'SourcePrefixListId',
      'SourceSecurityGroupId',
      'SourceSecurityGroupName',
      'SourceSecurityGroupOwnerId',
      'ToPort',
    ],
  },
  'AWS::EC2::Subnet': {
    area: 'network',
    ref: 'subnet-{hex:17}',
    attributes: {
      AvailabilityZone: '{AvailabilityZone}',
      CidrBlock: '{CidrBlock}',
      NetworkAclAssociationId: 'aclassoc-{hex:17}',
      SubnetId: '{ref}',
      VpcId: '{VpcId}',
    },
    createOnly: [
      'AvailabilityZone',
      'AvailabilityZoneId',
      'CidrBlock',
      'Ipv4IpamPoolId',
      'Ipv4NetmaskLength',
      'Ipv6IpamPoolId',
      'Ipv6Native',
      'Ipv6NetmaskLength',
      'OutpostArn',
      'VpcId',
    ],
    conditional: {Ipv6CidrBlock: (before) => before !== undefined},
  },
  'AWS::EC2::SubnetRouteTableAssociation': {
    area: 'network',
    ref: 'rtbassoc-{hex:17}',
    attributes: {Id: '{ref}'},
    createOnly: 'all',
  },
  'AWS::EC2::VPC': {
    area: 'network',
    ref: 'vpc-{hex:17}',
    attributes: {
      CidrBlock: '{CidrBlock}',
      DefaultNetworkAcl: 'acl-{hex:17}',
      DefaultSecurityGroup: 'sg-{hex:17}',
      VpcId: '{ref}',
    },
    createOnly: ['CidrBlock', 'Ipv4IpamPoolId', 'Ipv4NetmaskLength', 'VpcEncryptionControl'],
    // From dedicated to default is the only change in place.
    conditional: {InstanceTenancy: (before, after) => !(before === 'dedicated' && after === 'default')},
  },
  'AWS::EC2::VPCEndpoint': {
    area: 'network',
    ref: 'vpce-{hex:17}',
    attributes: {Id: '{ref}'},
    createOnly: [
      'ResourceConfigurationArn',
      'ServiceName',
      'ServiceNetworkArn',
      'ServiceRegion',
      'VpcEndpointType',
      'VpcId',
    ],
  },
  'AWS::EC2::VPCGatewayAttachment': {area: 'network', ref: 'IGW|{VpcId}', createOnly: ['VpcId']},
  'AWS::ECR::Repository': {
    area: 'images',
    ref: '{name}',
    attributes: {
      Arn: 'arn:aws:ecr:{region}:{account}:repository/{name}',
      RepositoryUri: '{account}.dkr.ecr.{region}.amazonaws.com/{name}',
    },
    name: {property: 'RepositoryName', max: 256, lowerCase: true},
    createOnly: ['EncryptionConfiguration', 'RepositoryName'],
  },
  'AWS::IAM::ManagedPolicy': {
    area: 'permissions',
    ref: 'arn:aws:iam::{account}:policy/{name}',
    attributes: {PolicyArn: '{ref}'},
    name: {property: 'ManagedPolicyName', max: 128},
    createOnly: ['ManagedPolicyName', 'Description', 'Path'],
  },
  'AWS::IAM::Policy': {area: 'permissions', ref: '{stack}-{logicalId}-{id:12}', attributes: {Id: '{ref}'}},
  'AWS::IAM::Role': {
    area: 'permissions',
    ref: '{name}',
    attributes: {Arn: 'arn:aws:iam::{account}:role/{name}', RoleId: 'AROA{id:17}'},
    name: {property: 'RoleName', max: 64},
    createOnly: ['RoleName', 'Path'],
  },
  'AWS::KMS::Alias': {area: 'keys', ref: '{AliasName}', createOnly: ['AliasName']},
  'AWS::KMS::Key': {
    area: 'keys',
    ref: '{uuid}',
    attributes: {Arn: 'arn:aws:kms:{region}:{account}:key/{ref}', KeyId: '{ref}'},
  },
  'AWS::KMS::ReplicaKey': {
    area: 'keys',
    ref: '{uuid}',
    attributes: {Arn: 'arn:aws:kms:{region}:{account}:key/{ref}', KeyId: '{ref}'},
    createOnly: ['PrimaryKeyArn'],
  },
  'AWS::Logs::Delivery': {
    area: 'logs',
    ref: '{id:16}',
    attributes: {
      Arn: 'arn:aws:logs:{region}:{account}:delivery:{ref}',
      DeliveryDestinationType: 'CWL',
      DeliveryId: '{ref}',
    },
    createOnly: ['DeliverySourceName', 'DeliveryDestinationArn'],
  },
  'AWS::Logs::DeliveryDestination': {
    area: 'logs',
    ref: '{Name}',
    attributes: {Arn: 'arn:aws:logs:{region}:{account}:delivery-destination:{ref}', DeliveryDestinationType: 'CWL'},
    createOnly: ['DeliveryDestinationType', 'DestinationResourceArn', 'Name', 'OutputFormat'],
  },
  'AWS::Logs::DeliverySource': {
    area: 'logs',
    ref: '{Name}',
    attributes: {Arn: 'arn:aws:logs:{region}:{account}:delivery-source:{ref}'},
    createOnly: ['Name'],
  },
  'AWS::Logs::LogGroup': {
    area: 'logs',
    ref: '{name}',
    attributes: {Arn: 'arn:aws:logs:{region}:{account}:log-group:{name}:*'},
    name: {property: 'LogGroupName', max: 512},
    createOnly: ['LogGroupName'],
  },
  'AWS::Logs::LogStream': {area: 'logs', ref: '{name}', name: {property: 'LogStreamName'}, createOnly: 'all'},
  'AWS::Logs::ResourcePolicy': {area: 'logs', ref: '{PolicyName}', createOnly: ['PolicyName']},
  'AWS::SNS::Subscription': {
    area: 'monitoring',
    ref: '{TopicArn}:{uuid}',
    attributes: {Arn: '{ref}'},
    createOnly: ['Endpoint', 'Protocol', 'TopicArn'],
  },
  'AWS::SNS::Topic': {
    area: 'monitoring',
    ref: 'arn:aws:sns:{region}:{account}:{name}',
    attributes: {TopicArn: '{ref}', TopicName: '{name}'},
    name: {property: 'TopicName', max: 256},
    createOnly: ['TopicName', 'FifoTopic'],
  },
  'AWS::SNS::TopicPolicy': {area: 'monitoring', ref: '{stack}-{logicalId}-{id:12}', attributes: {Id: '{ref}'}},
}

/** What AWS's tagging API calls those of these types that it lists. */
const ARNS: Readonly<Record<string, string>> = {
  'AWS::EC2::EIP': 'ec2:{region}:{account}:elastic-ip/{AllocationId}',
  'AWS::EC2::FlowLog': 'ec2:{region}:{account}:vpc-flow-log/{ref}',
  'AWS::EC2::InternetGateway': 'ec2:{region}:{account}:internet-gateway/{ref}',
  'AWS::EC2::NatGateway': 'ec2:{region}:{account}:natgateway/{ref}',
  'AWS::EC2::RouteTable': 'ec2:{region}:{account}:route-table/{ref}',
  'AWS::EC2::SecurityGroup': 'ec2:{region}:{account}:security-group/{ref}',
  'AWS::EC2::Subnet': 'ec2:{region}:{account}:subnet/{ref}',
  'AWS::EC2::VPC': 'ec2:{region}:{account}:vpc/{ref}',
  'AWS::EC2::VPCEndpoint': 'ec2:{region}:{account}:vpc-endpoint/{ref}',
  'AWS::ECR::Repository': 'ecr:{region}:{account}:repository/{name}',
  'AWS::KMS::Key': 'kms:{region}:{account}:key/{ref}',
  'AWS::KMS::ReplicaKey': 'kms:{region}:{account}:key/{ref}',
  'AWS::Logs::LogGroup': 'logs:{region}:{account}:log-group:{name}',
}

/** A pattern's text. A property that is missing becomes empty. */
function filled(pattern: string, values: Record<string, unknown>): string {
  return pattern.replaceAll(/\{(\w+)(?::(\d+))?\}/g, (_, key: string, length?: string) => {
    if (key === 'hex') return randomHex(Number(length))
    if (key === 'id') return randomCapitals(Number(length))
    if (key === 'uuid') return randomUUID()
    if (key === 'ip') return `198.18.${randomInt(256)}.${randomInt(256)}`
    return String(values[key] ?? '')
  })
}

/** The provider of a recorded type. */
export function recordedProvider(name: string, type: RecordedType): ResourceProvider {
  const values = (
    properties: Properties,
    {region, stackName, logicalId}: ResourceContext,
  ): Record<string, unknown> => ({
    ...properties,
    region,
    account: ACCOUNT,
    stack: stackName,
    logicalId,
  })
  const attributesOf = (all: Record<string, unknown>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(type.attributes ?? {}).map(([attribute, pattern]) => [attribute, filled(pattern, all)]),
    )
  // IAM knows no regions.
  const regionOf = ({region}: ResourceContext): string => (type.area === 'permissions' ? '' : region)

  return {
    createOnly: type.createOnly,
    conditional: type.conditional,
    async create(properties, context) {
      const records = recordsOf(context.lab)
      const region = regionOf(context)
      const all = values(properties, context)
      if (type.name)
        all.name = properties[type.name.property] ?? generatedName(context.stackName, context.logicalId, type.name)
      all.ref = filled(type.ref, all)
      const physicalId = String(all.ref)
      if (type.name && records.find(region, name, physicalId))
        throw fault('AlreadyExists', `Resource of type '${name}' with identifier '${physicalId}' already exists.`)
      if (name === 'AWS::EC2::VPC') refuseBeyondQuota(context.lab, region)
      const attributes = attributesOf(all)
      const arn = ARNS[name] && `arn:aws:${filled(ARNS[name], {...all, ...attributes})}`
      records.put({type: name, region, physicalId, arn, properties, attributes, createdAt: new Date()})
      return {physicalId, attributes}
    },
    async update(physicalId, properties, _previous, context) {
      const record = recordsOf(context.lab).find(regionOf(context), name, physicalId)
      if (record) record.properties = properties
      return {physicalId}
    },
    async delete(physicalId, _properties, context) {
      const record = recordsOf(context.lab).find(regionOf(context), name, physicalId)
      if (record && isKey(record)) scheduleDeletion(record)
      else recordsOf(context.lab).remove(regionOf(context), name, physicalId)
    },
  }
}

const isKey = ({type}: ResourceRecord): boolean => KEY_TYPES.includes(type)
