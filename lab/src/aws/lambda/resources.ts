/** AWS::Lambda::Function and Permission. */

import {strToU8, zipSync} from 'fflate'
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
      await request(context, 'lambda', 'UpdateFunctionConfiguration', {...properties, FunctionName})
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
      ReservedConcurrentExecutions: Concurrency?.ReservedConcurrentExecutions,
      Tags: tagList(Tags),
    })
  },
  async delete(FunctionName, _properties, context) {
    await unlessGone(call(context, 'lambda', 'DeleteFunction', {FunctionName}))
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
