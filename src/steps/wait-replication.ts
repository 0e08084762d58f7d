import {DrError, Unreachable} from '../errors.js'
import {withoutInstance} from '../model/database-status.js'
import {shortSeconds} from '../model/duration.js'
import type {Lag} from '../model/observation.js'
import {isConnected, isStale, oldLagText} from '../model/topology.js'
import type {Step} from '../model/step.js'
import type {GlobalDatabase, World} from '../ports/world.js'
import {lagBySql} from '../ports/lag-by-sql.js'
import {canServe} from './can-serve.js'

/**
 * Milliseconds for which the lag of a member that is otherwise well may stay unreported. The metric comes each minute, and its first
 * datum after a rebuild within a few.
 */
export const UNREPORTED_MS = 15 * 60_000

/** Milliseconds between two questions for RDS's events, and for which they are looked through: a rebuild takes hours. */
const ASK_MS = 30_000
const EVENTS_MS = 12 * 3_600_000

/**
 * Waits until the returned region answers and is a connected member again, with an instance and little lag: switching to a standby
 * that is being rebuilt would lose what it has not received. Aurora adds the old primary again by itself, on a new
 * volume, in minutes to hours. Says each time what it waits for. Throws `LagUnreported` (exit stopped) where nothing but the lag is
 * missing and nobody reports one: waiting on would look like progress until the deadline of hours.
 */
export function waitReplication({
  from,
  to,
  maxLagSeconds,
}: {
  from: string
  to: string
  maxLagSeconds: number
}): Step<World> {
  let unreportedSince: number | undefined
  let askedAt = -Infinity
  let resync = ''
  return {
    async isDone(world, {signal, note}) {
      const {clock, database} = world
      const since = unreportedSince ?? clock.now()
      unreportedSince = undefined
      const global = await database.describe(from, {signal})
      const member = global.members.find((one) => one.region === to)
      if (member?.isWriter) return true
      const seen = await seenIn(world, to, signal)
      if (!seen) return says(note, `${to} does not answer yet`)
      const {cluster} = seen
      if (!member) return says(note, `${to} is not a member of the global database yet`)
      if (!isConnected(member.synchronization)) {
        if (clock.now() - askedAt >= ASK_MS) {
          askedAt = clock.now()
          resync = await resyncEvent(world, from, signal)
        }

        return says(note, `${to} is ${member.synchronization}${resync}`)
      }

      if (!(await canServe(world, to, cluster, signal))) return says(note, `${withoutInstance(to, cluster)} yet`)
      const lag = isRecent(seen.lag, database) ? seen.lag : await bySql(world, from, to, signal)
      if (!isRecent(lag, database)) {
        if (clock.now() - since > UNREPORTED_MS) throw unreported(to, from, seen.lag)
        unreportedSince = since
        return says(note, `waiting for the lag of ${to}: ${lastReport(seen.lag, database.now())}`)
      }

      return lag.seconds <= maxLagSeconds || says(note, `${to} is ${shortSeconds(lag.seconds)} behind`)
    },

    /** Nothing to do but wait: Aurora does it. */
    async act() {},
  }
}

/** What RDS said last of the resynchronization, with its time; empty where it said nothing, or cannot be asked. */
async function resyncEvent({database}: World, region: string, signal: AbortSignal): Promise<string> {
  try {
    const events = await database.failoverEvents(region, database.now() - EVENTS_MS, {signal})
    const last = events.findLast(({text}) => text.includes('resynchronizing members'))
    return last ? `; RDS said at ${new Date(last.at).toISOString()}: ${last.text}` : ''
  } catch (error) {
    if (error instanceof DrError) return ''
    throw error
  }
}

/** Undefined while the region is silent. */
async function seenIn({database}: World, region: string, signal: AbortSignal) {
  try {
    const [cluster, lag] = await Promise.all([database.cluster(region, {signal}), database.lag(region, {signal})])
    return {cluster, lag}
  } catch (error) {
    if (error instanceof Unreachable) return undefined
    throw error
  }
}

const isRecent = (lag: Lag | undefined, database: GlobalDatabase): lag is Lag =>
  lag !== undefined && !isStale(lag, database.now())

/** The second source; undefined where it knows nothing, or cannot be asked. */
async function bySql(world: World, primary: string, standby: string, signal: AbortSignal) {
  try {
    return await lagBySql(world, primary, standby, {signal})
  } catch (error) {
    if (error instanceof DrError) return undefined
    throw error
  }
}

const lastReport = (lag: Lag | undefined, at: number): string =>
  `${lag === undefined ? 'CloudWatch has no recent value' : oldLagText(lag, at)}, and the primary's database tells none`

const unreported = (to: string, from: string, lag: Lag | undefined): DrError =>
  new DrError({
    code: 'LagUnreported',
    exit: 'stopped',
    what: `${to} is a connected member, but nothing has reported its lag for ${UNREPORTED_MS / 60_000} minutes`,
    why: `AuroraGlobalDBRPOLag has no ${lag ? 'newer ' : ''}value, and information_schema.aurora_global_db_status in ${from} has none either: replication, or what measures it, has stopped`,
    next: `todo-dr drift --rows compares both databases; then todo-dr failback`,
  })

function says(note: (text: string) => void, text: string): false {
  note(text)
  return false
}
