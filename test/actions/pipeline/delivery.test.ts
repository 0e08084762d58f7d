import {expect} from 'chai'
import {deliveryLogs} from '../../../src/actions/pipeline/delivery-logs.js'
import {stopDelivery} from '../../../src/actions/pipeline/delivery-stop.js'
import {SCHEMAS} from '../../../src/actions/pipeline/result.js'
import {pipelineStatus} from '../../../src/actions/pipeline/status.js'
import {DrError, Unreachable} from '../../../src/errors.js'
import type {DrEvent} from '../../../src/messages.js'
import type {DeliveryAction, DeliveryExecution} from '../../../src/model/delivery.js'
import type {DeliveryPipeline} from '../../../src/ports/delivery.js'
import type {Pipelines} from '../../../src/ports/pipelines.js'
import {pipelineLines} from '../../../src/render/pipeline.js'
import {AWAY, HOME, SimulatedWorld} from '../../support/simulated-world.js'
import {thrownBy} from '../../support/thrown.js'

type Whole = DeliveryExecution & {actions: DeliveryAction[]}

const missing = new DrError({code: 'PipelineMissing', exit: 'usage', what: 'there is none'})
const action = (stage: string, status: string, more: Partial<DeliveryAction> = {}): DeliveryAction => ({
  stage,
  action: stage,
  status,
  why: null,
  build: `${stage}:1`,
  ...more,
})
const RUNS: Whole = {
  id: 'e2',
  status: 'InProgress',
  startedAt: 2000,
  commit: 'c0ffee00c0ffee00',
  actions: [action('Source', 'Succeeded', {build: null}), action('Build', 'InProgress')],
}
const FAILED: Whole = {
  ...RUNS,
  id: 'e1',
  status: 'Failed',
  startedAt: 1000,
  actions: [action('Build', 'Succeeded'), action('Deploy', 'Failed', {why: 'exit status 3'})],
}

/** What it holds can be replaced; what is done to it is noted. */
class MemoryDelivery implements DeliveryPipeline {
  readonly name = 'ToDoMgmt-delivery'
  readonly acts: string[] = []
  readonly pages: Record<string, string[]> = {}

  constructor(public held: Whole[] | DrError) {}

  async executions() {
    if (this.held instanceof DrError) throw this.held
    return this.held.map(({actions: _, ...execution}) => execution)
  }

  async actions(id: string) {
    return (this.held as Whole[]).find((one) => one.id === id)!.actions
  }

  async stop(id: string, build: string | null) {
    this.acts.push(`stop ${id} ${build}`)
  }

  async log(build: string, from = '0') {
    const line = this.pages[build]?.[Number(from)]
    return line === undefined ? {lines: [], next: from} : {lines: [line], next: String(Number(from) + 1)}
  }

  async remote(): Promise<never> {
    throw missing
  }
}

function around(held: Whole[] | DrError) {
  const {world} = new SimulatedWorld().connect()
  const pipeline = new MemoryDelivery(held)
  const events: DrEvent[] = []
  const input = {
    target: 'aws',
    deployment: world.deployment,
    pipeline,
    emit: (event: DrEvent) => void events.push(event),
    signal: new AbortController().signal,
  }
  const said = (): string[] =>
    events.flatMap((event) => ('text' in event && event.text !== undefined ? [event.text] : []))
  return {world, pipeline, input, said}
}

describe('the delivery pipeline', () => {
  describe('is shown', () => {
    const status = (held: Whole[] | DrError, failover: DrError | undefined, region?: string) => {
      const {input, pipeline} = around(held)
      const pipelines = {
        async look(where: string) {
          if (failover) throw failover
          return {region: where, pipeline: `ToDoMgmt-failover-${where}`, executions: []}
        },
      } as unknown as Pipelines
      return pipelineStatus({...input, pipelines, delivery: pipeline, region})
    }

    it('beside the failover pipelines, and alone where there are none', async () => {
      const both = await status([RUNS, FAILED], undefined)
      expect(SCHEMAS['pipeline-status'].parse(both)).to.deep.equal(both)
      expect(both.pipelines).to.have.length(2)
      expect(pipelineLines(both)).to.deep.equal([
        `${HOME}: ToDoMgmt-failover-${HOME} has run nothing yet`,
        `${AWAY}: ToDoMgmt-failover-${AWAY} has run nothing yet`,
        `${HOME}: ToDoMgmt-delivery`,
        '  1970-01-01T00:00:02.000Z  c0ffee00  InProgress, Build InProgress, e2',
        '  1970-01-01T00:00:01.000Z  c0ffee00  Failed, Deploy Failed: exit status 3, e1',
      ])
      const alone = await status([RUNS], missing)
      expect([alone.pipelines, alone.delivery!.executions]).to.deep.equal([[], [RUNS]])
      expect(await thrownBy(status(missing, missing))).to.equal(missing)
    })

    it('as unknown where it cannot be asked, which hides no failover pipeline', async () => {
      const {pipelines, delivery} = await status(new Unreachable('no answer'), undefined)
      expect(pipelines).to.have.length(2)
      expect(delivery).to.deep.equal({region: HOME, pipeline: null, unreachable: 'no answer', executions: []})
      expect((await status([RUNS], undefined, 'away')).delivery).to.equal(null)
      expect((await status(missing, undefined)).delivery).to.equal(null)
    })
  })

  describe('gives the logs', () => {
    const logs = (at: ReturnType<typeof around>, more: {follow?: boolean; execution?: string} = {}) =>
      deliveryLogs({...at.input, clock: at.world.clock, show: () => undefined, follow: false, ...more})

    it('of all builds of the newest that has built something', async () => {
      const waiting = {...RUNS, id: 'e3', actions: []}
      const at = around([waiting, FAILED])
      Object.assign(at.pipeline.pages, {'Build:1': ['one', 'two'], 'Deploy:1': ['three']})
      const result = await logs(at)
      expect(SCHEMAS['pipeline-logs'].parse(result)).to.deep.include({
        execution: 'e1',
        commit: RUNS.commit,
        status: 'Failed',
        lines: ['one', 'two', 'three'],
      })
      expect(at.said()).to.deep.equal(['Build: Succeeded', 'Deploy: Failed'])
      expect(await thrownBy(logs(at, {execution: 'e3'}))).to.include({code: 'LogMissing', exit: 'failed'})
      expect(await thrownBy(logs(around([])))).to.include({code: 'LogMissing'})
    })

    it('of one that has begun a moment ago to its end, each line once', async () => {
      const at = around([{...RUNS, actions: []}, FAILED])
      const steps: Whole[] = [
        RUNS,
        RUNS,
        {...RUNS, actions: [action('Build', 'Succeeded'), action('Deploy', 'InProgress')]},
        {...RUNS, status: 'Succeeded', actions: [action('Build', 'Succeeded'), action('Deploy', 'Succeeded')]},
      ]
      at.pipeline.pages['Build:1'] = []
      const {executions} = at.pipeline
      at.pipeline.executions = async () => {
        const seen = await executions.call(at.pipeline)
        const next = steps.shift()
        if (next) at.pipeline.held = [next, FAILED]
        const build = at.pipeline.pages['Build:1']!
        if (build.length < 2) build.push(`line ${build.length}`)
        if (steps.length === 0) at.pipeline.pages['Deploy:1'] = ['the end']
        return seen
      }

      expect(await logs(at, {follow: true})).to.deep.include({
        execution: 'e2',
        status: 'Succeeded',
        lines: ['line 0', 'line 1', 'the end'],
      })
      expect(at.said()).to.include.members(['Build: InProgress', 'Build: Succeeded', 'Deploy: Succeeded'])
    })
  })

  describe('is stopped', () => {
    const stop = (at: ReturnType<typeof around>, more: {execution?: string; abandon?: boolean} = {}) =>
      stopDelivery({...at.input, abandon: false, ...more})

    it('with the build that runs, but not while it deploys, unless that is said', async () => {
      const at = around([RUNS, FAILED])
      const result = await stop(at)
      expect(SCHEMAS['pipeline-stop'].parse(result)).to.include({execution: 'e2', build: 'Build:1', command: null})
      expect(at.said()[0]).to.contain('Nothing was deployed.')
      const deploying = around([{...RUNS, actions: [action('Build', 'Succeeded'), action('Deploy', 'InProgress')]}])
      expect(await thrownBy(stop(deploying))).to.include({code: 'DeploymentRunning', exit: 'refused'})
      expect(deploying.pipeline.acts).to.deep.equal([])
      await stop(deploying, {abandon: true})
      expect([...at.pipeline.acts, ...deploying.pipeline.acts]).to.deep.equal(['stop e2 Build:1', 'stop e2 Deploy:1'])
      const testing = around([{...RUNS, actions: [action('Deploy', 'Succeeded'), action('Test', 'InProgress')]}])
      await stop(testing)
      expect(testing.said()[0]).to.contain('What it has deployed stays.')
    })

    it('only where it is clear what is meant', async () => {
      expect(await thrownBy(stop(around([FAILED])))).to.include({code: 'NothingFound', exit: 'refused'})
      const two = around([{...RUNS, id: 'e3', actions: []}, RUNS])
      expect(await thrownBy(stop(two))).to.include({code: 'SeveralFound', exit: 'refused'})
      await stop(two, {execution: 'e3'})
      expect(two.pipeline.acts).to.deep.equal(['stop e3 null'])
    })
  })
})
