import {DrError} from '../errors.js'
import {withoutInstance} from '../model/database-status.js'
import {isSwitching} from '../model/topology.js'
import type {Cluster, GlobalCluster} from '../model/observation.js'
import type {Step, StepContext} from '../model/step.js'
import {answerWithin, mayPass, pollUntil, withDeadline} from '../ports/waits.js'
import type {Clock, World} from '../ports/world.js'
import {canServe} from './can-serve.js'

/** Milliseconds for each look, and for which what cannot be read holds a failover up. */
const LOOK_MS = 3000
const FAILOVER_MS = 6000
/** Milliseconds for which a state that does not fit the plan is looked at again: it may be an old one. And between two looks. */
const OLD_MS = 12_000
const AGAIN_MS = 1000
/** Milliseconds for one answer of the API, which may have to start cold. */
const API_MS = 5000

/**
 * Looks at the target once more right before anything changes: a plan that the world has overtaken would fence the
 * writers for a promotion that cannot succeed. Asks the target's region alone, and asks again what it does not answer, for as long
 * as the step may take: one failed read ends no switch, and neither does one that does not fit the plan, as it may be old. A planned
 * switch also wants the target's API to answer well; a failover does not, as the other region serves nobody anyway, and is not ended
 * for want of what the first look saw.
 */
export function preflightProbe({from, to, api}: {from: string; to: string; api: 'required' | 'any'}): Step<World> {
  let passed = false
  return {
    isDone: async () => passed,
    async act(world, context) {
      const {clock, database} = world
      const ask = <T>(what: string, signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> =>
        untilAnswered(clock, signal, context.note, () => answerWithin({clock, ms: LOOK_MS, signal, what}, call))
      const cluster = (signal: AbortSignal): Promise<Cluster> =>
        ask(`the cluster in ${to}`, signal, (inner) => database.cluster(to, {signal: inner}))
      const global = (signal: AbortSignal): Promise<GlobalCluster> =>
        ask(`the global database, read in ${to}`, signal, (inner) => database.describe(to, {signal: inner}))
      const read = <T>(call: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> =>
        api === 'required' ? call(context.signal) : unlessLate(world, context, call)
      const [, target] = await Promise.all([
        fitting(world, context, {from, to}, () => read(global)),
        read(cluster),
        warmToken(world, to, context),
      ])
      if (target && !(await canServe(world, to, target, context.signal))) throw overtaken(withoutInstance(to, target))
      if (api === 'required') await healthyApi(world, to, context)
      passed = true
    },
  }
}

/** Returns when the global database is as planned, or cannot be read in time. Throws `PlanOvertaken` where it stays otherwise. */
async function fitting(
  {clock}: World,
  {signal, note}: StepContext,
  route: {from: string; to: string},
  read: () => Promise<GlobalCluster | undefined>,
): Promise<void> {
  const began = clock.now()
  for (;;) {
    const global = await read()
    const why = global && misfit(global, route)
    if (why === undefined) return
    if (clock.now() - began >= OLD_MS) throw overtaken(why)
    note(`${why}, as RDS shows it in ${route.to}; looking again`)
    await clock.sleep(AGAIN_MS, signal)
  }
}

/** Why the plan does not fit. */
function misfit(global: GlobalCluster, {from, to}: {from: string; to: string}): string | undefined {
  const {members, failover} = global
  const writes = (region: string): boolean => members.some((member) => member.isWriter && member.region === region)
  if (isSwitching(global)) return `a switch is already in progress (${failover!.status})`
  if (writes(to)) return `${to} is already the primary`
  if (!writes(from)) return `${from} is no longer the primary`
  return members.some((member) => member.region === to) ? undefined : `${to} is not a member of the global database`
}

/** Asks until there is an answer, and notes why there is none yet. */
async function untilAnswered<T>(
  clock: Clock,
  signal: AbortSignal,
  note: (text: string) => void,
  ask: () => Promise<T>,
): Promise<T> {
  const answers: T[] = []
  await pollUntil(clock, signal, async () => {
    try {
      return answers.push(await ask()) > 0
    } catch (error) {
      if (mayPass(error)) note(error.message)
      throw error
    }
  })
  return answers[0]!
}

/** Undefined where it could not be read in time. */
async function unlessLate<T>(
  {clock}: World,
  {signal}: StepContext,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const late = new Error('it was not read in time')
  try {
    return await withDeadline({clock, ms: FAILOVER_MS, signal, expired: () => late}, call)
  } catch (error) {
    if (error === late) return undefined
    throw error
  }
}

/** A region that has just come back may need a few moments for its first good answer. */
async function healthyApi({clock, api}: World, to: string, {signal, note}: StepContext): Promise<void> {
  await pollUntil(clock, signal, async () => {
    const {ok, status} = await answerWithin({clock, ms: API_MS, signal, what: `the API in ${to}`}, (inner) =>
      api.health(to, {signal: inner}),
    )
    if (!ok) note(`the API in ${to} answers ${status}`)
    return ok
  })
}

/** Fetches the token that the canaries need later, while clients still wait for nothing. Its lack stops no switch. */
async function warmToken(world: World, to: string, context: StepContext): Promise<void> {
  try {
    await answerWithin(
      {clock: world.clock, ms: LOOK_MS, signal: context.signal, what: `the tokens of ${to}`},
      (signal) => world.tokens.get(to, {signal}),
    )
  } catch (error) {
    if (!(error instanceof DrError) || error.exit === 'credentials') throw error
    context.note(`no token of ${to} yet: ${error.message}`)
  }
}

const overtaken = (why: string): DrError =>
  new DrError({
    code: 'PlanOvertaken',
    exit: 'refused',
    what: 'The state has changed since the plan was made',
    why,
    next: 'todo-dr status',
  })
