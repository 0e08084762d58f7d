/** Starts a failover pipeline: nothing happens before somebody approves it. */

import {primaryNow} from '../../engine/look.js'
import type {RecentRuns} from '../../engine/unfinished.js'
import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import {isUnderWay} from '../../model/pipeline.js'
import type {Execution, PipelineCommand} from '../../model/pipeline.js'
import {homeOf, otherRegion, regionNamed} from '../../model/regions.js'
import type {Consent} from '../../ports/consent.js'
import type {World} from '../../ports/world.js'
import {pollUntil, withDeadline} from '../../ports/waits.js'
import {executionsOf, inWords, lookAtPipelines} from './look.js'
import type {PipelineInput} from './look.js'
import type {PipelineStartResult} from './result.js'

export interface StartInput extends PipelineInput {
  command: PipelineCommand
  world: World
  /** The runs of the deployment: RDS may show old roles for a while after a switch. */
  recent: () => Promise<RecentRuns>
  /** Of a failover: who is to say yes, once the region is known. */
  consentFor?: (region: Region) => Consent
  dryRun: boolean
  emit: Emit
}

/** An execution fetches its program before it asks for approval, which takes seconds. Milliseconds. */
const ASKS_MS = 60_000

/**
 * Throws `RegionUnknown` and `PipelineMissing` (exit usage), and `RegionWanted`, `PipelineBusy` and `ConfirmWanted` (exit refused);
 * nothing was started then. Throws `NotAsked` and `EndedEarly` (exit failed) where it does not come to its approval.
 */
export async function startPipeline(input: StartInput): Promise<PipelineStartResult> {
  const {target, pipelines, command, dryRun, emit, signal} = input
  const region = await regionFor(input)
  // Both regions: two switches at once would wait for each other's lease.
  const look = await lookAtPipelines({...input, region: undefined})
  const state = look.states.find((one) => one.region === region)
  if (!state) throw look.silent.find((one) => one.region === region)!.error
  const busy = executionsOf(look).find(({execution}) => isUnderWay(execution))
  if (busy) throw pipelineBusy(inWords(busy))
  const {pipeline} = state
  const result = {schemaVersion: 1 as const, target, region, pipeline, command, dryRun}
  if (dryRun) {
    emit({code: 'done', text: `A dry run starts nothing. The ${command} would run in ${region}, once it is approved.`})
    return {...result, execution: null}
  }

  const consent = input.consentFor?.(region)
  if (consent && !consent.given() && !(await consent.ask())) throw confirmWanted(input, region)
  const execution = await pipelines.start(region, command, {signal})
  await untilAsked(input, region, execution)
  emit({
    code: 'done',
    text: `The ${command} ${execution} waits for approval in ${region}. Nothing is changed before.`,
    next: `todo-dr pipeline approve --region ${region}`,
  })
  return {...result, execution}
}

/** So that whoever types `approve` next finds it. */
async function untilAsked({pipelines, world: {clock}, command, signal}: StartInput, region: Region, id: string) {
  const what = `the ${command} ${id} in ${region}`
  let seen: Execution | undefined
  await withDeadline({clock, ms: ASKS_MS, signal, expired: () => notAsked(what)}, (inner) =>
    pollUntil(clock, inner, async () => {
      const {executions} = await pipelines.look(region, {signal: inner})
      seen = executions.find((one) => one.id === id)
      return seen !== undefined && (seen.approval !== null || !isUnderWay(seen))
    }),
  )
  if (!seen!.approval) throw endedEarly(what, seen!.status)
}

/** The region that is to become the primary: its pipeline needs nothing of the other one. */
async function regionFor(input: StartInput): Promise<Region> {
  const {region, command, deployment} = input
  if (region !== undefined) return regionNamed(deployment, region)
  if (command === 'failback') return homeOf(deployment)
  const primary = await primaryNow(input)
  if (primary !== undefined) return otherRegion(deployment, primary)
  throw new DrError({
    code: 'RegionWanted',
    exit: 'refused',
    what: 'the primary region is unknown, so you must name the region whose pipeline is to run',
    why: `a ${command} runs in the region that becomes the primary`,
    next: `todo-dr pipeline start ${command} --region REGION`,
  })
}

/** The command that says yes. */
export const consentingStart = (command: PipelineCommand, region: Region, app: string): string =>
  `todo-dr pipeline start ${command} --region ${region} --confirm ${app}`

const confirmWanted = ({command, deployment: {app}}: StartInput, region: Region): DrError =>
  new DrError({
    code: 'ConfirmWanted',
    exit: 'refused',
    what: `the ${command} of ${app} was not confirmed; nothing was started`,
    why: 'it may lose writes that clients were told are stored',
    next: consentingStart(command, region, app),
  })

const notAsked = (what: string): DrError =>
  new DrError({
    code: 'NotAsked',
    exit: 'failed',
    what: `${what} was started, but has not asked for approval within ${ASKS_MS / 1000} s`,
    next: 'todo-dr pipeline status',
  })

const endedEarly = (what: string, status: string): DrError =>
  new DrError({
    code: 'EndedEarly',
    exit: 'failed',
    what: `${what} ended as ${status} before it asked for approval; nothing was changed`,
    why: 'the program in its bucket is missing, or somebody stopped it',
    next: 'todo-dr deploy, which puts the program there; then start it again',
  })

const pipelineBusy = (what: string): DrError =>
  new DrError({
    code: 'PipelineBusy',
    exit: 'refused',
    what: `${what} is under way; nothing was started`,
    why: 'a second switch would begin where nobody expects it any more',
    next: 'todo-dr pipeline status; approve, reject or stop that one first',
  })
