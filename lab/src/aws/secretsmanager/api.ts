import {ACCOUNT} from '../../kernel.js'
import type {Lookup, ServiceApi, WireCall} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'secretsmanager',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-secrets-manager'), name: 'SecretsManagerClient'},
  permissions: {resources: secretResources},
}

/** A secret's ARN ends in six random characters. */
async function secretResources({operation, input, region}: WireCall, lookup: Lookup): Promise<string[]> {
  const {SecretId, Name} = input
  const name = operation === 'CreateSecret' ? Name : SecretId
  if (typeof name !== 'string') return []
  if (name.startsWith('arn:')) return [name]
  const described = await lookup('secretsmanager', 'DescribeSecret', {SecretId: name}, region)
  return [described?.ARN ?? `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:${name}`]
}
