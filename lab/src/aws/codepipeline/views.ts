/** Pipelines and their executions as CodePipeline's answers show them. */

import type * as Api from '@aws-sdk/client-codepipeline'

import type {ActionRun, Artifact} from './action.js'
import type {Execution} from './execution.js'
import type {Pipeline} from './pipeline.js'

export function stateOf(pipeline: Pipeline): Api.GetPipelineStateOutput {
  const {name: pipelineName, version: pipelineVersion, createdAt: created, updatedAt: updated, declaration} = pipeline
  const stageStates = (declaration.stages ?? []).map((stage) => stageState(pipeline, stage))
  return {pipelineName, pipelineVersion, stageStates, created, updated}
}

function stageState(pipeline: Pipeline, {name: stageName = '', actions = []}: Api.StageDeclaration): Api.StageState {
  const {latest, waiting} = pipeline.gate(stageName)
  const inbound = waiting.map(({id}): Api.StageExecution => ({pipelineExecutionId: id, status: 'InProgress'}))
  return {
    stageName,
    ...(inbound.length > 0 && {inboundExecution: inbound.at(-1), inboundExecutions: inbound}),
    inboundTransitionState: {enabled: true},
    actionStates: actions.map((action) => actionState(pipeline, stageName, action)),
    ...(latest && {
      latestExecution: {pipelineExecutionId: latest.id, status: latest.stages.get(stageName), type: 'STANDARD'},
    }),
  }
}

/** Of the newest execution in which the action has begun. */
function actionState(
  pipeline: Pipeline,
  stageName: string,
  {name = '', configuration}: Api.ActionDeclaration,
): Api.ActionState {
  const run = [...pipeline.executions]
    .flatMap((execution) => execution.latestRuns(stageName).get(name) ?? [])
    .sort((left, right) => left.startedAt.getTime() - right.startedAt.getTime())
    .at(-1)
  const [revision] = run ? [...run.outputs.values()].flatMap((artifact) => artifact.revision ?? []) : []
  return {
    actionName: name,
    ...(revision && {
      currentRevision: {revisionId: revision.id, revisionChangeId: revision.id, created: revision.createdAt},
    }),
    ...(run && {
      latestExecution: {
        actionExecutionId: run.id,
        status: run.status,
        summary: run.summary,
        lastStatusChange: run.updatedAt,
        token: run.status === 'InProgress' ? run.token : undefined,
        lastUpdatedBy: run.lastUpdatedBy,
        externalExecutionId: run.externalId,
        externalExecutionUrl: run.externalUrl,
        errorDetails: run.error,
      },
    }),
    entityUrl: configuration?.ExternalEntityLink,
  }
}

export function executionOf(pipeline: Pipeline, execution: Execution): Api.PipelineExecution {
  const {id, status, statusSummary, declaration, variables, trigger} = execution
  return {
    pipelineName: pipeline.name,
    pipelineVersion: declaration.version,
    pipelineExecutionId: id,
    status,
    statusSummary,
    artifactRevisions: execution.revisions().map(({name, artifact: {revision}}) => ({
      name,
      revisionId: revision?.id,
      revisionSummary: revision?.summary,
      created: revision?.createdAt,
    })),
    variables: Object.entries(variables).map(([name, resolvedValue]) => ({name, resolvedValue})),
    trigger,
    executionMode: declaration.executionMode ?? 'SUPERSEDED',
    executionType: 'STANDARD',
  }
}

export function summaryOf(execution: Execution): Api.PipelineExecutionSummary {
  const {id, status, statusSummary, startedAt, updatedAt, trigger, stopReason, declaration} = execution
  return {
    pipelineExecutionId: id,
    status,
    statusSummary,
    startTime: startedAt,
    lastUpdateTime: updatedAt,
    sourceRevisions: execution.revisions().map(({run, artifact: {revision}}) => ({
      actionName: run.declaration.name,
      revisionId: revision?.id,
      revisionSummary: revision?.summary,
    })),
    trigger,
    ...(stopReason !== undefined && {stopTrigger: {reason: stopReason}}),
    executionMode: declaration.executionMode ?? 'SUPERSEDED',
    executionType: 'STANDARD',
  }
}

export function actionDetail(execution: Execution, region: string, run: ActionRun): Api.ActionExecutionDetail {
  const {declaration} = run
  return {
    pipelineExecutionId: execution.id,
    actionExecutionId: run.id,
    pipelineVersion: execution.declaration.version,
    stageName: run.stageName,
    actionName: declaration.name,
    startTime: run.startedAt,
    lastUpdateTime: run.updatedAt,
    updatedBy: run.lastUpdatedBy,
    status: run.status,
    input: {
      actionTypeId: declaration.actionTypeId,
      configuration: declaration.configuration,
      resolvedConfiguration: run.configuration,
      roleArn: declaration.roleArn,
      region: declaration.region ?? region,
      inputArtifacts: artifactsOf(run.inputs),
      namespace: declaration.namespace,
    },
    output: {
      outputArtifacts: artifactsOf(run.outputs),
      executionResult: {
        externalExecutionId: run.externalId,
        externalExecutionSummary: run.summary,
        externalExecutionUrl: run.externalUrl,
        errorDetails: run.error,
      },
      outputVariables: run.variables,
    },
  }
}

const artifactsOf = (artifacts: ReadonlyMap<string, Artifact>): Api.ArtifactDetail[] =>
  [...artifacts].map(([name, {bucket, key}]) => ({name, s3location: {bucket, key}}))
