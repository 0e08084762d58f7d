/** The rows of the standby against the primary's, table by table. */

import {DrError} from '../../errors.js'
import {identityOf} from '../../model/deployment.js'
import type {Region} from '../../model/deployment.js'
import type {Lag} from '../../model/observation.js'
import {standsBy} from '../../model/topology.js'
import type {ScanState, TableState} from '../../ports/scan-state.js'
import type {Side, Table} from '../../ports/tables.js'
import type {FindInput, Kind} from './kind.js'
import type {RowDifference} from './result.js'
import {Pace} from './rows/pace.js'
import {pairOf} from './rows/pair.js'
import type {Pair} from './rows/pair.js'
import {Progress} from './rows/progress.js'
import {scanTable} from './rows/scan.js'
import type {ScanContext} from './rows/scan.js'
import {cannotDiffer, sidesOf} from './sides.js'

/** In one table. More are not looked for: then the standby is to be made anew, and not corrected row by row. */
const MOST_DIFFERENCES = 10_000
/** After so long all has reached the standby where replication runs and nobody knows its lag. */
const UNKNOWN_LAG_MS = 12_000
/** By so much the clock of this machine may be ahead of the one by which the lag is dated. */
const CLOCK_MS = 1000
/** Without replication nothing can be under way. */
const ALONE_MS = 200

const SCHEMA = 'todo-dr drift --schema'

export const rows: Kind = {
  kind: 'rows',
  appliesTo: cannotDiffer,
  async *find(input: FindInput): AsyncIterable<RowDifference> {
    const regions = sidesOf(input.observation)
    const {deadlineSeconds, states} = input.rows
    const signal =
      deadlineSeconds === undefined
        ? input.signal
        : AbortSignal.any([input.signal, AbortSignal.timeout(deadlineSeconds * 1000)])
    const [left, right] = [input.side(regions.expected), input.against ?? input.side(regions.actual)]
    const state = await stateOf(input, regions)
    try {
      const [lefts, rights] = await Promise.all([left.tables({signal}), right.tables({signal})])
      const pairs = pairsOf(input, [left, lefts], [right, rights])
      const context = contextOf({...input, signal}, [left, right], pairs, state)
      for (const pair of pairs) {
        const versions: TableState['versions'] = [pair.scans.left.version, pair.scans.right.version]
        const kept = state.tables[pair.table]
        const table =
          kept && String(kept.versions) === String(versions)
            ? kept
            : {versions, after: null, done: false, rows: 0, keys: []}
        state.tables[pair.table] = table
        yield* scanTable(pair, table, context)
        await context.save()
      }

      await states.clear()
    } catch (error) {
      const reason = stopped(error, input.signal, signal)
      if (reason === undefined) throw error
      await states.save(state)
      input.doubt({region: null, subject: null, reason, next: `${commandOf(input)} --resume`})
    }
  },
}

/** What begins the same scan anew. */
const commandOf = ({against}: FindInput): string =>
  ['todo-dr drift --rows', ...(against ? [`--against ${against.name}`] : [])].join(' ')

/** Undefined for what another try would not get over. */
function stopped(error: unknown, asked: AbortSignal, timed: AbortSignal): string | undefined {
  if (asked.aborted) return 'it was interrupted; what was found until then is kept'
  if (timed.aborted) return 'its time was up; what was found until then is kept'
  if (!(error instanceof DrError) || error.exit === 'usage') return undefined
  return [error.message, error.why].filter(Boolean).join(': ')
}

/** Throws `ScanOfOtherRoles` (exit usage) where the scan to be continued began before a switch. */
async function stateOf(
  {world, against, rows: {resume, states}}: FindInput,
  regions: {expected: Region; actual: Region},
): Promise<ScanState> {
  const beside = against && {against: `${against.region} ${against.name}`}
  const fresh: ScanState = {identity: identityOf(world.deployment), ...regions, ...beside, tables: {}}
  const kept = resume ? await states.load() : undefined
  if (!kept || kept.identity !== fresh.identity || kept.against !== fresh.against) return fresh
  if (kept.expected === regions.expected && kept.actual === regions.actual) return kept
  throw new DrError({
    code: 'ScanOfOtherRoles',
    exit: 'usage',
    what: 'the scan that was cut off cannot be continued: the regions have changed their roles since',
    why: `then ${kept.expected} was the primary, and now it is ${regions.expected}`,
    next: 'todo-dr drift --rows',
  })
}

function pairsOf(
  {doubt, against}: FindInput,
  [left, lefts]: [Side, Table[]],
  [right, rights]: [Side, Table[]],
): Pair[] {
  const others = new Map(rights.map((table) => [table.name, table]))
  const names = new Set(lefts.map(({name}) => name))
  const next = against ? null : SCHEMA
  const lone = (subject: string, side: Side): void =>
    doubt({region: right.region, subject, reason: `only ${side.name} has this table`, next})
  for (const {name} of rights) if (!names.has(name)) lone(name, right)
  return lefts.flatMap((table) => {
    const other = others.get(table.name)
    if (!other) lone(table.name, left)
    const {pair, hindrances} = other ? pairOf(left, right, table, other) : {hindrances: []}
    for (const reason of hindrances) doubt({region: right.region, subject: table.name, reason, next})
    return pair ? [pair] : []
  })
}

function contextOf(input: FindInput, [primary, other]: [Side, Side], pairs: Pair[], state: ScanState): ScanContext {
  const {world, observation, emit, doubt, fix, against, signal, rows: options} = input
  const standby = other.region
  const {clock, database} = world
  const replicates = !against && observation.global.reachable && standsBy(observation.global.value, standby)
  const lag = async (): Promise<Lag | undefined> => {
    if (!replicates) return undefined
    try {
      return await database.lag(standby, {signal})
    } catch (error) {
      if (!(error instanceof DrError)) throw error
      return undefined
    }
  }

  // Positions tell it at once, where both servers keep them. The lag tells it as soon as it has been measured.
  const reached = async (): Promise<number> => {
    const now = clock.now()
    if (!replicates) return now - ALONE_MS
    const position = await primary.position({signal})
    if (position && (await other.arrived(position, {signal}))) return now
    const datum = await lag()
    return datum ? datum.at - 1000 * datum.seconds - CLOCK_MS : clock.now() - UNKNOWN_LAG_MS
  }

  const before = Object.values(state.tables).reduce((sum, table) => sum + table.rows, 0)
  const total = pairs.reduce((sum, pair) => sum + pair.rows, 0)
  return {
    clock,
    doubt,
    ...(fix && {fixes: against ? ('primary' as const) : ('other' as const)}),
    command: commandOf(input),
    signal,
    note: (text) => emit({code: 'note', text}),
    mostDifferences: MOST_DIFFERENCES,
    progress: new Progress(clock, emit, total, before),
    pace: new Pace({
      clock,
      signal,
      lag: async () => (await lag())?.seconds,
      maxLoad: options.maxLoad,
      maxLagSeconds: options.maxLagSeconds,
      paused: (seconds) =>
        emit({code: 'note', text: `replication lags by ${seconds.toFixed(1)} s: the scan pauses until that is less`}),
    }),
    reached,
    save: () => options.states.save(state),
  }
}
