/** Custom domain names of API Gateway, as clients' own names need them: an API answers to no name that it does not know. */

import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation'
import type {CloudFormationClientConfig} from '@aws-sdk/client-cloudformation'

const StackName = 'names'

/** Gives an API the names in one region, below one wildcard of the zone. By name, the host that it must lead to. */
export async function nameApi(
  settings: CloudFormationClientConfig,
  api: string,
  names: string[],
  hostedZoneId: string,
): Promise<Record<string, string>> {
  const client = new CloudFormationClient(settings)
  const TemplateBody = JSON.stringify(templateOf(api, names, hostedZoneId))
  await client.send(new CreateStackCommand({StackName, TemplateBody}))
  await waitUntilStackCreateComplete({client, maxWaitTime: 60, minDelay: 1, maxDelay: 1}, {StackName})
  const {Stacks} = await client.send(new DescribeStacksCommand({StackName}))
  client.destroy()
  const outputs = Stacks![0]!.Outputs!
  return Object.fromEntries(
    names.map((name) => [name, outputs.find(({OutputKey}) => OutputKey === logicalId(name))!.OutputValue!]),
  )
}

function templateOf(RestApiId: string, names: string[], HostedZoneId: string): object {
  const wildcard = names[0]!.replace(/^[^.]+/, '*')
  return {
    Resources: {
      Certificate: {
        Type: 'AWS::CertificateManager::Certificate',
        Properties: {
          DomainName: wildcard,
          ValidationMethod: 'DNS',
          DomainValidationOptions: [{DomainName: wildcard, HostedZoneId}],
        },
      },
      ...Object.fromEntries(
        names.flatMap((DomainName) => [
          [logicalId(DomainName), {Type: 'AWS::ApiGateway::DomainName', Properties: nameProperties(DomainName)}],
          [
            `${logicalId(DomainName)}Mapping`,
            {
              Type: 'AWS::ApiGateway::BasePathMapping',
              Properties: {DomainName: {Ref: logicalId(DomainName)}, RestApiId, Stage: 'prod'},
            },
          ],
        ]),
      ),
    },
    Outputs: Object.fromEntries(
      names.map((name) => [logicalId(name), {Value: {'Fn::GetAtt': [logicalId(name), 'RegionalDomainName']}}]),
    ),
  }
}

const nameProperties = (DomainName: string): object => ({
  DomainName,
  EndpointConfiguration: {Types: ['REGIONAL']},
  RegionalCertificateArn: {Ref: 'Certificate'},
  SecurityPolicy: 'TLS_1_2',
})

const logicalId = (name: string): string => name.split('.')[0]!
