/** The verb: synthesize, choose, and compare or deploy. */

import {showVerdict} from '../../engine/prepare.js'
import {DrError, inOneLine} from '../../errors.js'
import type {ExitName} from '../../errors.js'
import {AWS_REGIONS_DATE, isAwsRegion} from '../../model/aws-regions.js'
import type {Region} from '../../model/deployment.js'
import type {Waiver} from '../../model/gate.js'
import {programBucketOf} from '../../model/pipeline.js'
import type {ProjectStack, StackOutcome} from '../../model/stack.js'
import type {Consent} from '../../ports/consent.js'
import {lookBeforeDeploy} from './ask-gates.js'
import {carryOut} from './carry-out.js'
import type {DeployOutcome} from './outcome.js'
import type {DeployInput} from './input.js'
import type {DeployResult} from './result.js'
import {selectStacks} from './select.js'

export interface DeployRequest extends Omit<DeployInput, 'waivers'> {
  /** Names or ids of stacks, with `*`; none: all. */
  stacks: string[]
  /** Show what differs, and deploy nothing. */
  diff: boolean
  /** Stop after the gates. */
  dryRun: boolean
  /** Of --allow-database-change: who is to say yes. */
  databaseConsent?: Consent
  /** When the command began, by the clock: epoch milliseconds. */
  began: number
}

export interface DeployEnding {
  result: DeployResult
  exit: ExitName
  /** What a person is told of a deployment that did not end well. */
  error?: DrError
  /** Of a comparison: the differences, for a person. */
  lines: string[]
}

/** What a way of ending adds to the result. */
interface Part extends Partial<DeployResult> {
  status: DeployResult['status']
}

type Ended = Omit<DeployEnding, 'result' | 'lines'> & {part: Part; lines?: string[]}

/**
 * Throws what building and synthesizing throw, `StackUnknown`, `ConfirmMismatch` and `LeaseHeld`: nothing was changed then.
 * A deployment that failed or was stopped is a value.
 */
export async function runDeploy(request: DeployRequest): Promise<DeployEnding> {
  const stacks = await synthesize(request)
  const ended = request.diff ? await compare(request, stacks) : await deploy(request, stacks)
  const {part, lines = [], ...ending} = ended
  const {target, app = null, account, folder, clock, began} = request
  const seconds = (clock.now() - began) / 1000
  const result = {...NOTHING, target, app, account, project: folder, ...part, seconds}
  return {result, lines, ...ending}
}

const NOTHING = {
  schemaVersion: 1 as const,
  refusals: [],
  waived: [],
  bootstrapped: [],
  stacks: [],
  differences: null,
  edgeUrl: null,
  failure: null,
}

async function synthesize({
  deployer,
  folder,
  regions,
  stacks: names,
  stage,
  signal,
}: DeployRequest): Promise<ProjectStack[]> {
  const open = async () => {
    const all = await deployer.open({signal})
    refuseUnknownRegions(all, regions)
    return {all, chosen: selectStacks(all, names)}
  }

  const {chosen} = await stage('synthesize', `synthesize ${folder}`, open, ({all, chosen: {length}}) =>
    length === all.length ? `${length} stacks` : `${length} of ${all.length} stacks`,
  )
  return chosen
}

/** The target's own were checked with it. Throws `RegionUnknown` (exit usage): AWS would be asked at an address that is nobody's. */
function refuseUnknownRegions(stacks: ProjectStack[], regions: readonly Region[]): void {
  const lost = stacks.find(({region}) => !isAwsRegion(region) && !regions.includes(region))
  if (!lost) return
  throw new DrError({
    code: 'RegionUnknown',
    exit: 'usage',
    what: `the stack ${lost.name} is in "${lost.region}", which is not an AWS region by the list of ${AWS_REGIONS_DATE}`,
    why: 'the env of the stack in the CDK project says so; where it has none, AWS_REGION or the AWS profile does',
    next: 'correct the region there, then run todo-dr deploy again',
  })
}

async function compare({deployer, emit, signal}: DeployRequest, stacks: ProjectStack[]): Promise<Ended> {
  const ids = stacks.map(({id}) => id)
  const found = await deployer.diff(ids, {signal})
  const same = found.length === 0
  emit({
    code: 'done',
    text: same ? 'no differences from what is deployed' : `${found.length} of ${stacks.length} stacks differ`,
    next: same ? undefined : 'todo-dr deploy',
  })
  const differences = found.map(({text, ...difference}) => difference)
  return {
    part: {status: 'compared', differences},
    exit: same ? 'done' : 'missed',
    lines: found.map(({text}) => `${text}\n`),
  }
}

async function deploy(request: DeployRequest, stacks: ProjectStack[]): Promise<Ended> {
  const {emit} = request
  const input = {...request, waivers: waiversOf(request)}
  const look = await lookBeforeDeploy(input, stacks)
  const {refusals, waived, missing} = look
  showVerdict(look, emit)
  if (refusals.length > 0) return {part: {status: 'refused', refusals, waived}, exit: 'refused'}
  if (request.dryRun) {
    emit({code: 'done', text: 'No gate refuses this deployment; a dry run changes nothing.', next: 'todo-dr deploy'})
    return {part: {status: 'planned', waived, bootstrapped: missing.map(({region}) => region)}, exit: 'done'}
  }

  const {part, ...ending} = await conclude(request, await carryOut(input, stacks, look))
  return {part: {...part, waived}, ...ending}
}

async function conclude(request: DeployRequest, outcome: DeployOutcome): Promise<Ended> {
  const {status, exit, stacks, bootstrapped, error} = outcome
  if (error) return {part: {status, bootstrapped, stacks, failure: failureOf(error)}, exit, error}
  const unpublished = await publish(request, stacks)
  if (unpublished)
    return {
      part: {status: 'failed', bootstrapped, stacks, failure: failureOf(unpublished)},
      exit: unpublished.exit,
      error: unpublished,
    }
  const edgeUrl = (await request.edgeUrl()) ?? outputOf(stacks, 'EdgeUrl') ?? null
  const count = stacks.filter((one) => one.status !== 'unchanged').length
  const text =
    status === 'unchanged'
      ? `nothing to do: ${stacks.length} stacks are up to date`
      : `${count} of ${stacks.length} stacks deployed`
  const isFirst = request.world === undefined && edgeUrl !== null
  const name = request.lab ? ` --target ${request.target}` : ''
  request.emit({
    code: 'done',
    text: edgeUrl === null ? text : `${text}; edge ${edgeUrl}`,
    next: isFirst ? `todo-dr seed${name}` : undefined,
  })
  return {part: {status, bootstrapped, stacks, edgeUrl}, exit}
}

function failureOf({code, message: what, why, next, requestId}: DrError): DeployResult['failure'] {
  return {code, what, why: why ?? null, next: next ?? null, requestId: requestId ?? null}
}

/** Gives the pipelines among the stacks the program that they run. Resolves to what went wrong: the stacks stand all the same. */
async function publish(
  {programs, app, account, stage, signal}: DeployRequest,
  stacks: StackOutcome[],
): Promise<DrError | undefined> {
  if (!programs || app === undefined) return undefined
  const buckets = stacks.flatMap((stack) => {
    const bucket = programBucketOf(stack, app, account)
    return bucket === undefined ? [] : [{region: stack.region, bucket}]
  })
  if (buckets.length === 0) return undefined
  const regions = [...new Set(buckets.map(({region}) => region))]
  const upload = (): Promise<boolean[]> =>
    Promise.all(buckets.map(({region, bucket}) => programs.publish(region, bucket, signal)))
  try {
    await stage('publish', `Give the pipelines in ${regions.join(' and ')} this version of todo-dr`, upload, (sent) =>
      sent.includes(true) ? 'uploaded' : 'they have it already',
    )
    return undefined
  } catch (error) {
    if (!(error instanceof DrError)) throw error
    return new DrError({
      code: 'ProgramNotPublished',
      exit: error.exit,
      what: 'the stacks are deployed, but the pipelines did not get this version of todo-dr',
      why: inOneLine({what: error.message, why: error.why}),
      next: 'run todo-dr deploy again',
      requestId: error.requestId,
      cause: error,
    })
  }
}

/** A consent is the flag and the name: nobody is asked in the middle of a deployment. */
function waiversOf({databaseConsent, app}: DeployRequest): Waiver[] {
  if (!databaseConsent) return []
  if (app !== undefined && databaseConsent.given())
    return [{name: 'allow-database-change', reason: '--allow-database-change, confirmed with the application name'}]
  throw new DrError({
    code: 'ConfirmMismatch',
    exit: 'refused',
    what: `--allow-database-change requires the application name: ${app ?? 'this project has none'}`,
    why: 'the name must match, so that nobody replaces the database of the wrong application',
    next: `todo-dr deploy --allow-database-change --confirm ${app ?? 'NAME'}`,
  })
}

const outputOf = (stacks: StackOutcome[], name: string): string | undefined =>
  stacks.map(({outputs}) => outputs[name]).find((value) => value !== undefined)
