import {expect} from 'chai'
import type {Clients} from '../../../src/adapters/aws/clients.js'
import {AwsPipelines} from '../../../src/adapters/aws/pipelines.js'
import {DrError, Unreachable} from '../../../src/errors.js'
import type {Execution} from '../../../src/model/pipeline.js'
import {thrownBy} from '../../support/thrown.js'

const REGION = 'us-east-2'
const at = (ms: number): Date => new Date(ms)

/** CodePipeline in memory: answers by operation, and notes what is sent. */
function made(answers: Record<string, (input: Record<string, unknown>) => unknown>) {
  const sent: [string, Record<string, unknown>][] = []
  const clients = {
    async call(_service: string, region: string, operation: string, input: Record<string, unknown>) {
      expect(region).to.equal(REGION)
      sent.push([operation, input])
      return answers[operation]?.(input) ?? {}
    },
  } as unknown as Clients
  return {pipelines: new AwsPipelines(clients, 'Demo'), sent, operations: () => sent.map(([operation]) => operation)}
}

const fault = (code: string): DrError => new DrError({code, exit: 'failed', what: code})

const action = (actionName: string, more: object) => ({actionName, startTime: at(1), lastUpdateTime: at(5), ...more})

describe('the pipelines of AWS', () => {
  const verdict = async (more: object): Promise<Execution['approval']> => {
    const {pipelines} = made({
      ListPipelineExecutions: () => ({
        pipelineExecutionSummaries: [{pipelineExecutionId: 'e1', status: 'Failed', startTime: at(1)}],
      }),
      ListActionExecutions: () => ({actionExecutionDetails: [action('Approve', more)]}),
    })
    return (await pipelines.look(REGION)).executions[0]!.approval
  }

  it('tell who answered an approval, and that nobody did in time', async () => {
    const output = {executionResult: {externalExecutionSummary: 'why'}}
    expect(await verdict({status: 'Succeeded', updatedBy: 'ann', output})).to.deep.equal({
      verdict: 'approved',
      by: 'ann',
      at: 5,
      comment: 'why',
    })
    expect(await verdict({status: 'Failed', updatedBy: 'bob', output})).to.include({verdict: 'rejected', by: 'bob'})
    expect(await verdict({status: 'Failed'})).to.include({verdict: 'expired', by: null})
    expect(await verdict({status: 'Abandoned'})).to.include({verdict: 'withdrawn'})
    expect(await verdict({status: 'InProgress'})).to.deep.equal({verdict: 'waiting', by: null, at: null, comment: null})
  })

  it('show the newest try of a stage, and the command of an execution', async () => {
    const {pipelines} = made({
      ListPipelineExecutions: () => ({
        pipelineExecutionSummaries: [{pipelineExecutionId: 'e1', status: 'InProgress', startTime: at(1)}],
      }),
      GetPipelineExecution: () => ({
        pipelineExecution: {variables: [{name: 'COMMAND', resolvedValue: 'failover'}]},
      }),
      ListActionExecutions: () => ({
        actionExecutionDetails: [
          action('Switch', {status: 'Failed', output: {executionResult: {externalExecutionId: 'p:1'}}}),
          action('Switch', {
            status: 'InProgress',
            startTime: at(9),
            output: {executionResult: {externalExecutionId: 'p:2'}},
          }),
        ],
      }),
    })
    const [execution] = (await pipelines.look(REGION)).executions
    expect(execution).to.deep.include({command: 'failover', build: {id: 'p:2', status: 'InProgress'}, approval: null})
  })

  it('are started once, however often the answer is lost', async () => {
    let lost = 2
    const {pipelines, sent} = made({
      StartPipelineExecution() {
        if (lost-- > 0) throw new Unreachable('reset')
        return {pipelineExecutionId: 'e1'}
      },
    })
    expect(await pipelines.start(REGION, 'failover')).to.equal('e1')
    expect(new Set(sent.map(([, {clientRequestToken}]) => clientRequestToken)).size).to.equal(1)
    expect(sent[0]![1].variables).to.deep.equal([{name: 'COMMAND', value: 'failover'}])
  })

  it('are answered once: a lost answer is looked up, and that of another execution is not given', async () => {
    const state = (pipelineExecutionId: string, status: string) => () => ({
      stageStates: [
        {
          stageName: 'Approve',
          latestExecution: {pipelineExecutionId},
          actionStates: [{actionName: 'Approve', latestExecution: {status, token: 't'}}],
        },
      ],
    })
    const answer = {verdict: 'approved' as const, comment: 'why'}
    const waiting = made({
      GetPipelineState: state('e1', 'InProgress'),
      PutApprovalResult() {
        throw new Unreachable('reset')
      },
      ListActionExecutions: () => ({
        actionExecutionDetails: [action('Approve', {status: 'Succeeded', updatedBy: 'me'})],
      }),
    })
    await waiting.pipelines.answer(REGION, 'e1', answer)
    expect(waiting.operations()).to.deep.equal(['GetPipelineState', 'PutApprovalResult', 'ListActionExecutions'])
    expect(waiting.sent[1]![1]).to.deep.include({token: 't', result: {status: 'Approved', summary: 'why'}})
    for (const [id, status] of [
      ['e2', 'InProgress'],
      ['e1', 'Succeeded'],
    ] as const) {
      const other = made({GetPipelineState: state(id, status)})
      expect(await thrownBy(other.pipelines.answer(REGION, 'e1', answer))).to.include({code: 'NothingWaits'})
      expect(other.operations()).to.deep.equal(['GetPipelineState'])
    }

    const late = made({
      GetPipelineState: state('e1', 'InProgress'),
      PutApprovalResult() {
        throw fault('ApprovalAlreadyCompletedException')
      },
    })
    expect(await thrownBy(late.pipelines.answer(REGION, 'e1', answer))).to.include({
      code: 'NothingWaits',
      exit: 'refused',
    })
  })

  it('are stopped together with the build that runs, and with no other', async () => {
    const execution: Execution = {
      id: 'e1',
      status: 'InProgress',
      startedAt: 1,
      command: 'failover',
      approval: null,
      build: null,
    }
    const running = made({
      StopPipelineExecution() {
        throw fault('DuplicatedStopRequestException')
      },
    })
    await running.pipelines.stop(REGION, {...execution, build: {id: 'p:1', status: 'InProgress'}})
    expect(running.sent.slice(1)).to.deep.equal([['StopBuild', {id: 'p:1'}]])
    const idle = made({})
    await idle.pipelines.stop(REGION, {...execution, build: {id: 'p:1', status: 'Failed'}})
    expect(idle.operations()).to.deep.equal(['StopPipelineExecution'])
  })

  it('are said to be missing where a region has none', async () => {
    const {pipelines} = made({
      ListPipelineExecutions() {
        throw fault('PipelineNotFoundException')
      },
    })
    expect(await thrownBy(pipelines.look(REGION))).to.include({code: 'PipelineMissing', exit: 'usage'})
  })

  it('have no log before the first line of their build', async () => {
    const builds = [{logs: {groupName: 'g', streamName: 's'}}]
    const none = made({
      BatchGetBuilds: () => ({builds}),
      GetLogEvents() {
        throw fault('ResourceNotFoundException')
      },
    })
    expect(await none.pipelines.log(REGION, 'p:1', undefined)).to.deep.equal({lines: []})
    const some = made({
      BatchGetBuilds: () => ({builds}),
      GetLogEvents: () => ({events: [{message: 'one\n'}, {message: 'two'}], nextForwardToken: 'f/2'}),
    })
    expect(await some.pipelines.log(REGION, 'p:1', undefined)).to.deep.equal({lines: ['one', 'two'], next: 'f/2'})
    expect(some.sent[1]![1]).to.include({startFromHead: true})
  })
})
