/** The structure of a pipeline: what AWS refuses, and what the lab does not carry out, before anything is kept. */

import type * as Api from '@aws-sdk/client-codepipeline'

import type {Lab} from '../../kernel.js'
import {actionTypeOf} from './action-types.js'
import {invalidAction, invalidStructure, unsupported} from './faults.js'
import {referred} from './variables.js'

/** Namespaces that every pipeline has. */
const OWN_NAMESPACES = ['codepipeline', 'variables']

/** @throws InvalidStructureException and its kin as AWS, whose texts are assumed; NotImplemented by name */
export function checkDeclaration(pipeline: Api.PipelineDeclaration, region: string, lab: Lab): void {
  const {roleArn = '', stages = [], executionMode = 'SUPERSEDED', pipelineType = 'V1', variables = []} = pipeline
  if (executionMode === 'PARALLEL') throw unsupported('the execution mode PARALLEL')
  if (pipeline.triggers?.length) throw unsupported('triggers')
  if (pipelineType === 'V1' && (variables.length > 0 || executionMode !== 'SUPERSEDED'))
    throw invalidStructure('Pipelines of type V1 have no variables, and no execution mode but SUPERSEDED')
  checkRole(roleArn, lab)
  artifactStore(pipeline, region)
  if (stages.length < 2)
    throw invalidStructure(
      `Pipeline has ${stages.length} stage(s). There should be a minimum of 2 stages in a pipeline`,
    )
  unique(
    stages.map(({name}) => name),
    (name) => invalidStructure(`Stage names must be unique: ${name}`),
  )
  unique(
    variables.map(({name}) => name),
    (name) => invalidStructure(`Variable names must be unique: ${name}`),
  )
  new Check(lab, region).stages(stages)
}

export function checkRole(role: string, lab: Lab): void {
  if (!lab.service('iam').hasRole(role))
    throw invalidStructure(`AWS CodePipeline is not authorized to perform AssumeRole on role ${role}`)
}

/** The bucket of the pipeline's own region. */
export function artifactStore({artifactStore, artifactStores}: Api.PipelineDeclaration, region: string): string {
  if ((artifactStore === undefined) === (artifactStores === undefined))
    throw invalidStructure('A pipeline must have either artifactStore or artifactStores, and not both')
  const {location} = artifactStore ?? artifactStores?.[region] ?? {}
  if (!location) throw invalidStructure(`The pipeline has no artifact store in its own region ${region}`)
  return location
}

function unique(names: readonly (string | undefined)[], refuse: (name: string | undefined) => Error): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw refuse(twice)
}

class Check {
  /** What the actions so far have made. */
  private readonly artifacts = new Set<string>()
  private readonly namespaces = new Set(OWN_NAMESPACES)

  constructor(
    private readonly lab: Lab,
    private readonly region: string,
  ) {}

  stages(stages: readonly Api.StageDeclaration[]): void {
    for (const [index, stage] of stages.entries()) {
      for (const name of ['blockers', 'onFailure', 'onSuccess', 'beforeEntry'] as const)
        if (stage[name] !== undefined && JSON.stringify(stage[name]) !== '[]') throw unsupported(`${name} of stages`)
      const actions = stage.actions ?? []
      if (actions.length === 0) throw invalidStructure(`The stage ${stage.name} must have at least one action`)
      unique(
        actions.map(({name}) => name),
        (name) => invalidAction(`Action names must be unique within a stage: ${name}`),
      )
      const isSource = ({actionTypeId}: Api.ActionDeclaration): boolean => actionTypeId?.category === 'Source'
      if (index === 0 && !actions.every(isSource))
        throw invalidStructure(`The first stage, ${stage.name}, must have source actions only`)
      if (index > 0 && actions.some(isSource))
        throw invalidStructure(`The stage ${stage.name} has a source action, which only the first stage may have`)
      for (const group of groupsOf(actions)) this.group(stage, group)
    }
  }

  /** Actions that run side by side: none sees what another one makes. */
  private group(stage: Api.StageDeclaration, actions: readonly Api.ActionDeclaration[]): void {
    for (const action of actions) this.action(stage, action)
    for (const {namespace, outputArtifacts = []} of actions) {
      for (const {name = ''} of outputArtifacts) {
        if (this.artifacts.has(name)) throw invalidAction(`Output artifact names must be unique in a pipeline: ${name}`)
        this.artifacts.add(name)
      }

      if (namespace === undefined) continue
      if (this.namespaces.has(namespace)) throw invalidAction(`Namespaces must be unique in a pipeline: ${namespace}`)
      this.namespaces.add(namespace)
    }
  }

  private action(stage: Api.StageDeclaration, action: Api.ActionDeclaration): void {
    const {name, actionTypeId, configuration = {}, inputArtifacts = [], outputArtifacts = [], roleArn, region} = action
    const id = actionTypeId as Api.ActionTypeId
    const type = actionTypeOf(id)
    if (!type) throw unsupported(`the action type ${id.category} ${id.owner} ${id.provider} version ${id.version}`)
    for (const member of ['commands', 'outputVariables', 'environmentVariables'] as const)
      if (action[member]?.length) throw unsupported(`${member} of actions`)
    if (region !== undefined && region !== this.region) throw unsupported('actions in another region than the pipeline')
    if (action.timeoutInMinutes !== undefined && id.category !== 'Approval')
      throw unsupported(`timeoutInMinutes of ${id.category} actions`)
    if (roleArn !== undefined) checkRole(roleArn, this.lab)
    const missing = type.required.find((key) => !configuration[key])
    if (missing) throw invalidAction(`The configuration of the action ${name} is missing the required ${missing}`)
    const other = Object.keys(configuration).find((key) => ![...type.required, ...type.optional].includes(key))
    if (other) throw invalidAction(`The configuration of the action ${name} has the unknown ${other}`)
    for (const [kind, count, [min, max]] of [
      ['input', inputArtifacts.length, type.inputs],
      ['output', outputArtifacts.length, type.outputs],
    ] as const)
      if (count < min || count > max)
        throw invalidAction(`The action ${name} has ${count} ${kind} artifacts: there must be ${min} to ${max}`)
    const unknown = inputArtifacts.find((artifact) => !this.artifacts.has(artifact.name ?? ''))
    if (unknown)
      throw invalidStructure(
        `The input artifact ${unknown.name} of the action ${name} is no output artifact of an action before it`,
      )
    type.check?.(action, this.region)
    this.references(stage, action)
  }

  /** In the words that users quote. */
  private references({name: stage}: Api.StageDeclaration, {name, configuration = {}}: Api.ActionDeclaration): void {
    for (const [key, value] of Object.entries(configuration))
      for (const {namespace, text} of referred(value))
        if (!this.namespaces.has(namespace))
          throw invalidStructure(
            `Valid format for a pipeline execution variable reference is a namespace and a key separated by a period (.). The following pipeline execution variables are referencing a namespace that does not exist. StageName=[${stage}], ActionName=[${name}], ActionConfigurationKey=[${key}], VariableReferenceText=[${text}]`,
          )
  }
}

/** The actions of a stage by their run order, from the lowest. */
export function groupsOf(actions: readonly Api.ActionDeclaration[]): Api.ActionDeclaration[][] {
  const orders = [...new Set(actions.map(({runOrder = 1}) => runOrder))].sort((left, right) => left - right)
  return orders.map((order) => actions.filter(({runOrder = 1}) => runOrder === order))
}
