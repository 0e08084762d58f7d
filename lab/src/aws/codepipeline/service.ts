import type * as Api from '@aws-sdk/client-codepipeline'

import {
  ACCOUNT,
  arn,
  fault,
  type CallContext,
  type Lab,
  type Operation,
  type Offering,
  type TaggedResource,
} from '../../kernel.js'
import {tagList} from '../../cloudformation/tags.js'
import {ByRegion, page} from '../by-region.js'
import {answer} from './actions/approval.js'
import {api} from './api.js'
import {checkDeclaration} from './declaration.js'
import {defaultsOf} from './defaults.js'
import type {Execution} from './execution.js'
import {unsupported} from './faults.js'
import {Pipeline} from './pipeline.js'
import {SourcePoll} from './source-poll.js'
import {actionDetail, executionOf, stateOf, summaryOf} from './views.js'

/** Of ListPipelines, and of the lists of executions, and their default (CodePipeline API). */
const PIPELINES_PAGE = 1000
const EXECUTIONS_PAGE = 100

/** CodePipeline: pipelines whose actions really run, each region for itself. */
export class CodePipelineService implements Offering<'codepipeline'> {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly pipelines = new ByRegion<Pipeline>()
  private readonly poll: SourcePoll
  /** The execution that a client's token has started. */
  private readonly tokens = new WeakMap<Pipeline, Map<string, Execution>>()

  constructor(private readonly lab: Lab) {
    this.operations = {
      CreatePipeline: (input: Api.CreatePipelineInput, context) => this.create(input, context),
      GetPipeline: ({name, version}: Api.GetPipelineInput, {region}) => this.get(name, version, region),
      UpdatePipeline: ({pipeline}: Api.UpdatePipelineInput, {region}) => this.update(pipeline!, region),
      DeletePipeline: ({name = ''}: Api.DeletePipelineInput, {region}) => {
        // AWS says nothing where there is none.
        this.pipelines.of(region).get(name)?.end()
        this.pipelines.of(region).delete(name)
        return {}
      },
      ListPipelines: ({maxResults = PIPELINES_PAGE, nextToken}: Api.ListPipelinesInput, {region}) => {
        const {items, next} = page(this.sorted(region), maxResults, nextToken)
        return {pipelines: items.map((pipeline) => listed(pipeline)), nextToken: next}
      },
      StartPipelineExecution: (input: Api.StartPipelineExecutionInput, context) => this.start(input, context),
      GetPipelineState: ({name}: Api.GetPipelineStateInput, {region}) => stateOf(this.find(name, region)),
      GetPipelineExecution: (input: Api.GetPipelineExecutionInput, {region}) => {
        const pipeline = this.find(input.pipelineName, region)
        return {pipelineExecution: executionOf(pipeline, pipeline.find(input.pipelineExecutionId))}
      },
      ListPipelineExecutions: (input: Api.ListPipelineExecutionsInput, {region}) => this.executions(input, region),
      ListActionExecutions: (input: Api.ListActionExecutionsInput, {region}) => this.actions(input, region),
      PutApprovalResult: (input: Api.PutApprovalResultInput, context) => this.approve(input, context),
      StopPipelineExecution: (input: Api.StopPipelineExecutionInput, {region}) => {
        const pipeline = this.find(input.pipelineName, region)
        const execution = pipeline.find(input.pipelineExecutionId)
        pipeline.stop(execution, input.abandon ?? false, input.reason)
        return {pipelineExecutionId: execution.id}
      },
      RetryStageExecution: (input: Api.RetryStageExecutionInput, {region}) => {
        const pipeline = this.find(input.pipelineName, region)
        const execution = pipeline.find(input.pipelineExecutionId)
        stageOf(pipeline, input.stageName)
        pipeline.retry(execution, input.stageName ?? '', input.retryMode!)
        return {pipelineExecutionId: execution.id}
      },
      TagResource: ({resourceArn, tags = []}: Api.TagResourceInput, {region}) => {
        const pipeline = this.ofArn(resourceArn, region)
        pipeline.tags = {...pipeline.tags, ...mapOf(tags)}
        return {}
      },
      UntagResource: ({resourceArn, tagKeys = []}: Api.UntagResourceInput, {region}) => {
        const {tags} = this.ofArn(resourceArn, region)
        for (const key of tagKeys) delete tags[key]
        return {}
      },
      ListTagsForResource: ({resourceArn}: Api.ListTagsForResourceInput, {region}) => ({
        tags: Object.entries(this.ofArn(resourceArn, region).tags).map(([key, value]) => ({key, value})),
      }),
    }
    this.poll = new SourcePoll(lab, () => this.pipelines.all().flatMap(([, pipelines]) => [...pipelines.values()]))
    lab.onStop(() => {
      this.poll.end()
      for (const [, pipelines] of this.pipelines.all()) for (const pipeline of pipelines.values()) pipeline.end()
    })
  }

  startByRule(pipelineArn: string, region: string, ruleArn: string): void {
    const pipeline = this.ofArn(pipelineArn, region)
    pipeline.start({triggerType: 'CloudWatchEvent', triggerDetail: ruleArn}, defaultsOf(pipeline.declaration))
  }

  startByPush(repository: string, branch: string): Promise<void> {
    return this.poll.pushedOutside(repository, branch)
  }

  tagged(region: string): TaggedResource[] {
    return this.sorted(region).map((pipeline) => ({arn: arnOf(pipeline), tags: tagList(pipeline.tags) ?? []}))
  }

  /** "By default, a pipeline starts automatically when it is created" ("Start a pipeline in CodePipeline", CodePipeline user guide). */
  private create(
    {pipeline: given, tags = []}: Api.CreatePipelineInput,
    context: CallContext,
  ): Api.CreatePipelineOutput {
    const {region} = context
    const declaration = {...given!, version: 1}
    const here = this.pipelines.of(region)
    if (here.has(declaration.name ?? ''))
      throw fault('PipelineNameInUseException', `A pipeline with the name ${declaration.name} already exists`)
    checkDeclaration(declaration, region, this.lab)
    const pipeline = new Pipeline(this.lab, region, declaration, new Date(this.lab.now()))
    pipeline.tags = mapOf(tags)
    here.set(pipeline.name, pipeline)
    pipeline.start({triggerType: 'CreatePipeline', triggerDetail: context.callerArn}, defaultsOf(declaration))
    return {pipeline: shown(pipeline), tags}
  }

  private get(name: string | undefined, version: number | undefined, region: string): Api.GetPipelineOutput {
    const pipeline = this.find(name, region)
    if (version !== undefined && version > pipeline.version)
      throw fault('PipelineVersionNotFoundException', `The pipeline ${name} has no version ${version}`)
    if (version !== undefined && version !== pipeline.version) throw unsupported('older versions of a pipeline')
    const {createdAt: created, updatedAt: updated} = pipeline
    return {pipeline: shown(pipeline), metadata: {pipelineArn: arnOf(pipeline), created, updated}}
  }

  private update(declaration: Api.PipelineDeclaration, region: string): Api.UpdatePipelineOutput {
    const pipeline = this.find(declaration.name, region)
    checkDeclaration(declaration, region, this.lab)
    pipeline.version++
    pipeline.declaration = {...declaration, version: pipeline.version}
    pipeline.updatedAt = new Date(this.lab.now())
    return {pipeline: shown(pipeline)}
  }

  private start(input: Api.StartPipelineExecutionInput, context: CallContext): Api.StartPipelineExecutionOutput {
    const pipeline = this.find(input.name, context.region)
    if (input.sourceRevisions?.length) throw unsupported('sourceRevisions of StartPipelineExecution')
    const tokens = this.tokens.get(pipeline) ?? new Map<string, Execution>()
    this.tokens.set(pipeline, tokens)
    const known = tokens.get(input.clientRequestToken ?? '')
    if (known) return {pipelineExecutionId: known.id}
    const variables = variablesOf(pipeline.declaration, input.variables ?? [])
    const execution = pipeline.start(
      {triggerType: 'StartPipelineExecution', triggerDetail: context.callerArn},
      variables,
    )
    if (input.clientRequestToken !== undefined) tokens.set(input.clientRequestToken, execution)
    return {pipelineExecutionId: execution.id}
  }

  /** Newest first. */
  private executions(input: Api.ListPipelineExecutionsInput, region: string): Api.ListPipelineExecutionsOutput {
    const {maxResults = EXECUTIONS_PAGE, filter, nextToken} = input
    const stage = filter?.succeededInStage?.stageName
    const all = [...this.find(input.pipelineName, region).executions]
      .reverse()
      .filter(({stages}) => stage === undefined || stages.get(stage) === 'Succeeded')
    const {items, next} = page(all, maxResults, nextToken)
    return {pipelineExecutionSummaries: items.map((execution) => summaryOf(execution)), nextToken: next}
  }

  /** Newest first. */
  private actions(input: Api.ListActionExecutionsInput, region: string): Api.ListActionExecutionsOutput {
    const {maxResults = EXECUTIONS_PAGE, filter, nextToken} = input
    const {pipelineExecutionId: id, latestInPipelineExecution: latest} = filter ?? {}
    if (latest) throw unsupported('the filter latestInPipelineExecution')
    const pipeline = this.find(input.pipelineName, region)
    const executions = id === undefined ? pipeline.executions : [pipeline.find(id)]
    const all = executions
      .flatMap((execution) => execution.runs.map((run) => ({run, execution})))
      .reverse()
      .sort((left, right) => right.run.startedAt.getTime() - left.run.startedAt.getTime())
    const {items, next} = page(all, maxResults, nextToken)
    return {
      actionExecutionDetails: items.map(({run, execution}) => actionDetail(execution, region, run)),
      nextToken: next,
    }
  }

  private approve(input: Api.PutApprovalResultInput, context: CallContext): Api.PutApprovalResultOutput {
    const {stageName = '', actionName = '', token, result} = input
    const pipeline = this.find(input.pipelineName, context.region)
    const action = stageOf(pipeline, stageName).actions?.find(({name}) => name === actionName)
    if (action?.actionTypeId?.category !== 'Approval')
      throw fault('ActionNotFoundException', `The stage ${stageName} has no approval action ${actionName}`)
    const runs = pipeline.executions.flatMap((execution) => execution.latestRuns(stageName).get(actionName) ?? [])
    const run = runs.find((one) => one.token === token)
    // "The approval request already received a response or has expired" (CodePipeline API); which of the two errors it then is, is assumed.
    if (!run || (run.status !== 'InProgress' && run.lastUpdatedBy === undefined))
      throw fault('InvalidApprovalTokenException', 'The approval request already received a response or has expired.')
    const given = {status: result!.status!, summary: result!.summary ?? '', by: context.callerArn ?? 'unknown'}
    if (!answer(run, given))
      throw fault('ApprovalAlreadyCompletedException', 'The approval action has already been approved or rejected.')
    return {approvedAt: new Date(this.lab.now())}
  }

  private find(name = '', region: string): Pipeline {
    const found = this.pipelines.of(region).get(name)
    if (!found)
      throw fault('PipelineNotFoundException', `Account '${ACCOUNT}' does not have a pipeline with name '${name}'`)
    return found
  }

  private ofArn(resourceArn = '', region: string): Pipeline {
    const found = this.sorted(region).find((pipeline) => arnOf(pipeline) === resourceArn)
    if (!found) throw fault('ResourceNotFoundException', `There is no resource ${resourceArn}`)
    return found
  }

  private sorted(region: string): Pipeline[] {
    return [...this.pipelines.of(region).values()].sort((left, right) => (left.name < right.name ? -1 : 1))
  }
}

const arnOf = ({region, name}: Pipeline): string => arn('codepipeline', region, name)

const mapOf = (tags: readonly Api.Tag[]): Record<string, string> =>
  Object.fromEntries(tags.map(({key = '', value = ''}) => [key, value]))

const shown = ({declaration}: Pipeline): Api.PipelineDeclaration => ({
  executionMode: 'SUPERSEDED',
  pipelineType: 'V1',
  ...declaration,
})

function listed(pipeline: Pipeline): Api.PipelineSummary {
  const {name, version, createdAt: created, updatedAt: updated} = pipeline
  const {pipelineType, executionMode} = shown(pipeline)
  return {name, version, pipelineType, executionMode, created, updated}
}

function stageOf({declaration, name}: Pipeline, stageName: string | undefined): Api.StageDeclaration {
  const found = declaration.stages?.find((stage) => stage.name === stageName)
  if (!found) throw fault('StageNotFoundException', `The pipeline ${name} has no stage ${stageName}`)
  return found
}

/** @throws ValidationException for a variable that is not declared, or has neither a value nor a default: the texts are assumed */
function variablesOf(
  declaration: Api.PipelineDeclaration,
  given: readonly Api.PipelineVariable[],
): Record<string, string> {
  const declared = (declaration.variables ?? []).map(({name = ''}) => name)
  const unknown = given.find(({name = ''}) => !declared.includes(name))
  if (unknown) throw fault('ValidationException', `The pipeline declares no variable ${unknown.name}`)
  const values = {
    ...defaultsOf(declaration),
    ...Object.fromEntries(given.map(({name = '', value = ''}) => [name, value])),
  }
  const missing = declared.find((name) => values[name] === undefined)
  if (missing) throw fault('ValidationException', `The variable ${missing} has no default and needs a value`)
  return values
}
