/** AWS::CodePipeline::Pipeline. */

import {generatedName} from '../../cloudformation/names.js'
import {
  call,
  liveOf,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {TAGS} from '../../cloudformation/tags.js'
import {arn} from '../../kernel.js'

const TYPE = 'AWS::CodePipeline::Pipeline'

/** CloudFormation lists the stores of other regions, CodePipeline maps them. */
function inputOf(Name: string, properties: Properties): Properties {
  const {
    DisableInboundStageTransitions: disabled = [],
    RestartExecutionOnUpdate: _,
    ArtifactStores,
    Tags,
    ...rest
  } = properties
  if (disabled.length > 0) throw new Error(`The lab does not support DisableInboundStageTransitions of ${TYPE}`)
  const stores = (ArtifactStores as Properties[] | undefined)?.map(({Region, ArtifactStore}) => [Region, ArtifactStore])
  return {Pipeline: {...rest, Name, ...(stores && {ArtifactStores: Object.fromEntries(stores)})}, Tags}
}

const versionOf = ({pipeline}: {pipeline: {version: number}}): {Version: string} => ({
  Version: String(pipeline.version),
})

export const pipeline: ResourceProvider = {
  tags: TAGS,
  tagCalls: {
    service: 'codepipeline',
    add: 'TagResource',
    remove: 'UntagResource',
    target: (name, _, {region}: ResourceContext) => ({resourceArn: arn('codepipeline', region, name)}),
    shape: 'list',
  },
  createOnly: ['Name'],
  async create(properties, context) {
    const name = properties.Name ?? generatedName(context.stackName, context.logicalId, {max: 100})
    const made = await request(context, 'codepipeline', 'CreatePipeline', inputOf(name, properties))
    return {physicalId: name, attributes: versionOf(made)}
  },
  async update(name, properties, _previous, context) {
    const changed = await request(context, 'codepipeline', 'UpdatePipeline', inputOf(name, properties))
    if (String(properties.RestartExecutionOnUpdate) === 'true')
      await call(context, 'codepipeline', 'StartPipelineExecution', {name})
    return {physicalId: name, attributes: versionOf(changed)}
  },
  async read(name, _all, context) {
    const found = await unlessGone(call(context, 'codepipeline', 'GetPipeline', {name}))
    if (!found) return undefined
    const {executionMode, pipelineType, roleArn} = found.pipeline
    return liveOf({}, [], {ExecutionMode: executionMode, Name: name, PipelineType: pipelineType, RoleArn: roleArn})
  },
  async delete(name, _properties, context) {
    await unlessGone(call(context, 'codepipeline', 'DeletePipeline', {name}))
  },
}
