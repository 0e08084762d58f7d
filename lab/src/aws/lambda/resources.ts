/** AWS::Lambda::Function, Version, Alias, LayerVersion, Permission and EventInvokeConfig. */

import {strToU8, zipSync} from 'fflate'
import {fault} from '../../kernel.js'
import {generatedName} from '../../cloudformation/names.js'
import {
  call,
  changedProperties,
  liveOf,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {tagList, tagMap, TAGS} from '../../cloudformation/tags.js'

/** The file name that an inline ZipFile gets on AWS. */
const inlineName = (runtime: unknown): string => (String(runtime).startsWith('python') ? 'index.py' : 'index.js')

/** CloudFormation's ZipFile is source text; Lambda's is a zip archive. */
function codeOf({Code, Runtime}: Properties): Properties {
  if (typeof Code?.ZipFile !== 'string') return Code
  return {
    ...Code,
    ZipFile: zipSync({[inlineName(Runtime)]: [strToU8(Code.ZipFile), {mtime: new Date('1980-01-01T00:00:00')}]}),
  }
}

const functionArn = (name: string, context: ResourceContext): Promise<{Configuration: {FunctionArn: string}}> =>
  call(context, 'lambda', 'GetFunction', {FunctionName: name})

async function reserve(FunctionName: string, properties: Properties, context: ResourceContext): Promise<void> {
  const {ReservedConcurrentExecutions} = properties
  if (ReservedConcurrentExecutions === undefined) return
  await request(context, 'lambda', 'PutFunctionConcurrency', {FunctionName, ReservedConcurrentExecutions})
}

const COMPARED = [
  'Architectures',
  'DeadLetterConfig',
  'Description',
  'Environment',
  'EphemeralStorage',
  'FunctionName',
  'Handler',
  'LoggingConfig',
  'MemorySize',
  'PackageType',
  'Role',
  'Runtime',
  'Timeout',
  'TracingConfig',
  'VpcConfig',
]

export const lambdaFunction: ResourceProvider = {
  tags: TAGS,
  tagCalls: {
    service: 'lambda',
    add: 'TagResource',
    remove: 'UntagResource',
    target: (_, {Arn}) => ({Resource: Arn}),
    shape: 'map',
  },
  createOnly: ['FunctionName', 'PackageType', 'TenancyConfig'],
  async create(properties, context) {
    const FunctionName = properties.FunctionName ?? generatedName(context.stackName, context.logicalId, {max: 64})
    const {FunctionArn} = await request(context, 'lambda', 'CreateFunction', {
      ...properties,
      FunctionName,
      Code: codeOf(properties),
      Tags: tagMap(properties.Tags),
    })
    context.allocated(FunctionName)
    await reserve(FunctionName, properties, context)
    return {physicalId: FunctionName, attributes: {Arn: FunctionArn}}
  },
  async update(FunctionName, properties, previous, context) {
    const changed = changedProperties(previous, properties)
    if (changed.includes('Code'))
      await request(context, 'lambda', 'UpdateFunctionCode', {FunctionName, ...codeOf(properties)})
    if (changed.some((name) => !['Code', 'ReservedConcurrentExecutions', 'Tags'].includes(name)))
      await request(context, 'lambda', 'UpdateFunctionConfiguration', {
        ...(changed.includes('Layers') && {Layers: []}),
        ...properties,
        FunctionName,
      })
    if (changed.includes('ReservedConcurrentExecutions')) {
      if (properties.ReservedConcurrentExecutions === undefined)
        await call(context, 'lambda', 'DeleteFunctionConcurrency', {FunctionName})
      else await reserve(FunctionName, properties, context)
    }
    return {
      physicalId: FunctionName,
      attributes: {Arn: (await functionArn(FunctionName, context)).Configuration.FunctionArn},
    }
  },
  /** CloudFormation cannot compare the code. */
  async read(FunctionName, _all, context) {
    const found = await unlessGone(call(context, 'lambda', 'GetFunction', {FunctionName}))
    if (!found) return undefined
    const {Configuration, Concurrency, Tags} = found
    return liveOf(Configuration, COMPARED, {
      Layers: Configuration.Layers?.map(({Arn}: Properties) => Arn),
      ReservedConcurrentExecutions: Concurrency?.ReservedConcurrentExecutions,
      Tags: tagList(Tags),
    })
  },
  async delete(FunctionName, _properties, context) {
    await unlessGone(call(context, 'lambda', 'DeleteFunction', {FunctionName}))
  },
}

/** What the lab does not run, of functions, versions and aliases. */
function refuse(type: string, properties: Properties, ...names: string[]): void {
  const found = names.find((name) => properties[name] !== undefined)
  if (found) throw new Error(`The lab does not support ${found} of ${type}`)
}

/** What is published is never changed: its update is only for what the lab refuses. */
export const lambdaVersion: ResourceProvider = {
  createOnly: ['CodeSha256', 'Description', 'FunctionName', 'ProvisionedConcurrencyConfig', 'RuntimePolicy'],
  async create(properties, context) {
    refuseOfVersion(properties)
    const {FunctionName} = properties
    const before = await call(context, 'lambda', 'ListVersionsByFunction', {FunctionName})
    const {FunctionArn, Version} = await request(context, 'lambda', 'PublishVersion', properties)
    // Nothing has changed since the last one. The text is as users quote it (serverless/serverless#8392).
    if (before.Versions.some((one: Properties) => one.Version === Version))
      throw fault(
        'AlreadyExists',
        `A version for this Lambda function exists ( ${Version} ). Modify the function to create a new version.`,
      )
    return {physicalId: FunctionArn, attributes: {FunctionArn, Version}}
  },
  async update(physicalId, properties) {
    refuseOfVersion(properties)
    return {physicalId}
  },
  async delete(FunctionName, _properties, context) {
    await unlessGone(call(context, 'lambda', 'DeleteFunction', {FunctionName}))
  },
}

const refuseOfVersion = (properties: Properties): void =>
  refuse('AWS::Lambda::Version', properties, 'FunctionScalingConfig', 'ProvisionedConcurrencyConfig', 'RuntimePolicy')

/** CloudFormation lists the weights, Lambda maps them. Without any an update takes away those that there were. */
function aliasInput(properties: Properties): Properties {
  refuse('AWS::Lambda::Alias', properties, 'ProvisionedConcurrencyConfig')
  const weights: Properties[] = properties.RoutingConfig?.AdditionalVersionWeights ?? []
  const AdditionalVersionWeights = Object.fromEntries(
    weights.map(({FunctionVersion, FunctionWeight}) => [FunctionVersion, Number(FunctionWeight)]),
  )
  return {Description: '', ...properties, RoutingConfig: {AdditionalVersionWeights}}
}

export const lambdaAlias: ResourceProvider = {
  createOnly: ['FunctionName', 'Name'],
  async create(properties, context) {
    const {AliasArn} = await request(context, 'lambda', 'CreateAlias', aliasInput(properties))
    return {physicalId: AliasArn, attributes: {AliasArn}}
  },
  async update(physicalId, properties, _previous, context) {
    await request(context, 'lambda', 'UpdateAlias', aliasInput(properties))
    return {physicalId}
  },
  async delete(_physicalId, {FunctionName, Name}, context) {
    await unlessGone(call(context, 'lambda', 'DeleteAlias', {FunctionName, Name}))
  },
}

export const lambdaLayerVersion: ResourceProvider = {
  createOnly: 'all',
  async create(properties, context) {
    const LayerName = properties.LayerName ?? generatedName(context.stackName, context.logicalId, {max: 140})
    const {LayerVersionArn} = await request(context, 'lambda', 'PublishLayerVersion', {...properties, LayerName})
    return {physicalId: LayerVersionArn, attributes: {LayerVersionArn}}
  },
  async delete(layerVersionArn, _properties, context) {
    const {LayerArn: LayerName, Version: VersionNumber} =
      (await unlessGone(call(context, 'lambda', 'GetLayerVersionByArn', {Arn: layerVersionArn}))) ?? {}
    if (LayerName) await call(context, 'lambda', 'DeleteLayerVersion', {LayerName, VersionNumber})
  },
}

export const lambdaPermission: ResourceProvider = {
  createOnly: 'all',
  async create(properties, context) {
    const StatementId = generatedName(context.stackName, context.logicalId, {max: 100})
    await request(context, 'lambda', 'AddPermission', {...properties, StatementId})
    return {physicalId: StatementId, attributes: {Id: StatementId}}
  },
  async delete(StatementId, {FunctionName}, context) {
    await unlessGone(call(context, 'lambda', 'RemovePermission', {FunctionName, StatementId}))
  },
}

export const lambdaEventInvokeConfig: ResourceProvider = {
  createOnly: ['FunctionName', 'Qualifier'],
  async create(properties, context) {
    const {FunctionName, Qualifier} = properties
    await request(context, 'lambda', 'PutFunctionEventInvokeConfig', properties)
    return {physicalId: `${FunctionName}|${Qualifier}`}
  },
  async update(physicalId, properties, _previous, context) {
    await request(context, 'lambda', 'PutFunctionEventInvokeConfig', properties)
    return {physicalId}
  },
  async delete(_physicalId, {FunctionName, Qualifier}, context) {
    await unlessGone(call(context, 'lambda', 'DeleteFunctionEventInvokeConfig', {FunctionName, Qualifier}))
  },
}
