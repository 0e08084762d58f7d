/**
 * A client of CodeConnections, as the wire takes one: npm has no SDK client of this service. It is CodePipeline's, which signs and calls
 * alike, with the operations of this one. Source: the service model codeconnections/2023-12-01 of botocore (Apache-2.0).
 */

import {CodePipelineClient, type CodePipelineClientConfig} from '@aws-sdk/client-codepipeline'
import {AwsJson1_0Protocol} from '@aws-sdk/core/protocols'
import {makeBuilder} from '@smithy/core/client'
import {getEndpointPlugin} from '@smithy/core/endpoints'
import {TypeRegistry} from '@smithy/core/schema'

const NAMESPACE = 'com.amazonaws.codeconnections'
const TARGET = `${NAMESPACE}.CodeConnections_20231201`

/** A setting that the types of clients do not have. */
const SIGNED = {signingName: 'codeconnections'}

const TEXT = 0
const NUMBER = 1

type OperationSchema = Parameters<ReturnType<typeof makeBuilder>>[3]
type Schema = OperationSchema[4]

/** `required`: how many members, from the first on. */
const struct = (name: string, members: Record<string, Schema>, required = 0): Schema => [
  3,
  NAMESPACE,
  name,
  0,
  Object.keys(members),
  Object.values(members),
  required,
]
const list = (name: string, of: Schema): Schema => [1, NAMESPACE, name, 0, of]
const operation = (name: string, input: Schema, output: Schema): OperationSchema => [
  9,
  NAMESPACE,
  name,
  0,
  input,
  output,
]

const tags = list('TagList', struct('Tag', {Key: TEXT, Value: TEXT}, 2))
const connection = struct('Connection', {
  ConnectionName: TEXT,
  ConnectionArn: TEXT,
  ProviderType: TEXT,
  OwnerAccountId: TEXT,
  ConnectionStatus: TEXT,
  HostArn: TEXT,
})
const byArn = (name: string): Schema => struct(name, {ConnectionArn: TEXT}, 1)
const nothing = (name: string): Schema => struct(name, {})

export const CreateConnection$ = operation(
  'CreateConnection',
  struct('CreateConnectionInput', {ConnectionName: TEXT, ProviderType: TEXT, Tags: tags, HostArn: TEXT}, 1),
  struct('CreateConnectionOutput', {ConnectionArn: TEXT, Tags: tags}, 1),
)
export const GetConnection$ = operation(
  'GetConnection',
  byArn('GetConnectionInput'),
  struct('GetConnectionOutput', {Connection: connection}),
)
export const ListConnections$ = operation(
  'ListConnections',
  struct('ListConnectionsInput', {ProviderTypeFilter: TEXT, HostArnFilter: TEXT, MaxResults: NUMBER, NextToken: TEXT}),
  struct('ListConnectionsOutput', {Connections: list('ConnectionList', connection), NextToken: TEXT}),
)
export const DeleteConnection$ = operation(
  'DeleteConnection',
  byArn('DeleteConnectionInput'),
  nothing('DeleteConnectionOutput'),
)
export const TagResource$ = operation(
  'TagResource',
  struct('TagResourceInput', {ResourceArn: TEXT, Tags: tags}, 2),
  nothing('TagResourceOutput'),
)
export const UntagResource$ = operation(
  'UntagResource',
  struct('UntagResourceInput', {ResourceArn: TEXT, TagKeys: list('TagKeyList', TEXT)}, 2),
  nothing('UntagResourceOutput'),
)
export const ListTagsForResource$ = operation(
  'ListTagsForResource',
  struct('ListTagsForResourceInput', {ResourceArn: TEXT}, 1),
  struct('ListTagsForResourceOutput', {Tags: tags}),
)

const inputs = {
  Endpoint: 'endpoint',
  Region: 'region',
  UseFIPS: 'useFipsEndpoint',
  UseDualStack: 'useDualstackEndpoint',
}
const command = makeBuilder(
  Object.fromEntries(Object.entries(inputs).map(([key, name]) => [key, {type: 'builtInParams' as const, name}])),
  TARGET,
  'CodeConnectionsClient',
  getEndpointPlugin,
)
const commandOf = (schema: OperationSchema) => command({}, () => [], schema[2], schema)

export class CreateConnectionCommand extends commandOf(CreateConnection$) {}
export class GetConnectionCommand extends commandOf(GetConnection$) {}
export class ListConnectionsCommand extends commandOf(ListConnections$) {}
export class DeleteConnectionCommand extends commandOf(DeleteConnection$) {}
export class TagResourceCommand extends commandOf(TagResource$) {}
export class UntagResourceCommand extends commandOf(UntagResource$) {}
export class ListTagsForResourceCommand extends commandOf(ListTagsForResource$) {}

export class CodeConnectionsClient extends CodePipelineClient {
  constructor(config: CodePipelineClientConfig) {
    super({
      ...config,
      serviceId: 'CodeConnections',
      protocol: AwsJson1_0Protocol,
      protocolSettings: {
        defaultNamespace: NAMESPACE,
        errorTypeRegistries: [TypeRegistry.for(NAMESPACE)],
        version: '2023-12-01',
        serviceTarget: TARGET,
      },
      ...SIGNED,
    })
  }
}
