/** Build and Test, CodeBuild. Source: "AWS CodeBuild build and test action reference", CodePipeline user guide. */

import {ServiceFault, type PipelineBuild, type StartedBuild} from '../../../kernel.js'
import type {ActionContext, ActionType, Artifact} from '../action.js'
import {ActionFailure, invalidAction, unsupported} from '../faults.js'

interface Variable {
  name?: string
  value?: string
  type?: string
}

export const build: ActionType = {
  inputs: [1, 5],
  outputs: [0, 5],
  required: ['ProjectName'],
  optional: ['PrimarySource', 'EnvironmentVariables', 'BatchEnabled', 'CombineArtifacts'],
  check({name, configuration = {}, inputArtifacts = []}) {
    const {BatchEnabled, PrimarySource, EnvironmentVariables} = configuration
    if (BatchEnabled === 'true') throw unsupported('BatchEnabled')
    const inputs = inputArtifacts.map((artifact) => artifact.name)
    if (
      inputs.length > 1 ? !inputs.includes(PrimarySource) : PrimarySource !== undefined && PrimarySource !== inputs[0]
    )
      throw invalidAction(`PrimarySource of the action ${name} must be one of its input artifacts`)
    if (variablesOf(EnvironmentVariables) === undefined)
      throw invalidAction(
        `EnvironmentVariables of the action ${name} must be a JSON array of objects with name and value`,
      )
  },
  async perform(context) {
    const {lab, region, run, pipelineName, placeOf} = context
    const {ProjectName = '', PrimarySource, EnvironmentVariables} = run.configuration
    const variables = variablesOf(EnvironmentVariables)
    // A variable of the pipeline can bring a quotation mark.
    if (!variables)
      throw new ActionFailure('ConfigurationError', 'EnvironmentVariables is not a JSON array of variables')
    const names = (run.declaration.outputArtifacts ?? []).map(({name = ''}) => name)
    const outputs = new Map(names.map((name) => [name, placeOf(name)] as const))
    const started = start(context, {
      projectName: ProjectName,
      pipeline: pipelineName,
      inputs: ordered(run.inputs, PrimarySource),
      outputs,
      variables,
    })
    run.externalId = started.id
    run.externalUrl = `https://console.aws.amazon.com/codebuild/home?region=${region}#/builds/${started.id}/view/new`
    run.updatedAt = new Date(lab.now())
    const {status, failure, exported} = await started.ended
    if (status !== 'SUCCEEDED')
      throw new ActionFailure(
        'JobFailed',
        `Build terminated with state: ${status}${failure === undefined ? '' : `. ${failure}`}`,
      )
    for (const [name, place] of outputs) run.outputs.set(name, {...place, revision: undefined})
    run.variables = {...exported}
  },
}

/** @throws ActionFailure where CodeBuild refuses the build */
function start({lab, region}: ActionContext, order: PipelineBuild): StartedBuild {
  try {
    return lab.service('codebuild').buildForPipeline(order, region)
  } catch (error) {
    if (error instanceof ServiceFault)
      throw new ActionFailure('ConfigurationError', `Error calling startBuild: ${error.message}`)
    throw error
  }
}

/** The primary source first. */
function ordered(inputs: ReadonlyMap<string, Artifact>, primary: string | undefined): PipelineBuild['inputs'] {
  const sorted = [...inputs].sort(([left], [right]) => Number(right === primary) - Number(left === primary))
  return new Map(sorted.map(([name, {bucket, key, revision}]) => [name, {bucket, key, revision: revision?.id}]))
}

/** Undefined for what is no list of variables. */
function variablesOf(text: string | undefined): Variable[] | undefined {
  if (text === undefined) return []
  try {
    const value: unknown = JSON.parse(text)
    const isVariable = (one: unknown): boolean =>
      typeof one === 'object' &&
      one !== null &&
      ['name', 'value'].every((key) => typeof (one as never)[key] === 'string')
    return Array.isArray(value) && value.every(isVariable) ? (value as Variable[]) : undefined
  } catch {
    return undefined
  }
}
