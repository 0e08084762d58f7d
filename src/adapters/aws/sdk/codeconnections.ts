/**
 * npm has no SDK client of CodeConnections: this is CodePipeline's, which signs and calls alike, with the one operation that is called. Source:
 * the service model codeconnections/2023-12-01 of botocore (Apache-2.0), and its rules for endpoints.
 */

import {CodePipelineClient} from '@aws-sdk/client-codepipeline'
import type {CodePipelineClientConfig, GetPipelineCommandOutput} from '@aws-sdk/client-codepipeline'
import {AwsJson1_0Protocol} from '@aws-sdk/core/protocols'
import {makeBuilder} from '@smithy/core/client'
import {getEndpointPlugin} from '@smithy/core/endpoints'
import {TypeRegistry} from '@smithy/core/schema'

interface Input {
  ConnectionArn: string
}

interface Output extends Pick<GetPipelineCommandOutput, '$metadata'> {
  Connection?: {ConnectionStatus?: string}
}

type Builder = ReturnType<typeof makeBuilder<CodePipelineClient['config'], Input, Output>>
type Schema = Parameters<Builder>[3][4]

const NAMESPACE = 'com.amazonaws.codeconnections'
const TARGET = `${NAMESPACE}.CodeConnections_20231201`
/** A setting that the types of clients do not have. */
const SIGNED = {signingName: 'codeconnections'}
const TEXT = 0

const struct = (name: string, members: Record<string, Schema>): Schema => [
  3,
  NAMESPACE,
  name,
  0,
  Object.keys(members),
  Object.values(members),
]

const parameter = (name: string) => ({type: 'builtInParams' as const, name})

const command: Builder = makeBuilder(
  {Endpoint: parameter('endpoint'), Region: parameter('region'), UseFIPS: parameter('useFipsEndpoint')},
  TARGET,
  'CodeConnectionsClient',
  getEndpointPlugin,
)

export class GetConnectionCommand extends command<Input, Output>({}, () => [], 'GetConnection', [
  9,
  NAMESPACE,
  'GetConnection',
  0,
  struct('GetConnectionInput', {ConnectionArn: TEXT}),
  struct('GetConnectionOutput', {Connection: struct('Connection', {ConnectionStatus: TEXT})}),
]) {}

export class Client extends CodePipelineClient {
  constructor(config: CodePipelineClientConfig) {
    super({
      ...config,
      serviceId: 'CodeConnections',
      ...SIGNED,
      protocol: AwsJson1_0Protocol,
      protocolSettings: {
        defaultNamespace: NAMESPACE,
        errorTypeRegistries: [TypeRegistry.for(NAMESPACE)],
        version: '2023-12-01',
        serviceTarget: TARGET,
      },
      endpointProvider: ({Endpoint, Region, UseFIPS}) => ({
        url: new URL(Endpoint ?? `https://codeconnections${UseFIPS ? '-fips' : ''}.${Region}.amazonaws.com`),
      }),
    })
  }
}
