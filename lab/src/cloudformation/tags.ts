/** Tags of resources: which property a type keeps them in, and how a stack's own tags get there. */

import type {Properties} from './provider.js'
import {tagMap} from './shape.js'

export interface Tag {
  Key: string
  Value: string
}

/** Types with tags in a property other than a list called `Tags`. */
const MAPS: Readonly<Record<string, string>> = {'AWS::Cognito::UserPool': 'UserPoolTags', 'AWS::SSM::Parameter': 'Tags'}

/** Types that take tags in a list called `Tags`. A test holds both tables equal to CloudFormation's resource schemas. */
const LISTS: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::CloudFront::Distribution',
  'AWS::CloudFront::Function',
  'AWS::CloudFront::KeyValueStore',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::EC2::EIP',
  'AWS::EC2::FlowLog',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::NatGateway',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::Subnet',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCEndpoint',
  'AWS::ECR::Repository',
  'AWS::IAM::Role',
  'AWS::KMS::Key',
  'AWS::KMS::ReplicaKey',
  'AWS::Lambda::Function',
  'AWS::Logs::Delivery',
  'AWS::Logs::DeliveryDestination',
  'AWS::Logs::DeliverySource',
  'AWS::Logs::LogGroup',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBClusterParameterGroup',
  'AWS::RDS::DBInstance',
  'AWS::RDS::DBProxy',
  'AWS::RDS::DBProxyEndpoint',
  'AWS::RDS::DBSubnetGroup',
  'AWS::RDS::GlobalCluster',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SecretsManager::Secret',
  'AWS::WAFv2::WebACL',
])

/** The property that holds a type's tags, and its shape; undefined for a type without tags. */
export function tagProperty(type: string): {name: string; shape: 'list' | 'map'} | undefined {
  if (Object.hasOwn(MAPS, type)) return {name: MAPS[type]!, shape: 'map'}
  return LISTS.has(type) ? {name: 'Tags', shape: 'list'} : undefined
}

/**
 * A resource's properties with the tags of its stack, as CloudFormation propagates them; a tag of the resource's own wins.
 * Source: "Resource tag", CloudFormation template reference.
 */
export function withStackTags(type: string, properties: Properties, tags: readonly Tag[]): Properties {
  const property = tagProperty(type)
  if (property === undefined || tags.length === 0) return properties
  const given = properties[property.name]
  if (property.shape === 'map') return {...properties, [property.name]: {...tagMap(tags), ...given}}
  const own: Tag[] = given ?? []
  const rest = tags.filter(({Key}) => own.every((tag) => tag.Key !== Key))
  return {...properties, [property.name]: [...own, ...rest]}
}
