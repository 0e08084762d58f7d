/** AWS::SecretsManager::Secret and SecretTargetAttachment. */

import {randomCapitals} from '../../cloudformation/names.js'
import {
  call,
  changedProperties,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {TAGS} from '../../cloudformation/tags.js'

const SERVICE = 'secretsmanager'

/** The text given, or one with a generated password. */
async function secretText(properties: Properties, context: ResourceContext): Promise<string | undefined> {
  const {GenerateSecretString: generate, SecretString} = properties
  if (!generate) return SecretString
  const {RandomPassword} = await request(context, SERVICE, 'GetRandomPassword', generate)
  if (generate.GenerateStringKey === undefined) return RandomPassword
  return JSON.stringify({
    ...JSON.parse(generate.SecretStringTemplate ?? '{}'),
    [generate.GenerateStringKey]: RandomPassword,
  })
}

/** An unnamed secret is `<logicalId>-<12 random>`, without the stack's name. */
const secretName = ({logicalId}: ResourceContext): string => `${logicalId}-${randomCapitals(12)}`

const regionsOf = (properties: Properties): string[] =>
  (properties.ReplicaRegions ?? []).map(({Region}: {Region: string}) => Region)

export const secret: ResourceProvider = {
  tags: TAGS,
  tagCalls: {
    service: SERVICE,
    add: 'TagResource',
    remove: 'UntagResource',
    target: (SecretId) => ({SecretId}),
    shape: 'list',
  },
  createOnly: ['Name'],
  async create(properties, context) {
    const {ARN} = await request(context, SERVICE, 'CreateSecret', {
      ...properties,
      Name: properties.Name ?? secretName(context),
      SecretString: await secretText(properties, context),
      AddReplicaRegions: properties.ReplicaRegions,
    })
    return {physicalId: ARN, attributes: {Id: ARN}}
  },
  /** A generated value stays unless the way to generate it changes. */
  async update(SecretId, properties, previous, context) {
    const changed = changedProperties(previous, properties)
    const SecretString = changed.some((name) => name === 'SecretString' || name === 'GenerateSecretString')
      ? await secretText(properties, context)
      : undefined
    const {Description, KmsKeyId} = properties
    await request(context, SERVICE, 'UpdateSecret', {SecretId, Description, KmsKeyId, SecretString})
    const added = (properties.ReplicaRegions ?? []).filter(
      ({Region}: {Region: string}) => !regionsOf(previous).includes(Region),
    )
    if (added.length > 0)
      await request(context, SERVICE, 'ReplicateSecretToRegions', {SecretId, AddReplicaRegions: added})
    const removed = regionsOf(previous).filter((region) => !regionsOf(properties).includes(region))
    if (removed.length > 0)
      await call(context, SERVICE, 'RemoveRegionsFromReplication', {SecretId, RemoveReplicaRegions: removed})
    return {physicalId: SecretId}
  },
  /** Without the recovery window, as CloudFormation does it; replicas go first. */
  async delete(SecretId, properties, context) {
    const RemoveReplicaRegions = regionsOf(properties)
    if (RemoveReplicaRegions.length > 0)
      await unlessGone(call(context, SERVICE, 'RemoveRegionsFromReplication', {SecretId, RemoveReplicaRegions}))
    await unlessGone(call(context, SERVICE, 'DeleteSecret', {SecretId, ForceDeleteWithoutRecovery: true}))
  },
}

/** What CloudFormation adds to a secret about the database that it opens. */
function connectionOf({TargetId, TargetType}: Properties, {lab, region}: ResourceContext): Promise<object> {
  const connection = lab.service('rds').connection(TargetType, TargetId, region)
  if (!connection) throw new Error(`The lab does not support a SecretTargetAttachment to ${TargetType}`)
  return connection
}

async function attach(properties: Properties, context: ResourceContext): Promise<string> {
  const [connection, current] = await Promise.all([
    connectionOf(properties, context),
    call(context, SERVICE, 'GetSecretValue', {SecretId: properties.SecretId}),
  ])
  const SecretString = JSON.stringify({...JSON.parse(current.SecretString), ...connection})
  await call(context, SERVICE, 'PutSecretValue', {SecretId: properties.SecretId, SecretString})
  return current.ARN
}

export const secretTargetAttachment: ResourceProvider = {
  createOnly: ['SecretId'],
  async create(properties, context) {
    const arn = await attach(properties, context)
    return {physicalId: arn, attributes: {Id: arn}}
  },
  async update(physicalId, properties, _previous, context) {
    await attach(properties, context)
    return {physicalId}
  },
  /** The secret keeps what was added, as on AWS. */
  async delete() {},
}
