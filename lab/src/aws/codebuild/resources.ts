/** AWS::CodeBuild::Project. */

import {generatedName} from '../../cloudformation/names.js'
import {call, liveOf, unlessGone, type Properties, type ResourceProvider} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {TAGS} from '../../cloudformation/tags.js'

const TYPE = 'AWS::CodeBuild::Project'
/** Properties that the API has elsewhere. */
const NOT_OF_THE_CALL = ['Triggers', 'Visibility', 'ResourceAccessRole']

function inputOf(properties: Properties): Properties {
  const {Visibility, ...rest} = properties
  if (Visibility === 'PUBLIC_READ') throw new Error(`The lab does not support public builds of ${TYPE}`)
  const other = NOT_OF_THE_CALL.find((name) => rest[name] !== undefined)
  if (other) throw new Error(`The lab does not support ${other} of ${TYPE}`)
  return rest
}

export const project: ResourceProvider = {
  tags: TAGS,
  createOnly: ['Name'],
  async create(properties, context) {
    const Name = properties.Name ?? generatedName(context.stackName, context.logicalId)
    const {project: made} = await request(context, 'codebuild', 'CreateProject', {...inputOf(properties), Name})
    return {physicalId: Name, attributes: {Arn: made.arn}}
  },
  /** What the template no longer says becomes what it was by default. */
  async update(Name, properties, _previous, context) {
    const defaults = {Description: '', TimeoutInMinutes: 60, QueuedTimeoutInMinutes: 480, LogsConfig: {}, Tags: []}
    await request(context, 'codebuild', 'UpdateProject', {...defaults, ...inputOf(properties), Name})
    return {physicalId: Name}
  },
  async read(Name, _all, context) {
    const {projects} = await call(context, 'codebuild', 'BatchGetProjects', {names: [Name]})
    const [found] = projects as Properties[]
    if (!found) return undefined
    return liveOf({}, [], {
      Name: found.name,
      Description: found.description,
      ServiceRole: found.serviceRole,
      TimeoutInMinutes: found.timeoutInMinutes,
      QueuedTimeoutInMinutes: found.queuedTimeoutInMinutes,
    })
  },
  async delete(name, _properties, context) {
    await unlessGone(call(context, 'codebuild', 'DeleteProject', {name}))
  },
}
