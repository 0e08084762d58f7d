import {DrError} from '../errors.js'
import {isSwitching} from '../model/topology.js'
import type {Step, StepContext} from '../model/step.js'
import {answerWithin, pollUntil} from '../ports/waits.js'
import type {World} from '../ports/world.js'

/** Milliseconds for each look. */
const LOOK_MS = 3000

/**
 * Looks at the target once more right before anything changes: a plan that the world has overtaken would fence the
 * writers for a promotion that cannot succeed. Asks the target's region alone. A planned switch also wants the target's
 * API to answer well; a failover does not, as the other region serves nobody anyway.
 */
export function preflightProbe({from, to, api}: {from: string; to: string; api: 'required' | 'any'}): Step<World> {
  let passed = false
  return {
    isDone: async () => passed,
    async act(world, context) {
      const ask = <T>(what: string, call: (signal: AbortSignal) => Promise<T>): Promise<T> =>
        answerWithin({clock: world.clock, ms: LOOK_MS, signal: context.signal, what}, call)
      const [global, cluster] = await Promise.all([
        ask(`the global database, read in ${to}`, (signal) => world.database.describe(to, {signal})),
        ask(`the cluster in ${to}`, (signal) => world.database.cluster(to, {signal})),
        warmToken(world, to, context),
      ])
      const writes = (region: string): boolean =>
        global.members.some((member) => member.isWriter && member.region === region)
      if (isSwitching(global)) throw overtaken(`a switch is already in progress (${global.failover!.status})`)
      if (writes(to)) throw overtaken(`${to} is already the primary`)
      if (!writes(from)) throw overtaken(`${from} is no longer the primary`)
      if (!global.members.some((member) => member.region === to))
        throw overtaken(`${to} is not a member of the global database`)
      if (cluster.availableInstances === 0) throw overtaken(`the cluster in ${to} has no available instance`)
      if (api === 'required') await healthyApi(world, to, context)
      passed = true
    },
  }
}

/** A region that has just come back may need a few moments for its first good answer. */
async function healthyApi(world: World, to: string, {signal, note}: StepContext): Promise<void> {
  await pollUntil(world.clock, signal, async () => {
    const {ok, status} = await world.api.health(to, {signal})
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
