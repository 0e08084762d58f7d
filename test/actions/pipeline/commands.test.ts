import {expect} from 'chai'
import {answerPipeline} from '../../../src/actions/pipeline/answer.js'
import {approvalOf} from '../../../src/actions/pipeline/approval.js'
import {pipelineLogs} from '../../../src/actions/pipeline/logs.js'
import {SCHEMAS} from '../../../src/actions/pipeline/result.js'
import {startPipeline} from '../../../src/actions/pipeline/start.js'
import type {StartInput} from '../../../src/actions/pipeline/start.js'
import {pipelineStatus} from '../../../src/actions/pipeline/status.js'
import {stopPipeline} from '../../../src/actions/pipeline/stop.js'
import {DrError, Unreachable} from '../../../src/errors.js'
import type {DrEvent} from '../../../src/messages.js'
import type {Execution} from '../../../src/model/pipeline.js'
import type {DeliveryPipeline} from '../../../src/ports/delivery.js'
import type {Pipelines} from '../../../src/ports/pipelines.js'
import {AWAY, HOME, SimulatedWorld} from '../../support/simulated-world.js'
import {thrownBy} from '../../support/thrown.js'

const WAITING: Execution = {
  id: 'e1',
  status: 'InProgress',
  startedAt: 1000,
  command: 'failover',
  approval: {verdict: 'waiting', by: null, at: null, comment: null},
  build: null,
}
const APPROVED = {verdict: 'approved', by: 'arn:aws:iam::000000000000:user/ann', at: 2000, comment: 'down'} as const
const SWITCHING: Execution = {...WAITING, approval: APPROVED, build: {id: 'p:b1', status: 'InProgress'}}
const DONE: Execution = {
  ...SWITCHING,
  id: 'e0',
  status: 'Succeeded',
  startedAt: 500,
  build: {id: 'p:b0', status: 'Succeeded'},
}

const missing = new DrError({code: 'PipelineMissing', exit: 'usage', what: 'there is no failover pipeline'})

/** There is none. */
const delivery = {
  async executions() {
    throw missing
  },
} as unknown as DeliveryPipeline

/** Regions to what they hold, or to how they fail. What is changed is written down. */
class MemoryPipelines implements Pipelines {
  readonly acts: string[] = []
  pages: string[][] = []
  /** What an execution is that has just been started; by default it waits for approval. */
  becomes: Partial<Execution> = {}

  constructor(readonly sides: Record<string, Execution[] | Error>) {}

  async look(region: string) {
    const side = this.sides[region]!
    if (side instanceof Error) throw side
    return {region, pipeline: `ToDoMgmt-failover-${region}`, executions: side}
  }

  async start(region: string, command: string) {
    this.acts.push(`start ${command} ${region}`)
    const side = this.sides[region]
    if (Array.isArray(side)) side.push({...WAITING, id: 'e9', command, ...this.becomes})
    return 'e9'
  }

  async answer(region: string, execution: string, {verdict, comment}: {verdict: string; comment: string}) {
    this.acts.push(`${verdict} ${execution} ${region}: ${comment}`)
  }

  async stop(region: string, {id}: Execution) {
    this.acts.push(`stop ${id} ${region}`)
  }

  async approval(region: string, execution: string) {
    const side = this.sides[region]!
    if (side instanceof Error) throw side
    return {pipeline: 'p', region, execution, by: APPROVED.by, at: APPROVED.at, comment: APPROVED.comment}
  }

  async log(_region: string, build: string, from = '0') {
    const at = Number(from)
    const lines = this.pages[at]
    return lines ? {lines: lines.map((line) => `${build} ${line}`), next: String(at + 1)} : {lines: [], next: from}
  }
}

function around(sides: Record<string, Execution[] | Error>) {
  const sim = new SimulatedWorld()
  const {world} = sim.connect()
  const pipelines = new MemoryPipelines(sides)
  const events: DrEvent[] = []
  const common = {
    target: 'aws',
    deployment: world.deployment,
    pipelines,
    emit: (event: DrEvent) => void events.push(event),
    signal: new AbortController().signal,
  }
  return {sim, world, pipelines, events, common}
}

const consent = (given: boolean) => () => ({given: () => given, ask: async () => false})

describe('a failover pipeline', () => {
  describe('is started', () => {
    const start = (at: ReturnType<typeof around>, more: Partial<StartInput> = {}) =>
      startPipeline({
        ...at.common,
        world: at.world,
        recent: async () => ({unfinished: []}),
        command: 'switchover',
        dryRun: false,
        ...more,
      })

    it('in the region of the standby, whichever that is, and for a failback at home', async () => {
      const at = around({[HOME]: [], [AWAY]: [DONE]})
      const result = await start(at)
      expect(SCHEMAS['pipeline-start'].parse(result)).to.include({region: AWAY, execution: 'e9', command: 'switchover'})
      at.pipelines.sides[AWAY] = []
      await start(at, {command: 'failback'})
      expect(at.pipelines.acts).to.deep.equal([`start switchover ${AWAY}`, `start failback ${HOME}`])
    })

    it('where home is silent, but not where nobody knows the primary', async () => {
      const at = around({[HOME]: new Unreachable('home'), [AWAY]: []})
      at.sim.lose(HOME)
      expect(await start(at, {command: 'failover', consentFor: consent(true)})).to.include({region: AWAY})
      at.sim.lose(AWAY)
      at.pipelines.sides[AWAY] = []
      expect(await thrownBy(start(at))).to.include({code: 'RegionWanted', exit: 'refused'})
      await start(at, {region: 'away'})
      expect(at.pipelines.acts).to.deep.equal([`start failover ${AWAY}`, `start switchover ${AWAY}`])
    })

    it('by nobody who has not confirmed a failover, while another is under way, or for a dry run', async () => {
      const at = around({[HOME]: [], [AWAY]: []})
      const error = await thrownBy(start(at, {command: 'failover', consentFor: consent(false)}))
      expect(error).to.include({
        code: 'ConfirmWanted',
        next: `todo-dr pipeline start failover --region ${AWAY} --confirm ToDoMgmt`,
      })
      expect(await start(at, {dryRun: true})).to.include({execution: null, region: AWAY})
      for (const sides of [
        {[HOME]: [WAITING], [AWAY]: []},
        {[HOME]: [], [AWAY]: [SWITCHING]},
      ]) {
        const busy = around(sides)
        expect(await thrownBy(start(busy))).to.include({code: 'PipelineBusy', exit: 'refused'})
        expect(busy.pipelines.acts).to.deep.equal([])
      }

      expect(at.pipelines.acts).to.deep.equal([])
    })

    it('and says when it asks for approval, or that it never will', async () => {
      const at = around({[HOME]: [], [AWAY]: []})
      at.pipelines.becomes = {approval: null}
      const {look} = at.pipelines
      let looks = 0
      at.pipelines.look = async (region) => {
        if (region === AWAY && ++looks === 4)
          Object.assign((await look.call(at.pipelines, AWAY)).executions[0]!, WAITING, {id: 'e9'})
        return look.call(at.pipelines, region)
      }

      expect(await start(at)).to.include({execution: 'e9'})
      expect(looks).to.equal(4)
      for (const [becomes, code] of [
        [{approval: null, status: 'Failed'}, 'EndedEarly'],
        [{approval: null}, 'NotAsked'],
      ] as const) {
        const other = around({[HOME]: [], [AWAY]: []})
        other.pipelines.becomes = becomes
        expect(await thrownBy(start(other))).to.include({code, exit: 'failed'})
      }
    })

    it('only where there is one', async () => {
      const at = around({[HOME]: [], [AWAY]: missing})
      expect(await thrownBy(start(at))).to.equal(missing)
    })
  })

  describe('is answered', () => {
    const answer = (at: ReturnType<typeof around>, more: object = {}) =>
      answerPipeline({
        ...at.common,
        verdict: 'approved',
        comment: 'down',
        consentFor: consent(true),
        dryRun: false,
        ...more,
      })

    it('where something waits, in whichever region answers', async () => {
      const at = around({[HOME]: new Unreachable('home'), [AWAY]: [WAITING, DONE]})
      const result = await answer(at)
      expect(SCHEMAS['pipeline-answer'].parse(result)).to.include({region: AWAY, execution: 'e1', command: 'failover'})
      expect(at.pipelines.acts).to.deep.equal([`approved e1 ${AWAY}: down`])
    })

    it('by nobody who has not confirmed it, and a rejection by anybody', async () => {
      const at = around({[HOME]: [], [AWAY]: [WAITING]})
      expect(await thrownBy(answer(at, {consentFor: consent(false)}))).to.include({
        code: 'ConfirmWanted',
        next: `todo-dr pipeline approve --region ${AWAY} --comment "down" --confirm ToDoMgmt`,
      })
      await answer(at, {dryRun: true})
      expect(at.pipelines.acts).to.deep.equal([])
      await answer(at, {verdict: 'rejected', consentFor: undefined})
      expect(at.pipelines.acts).to.deep.equal([`rejected e1 ${AWAY}: down`])
    })

    it('with a no alone where it has no command: nobody can approve what is not named', async () => {
      const at = around({[HOME]: [], [AWAY]: [{...WAITING, command: null}]})
      expect(await thrownBy(answer(at))).to.include({code: 'NothingFound'})
      await answer(at, {verdict: 'rejected'})
      expect(at.pipelines.acts).to.deep.equal([`rejected e1 ${AWAY}: down`])
    })

    it('not after its time, and says how to ask again', async () => {
      const expired: Execution = {
        ...WAITING,
        status: 'Failed',
        approval: {verdict: 'expired', by: null, at: 2000, comment: null},
      }
      const at = around({[HOME]: [], [AWAY]: [expired, DONE]})
      const late = (await thrownBy(answer(at))) as DrError
      expect(late).to.include({
        code: 'NothingFound',
        exit: 'refused',
        next: 'todo-dr pipeline start failover, which asks for approval again',
      })
      expect(late.why).to.equal(
        `the failover e1 in ${AWAY} has expired: nobody answered in time, and nothing was changed`,
      )
      for (const [more, why] of [
        [{verdict: 'rejected'}, late.why],
        [{execution: 'e0'}, `the failover e0 in ${AWAY} is Succeeded`],
        [{execution: 'e7'}, undefined],
      ] as const)
        expect(await thrownBy(answer(at, more))).to.include({why, next: 'todo-dr pipeline status'})
      expect(at.pipelines.acts).to.deep.equal([])
    })

    it('only where it is clear what is meant', async () => {
      const none = around({[HOME]: [DONE], [AWAY]: [SWITCHING]})
      expect(await thrownBy(answer(none))).to.include({code: 'NothingFound', exit: 'refused'})
      const two = around({[HOME]: [{...WAITING, id: 'e2'}], [AWAY]: [WAITING]})
      expect(await thrownBy(answer(two))).to.include({code: 'RegionWanted', exit: 'refused'})
      await answer(two, {region: 'home'})
      await answer(two, {execution: 'e1'})
      expect(two.pipelines.acts).to.deep.equal([`approved e2 ${HOME}: down`, `approved e1 ${AWAY}: down`])
    })
  })

  it('is stopped while it waits; while its switch runs only where that is said', async () => {
    const waiting = around({[HOME]: [], [AWAY]: [WAITING]})
    const stopped = await stopPipeline({...waiting.common, abandon: false})
    expect(SCHEMAS['pipeline-stop'].parse(stopped)).to.include({execution: 'e1', build: null})
    const switching = around({[HOME]: [], [AWAY]: [SWITCHING]})
    expect(await thrownBy(stopPipeline({...switching.common, abandon: false}))).to.include({code: 'SwitchRunning'})
    expect(switching.pipelines.acts).to.deep.equal([])
    expect(await stopPipeline({...switching.common, abandon: true})).to.include({build: 'p:b1'})
    expect(switching.pipelines.acts).to.deep.equal([`stop e1 ${AWAY}`])
  })

  it('is shown with both regions, the silent one too, home first', async () => {
    const at = around({[HOME]: new Unreachable('no answer'), [AWAY]: [WAITING]})
    const result = await pipelineStatus({...at.common, delivery})
    expect(SCHEMAS['pipeline-status'].parse(result)).to.deep.equal(result)
    expect(result.pipelines.map(({region, unreachable}) => [region, unreachable])).to.deep.equal([
      [HOME, 'no answer'],
      [AWAY, null],
    ])
    const none = around({[HOME]: missing, [AWAY]: missing})
    expect(await thrownBy(pipelineStatus({...none.common, delivery}))).to.equal(missing)
  })

  it('gives the whole log of its newest build, page by page, and follows it to its end', async () => {
    const shown: string[] = []
    const at = around({[HOME]: [DONE], [AWAY]: [SWITCHING]})
    const input = {...at.common, clock: at.world.clock, show: (line: string) => void shown.push(line)}
    at.pipelines.pages = [['one'], [], ['two']]
    const {lines, status} = await pipelineLogs({...input, follow: false})
    expect([lines, status]).to.deep.equal([['p:b1 one', 'p:b1 two'], 'InProgress'])
    let looks = 0
    const {look} = at.pipelines
    at.pipelines.look = async (region) => {
      if (++looks === 4) {
        at.pipelines.sides[AWAY] = [{...SWITCHING, build: {id: 'p:b1', status: 'Succeeded'}}]
        at.pipelines.pages.push(['three'])
      }

      return look.call(at.pipelines, region)
    }

    shown.length = 0
    expect(await pipelineLogs({...input, follow: true})).to.include({status: 'Succeeded'})
    expect(shown).to.deep.equal(['p:b1 one', 'p:b1 two', 'p:b1 three'])
    const none = around({[HOME]: [], [AWAY]: [WAITING]})
    expect(await thrownBy(pipelineLogs({...input, ...none.common, follow: true}))).to.include({code: 'LogMissing'})
  })

  it('waits for the build of one that was approved a moment ago, and shows no older log in its place', async () => {
    const at = around({[HOME]: [], [AWAY]: [{...SWITCHING, build: null}, DONE]})
    const input = {...at.common, clock: at.world.clock, show: () => undefined}
    at.pipelines.pages = [['one']]
    expect(await pipelineLogs({...input, follow: false})).to.include({execution: 'e0'})
    let looks = 0
    const {look} = at.pipelines
    at.pipelines.look = async (region) => {
      if (region === AWAY && ++looks === 3)
        at.pipelines.sides[AWAY] = [{...SWITCHING, build: {id: 'p:b1', status: 'Succeeded'}}, DONE]
      return look.call(at.pipelines, region)
    }

    expect(await pipelineLogs({...input, follow: true})).to.include({execution: 'e1', status: 'Succeeded'})
  })

  it('says who approved it; where nobody tells, the switch goes on without the name', async () => {
    const at = around({[HOME]: [], [AWAY]: [SWITCHING]})
    expect(await approvalOf(`${AWAY}:e1`, at.common)).to.include({by: APPROVED.by, comment: 'down', execution: 'e1'})
    const silent = around({[HOME]: [], [AWAY]: new Unreachable('throttled')})
    expect(await approvalOf(`${AWAY}:e1`, silent.common)).to.deep.equal({
      pipeline: `ToDoMgmt-failover-${AWAY}`,
      region: AWAY,
      execution: 'e1',
      by: null,
      at: null,
      comment: null,
    })
    expect(silent.events.map(({code}) => code)).to.deep.equal(['warning'])
    for (const given of ['e1', ':e1', `${AWAY}:`, `${AWAY}:e1:x`])
      expect(await thrownBy(approvalOf(given, at.common)), given).to.include({code: 'ApprovalInvalid', exit: 'usage'})
  })
})
