/** Puts together what was measured: the content of `result.json`. */

import type {Region} from '../model/deployment.js'
import {fenceNotProven, isFenceUnproven} from '../model/fence.js'
import type {Gap, LedgerEntry} from '../model/ledger.js'
import type {Observation} from '../model/observation.js'
import type {Phase} from '../model/plan.js'
import {reportedTopology, standbyLag} from '../model/topology.js'
import type {Objectives} from '../model/verdict.js'
import type {Run} from '../ports/runs.js'
import {inSeconds} from './clock.js'
import {judge} from './judge.js'
import {LAB_NOTICE, verdictOf} from './result.js'
import type {DrillResult} from './result.js'
import type {ProberHealth} from './prober.js'

/** Epoch milliseconds. */
export interface Instants {
  started: number
  /** When the outage is known to have begun. */
  outage?: number
  command: number
  detected: number
  verified: number
  ended: number
}

export interface Measured {
  run: Pick<Run, 'folder' | 'id'>
  target: string
  lab: boolean
  scenario: string | null
  objectives: Objectives
  maxLagSeconds: number
  ratePerSecond: number
  askedPerSecond?: number
  seed: number
  before: Observation
  /** The last look before the outage or the command: its lag is the estimate of loss. */
  justBefore: Observation
  after: Observation
  entries: readonly LedgerEntry[]
  /** What was not probed. */
  gaps: readonly Gap[]
  /** Request ids that the new primary holds; undefined where it could not be asked. */
  present: ReadonlySet<string> | undefined
  /** Why it could not be asked. */
  trouble: string[]
  health: ProberHealth
  outcome: {
    from: Region
    status: DrillResult['run']['status']
    phases: {id: Phase; seconds: number}[]
    unsure: string[]
  }
  instants: Instants
  outageExpected: boolean
}

/** A few slots are left out on every busy machine; where that widens a bar, the bar's own notice says so. */
const TELLING_SHARE = 0.01

/** Pure: the same measurement always gives the same result. */
export function resultOf(measured: Measured): DrillResult {
  const {run, target, scenario, objectives, maxLagSeconds, ratePerSecond, askedPerSecond, seed, instants, health} =
    measured
  const {from, status, unsure} = measured.outcome
  const judged = judge({
    ...measured,
    outageAt: instants.outage,
    commandAt: instants.command,
    endedAt: instants.ended,
  })
  const rto = {
    write: judged.write,
    read: judged.read,
    ...(judged.late && {late: judged.late}),
    operatorSeconds: inSeconds(instants.verified - instants.command),
  }
  const rpo = {...judged.loss, lagEstimateSeconds: standbyLag(measured.justBefore)}
  return {
    schemaVersion: 1,
    runId: run.id,
    target,
    scenario,
    verdict: verdictOf({rto, rpo, singleWriter: judged.singleWriter, run: {status}}),
    objectives,
    rto,
    rpo,
    singleWriter: judged.singleWriter,
    phases: phasesOf(measured),
    topology: {
      before: reportedTopology(measured.before, maxLagSeconds),
      afterFailover: reportedTopology(measured.after, maxLagSeconds),
      afterFailback: null,
    },
    runDirectory: run.folder,
    run: {status},
    notices: [
      ...(measured.lab ? [LAB_NOTICE] : []),
      ...(status === 'done' ? [] : [status === 'undone' ? 'the run failed and was undone' : 'the run stopped midway']),
      ...(isFenceUnproven(unsure) ? [fenceNotProven(from)] : []),
      ...(askedPerSecond === undefined
        ? []
        : [
            `the load was ${ratePerSecond} writes/s and not ${askedPerSecond} as asked for: this machine could not serve more`,
          ]),
      ...judged.notices,
      ...(health.skipped > TELLING_SHARE * health.sent
        ? [`${health.skipped} of ${health.sent + health.skipped} probes were not sent: ${whyNot(measured.gaps)}`]
        : []),
      ...(health.tokensReplaced > 0
        ? [
            'tokens of one region were refused with 401 in the other; clients with such a token are down until they get a new one',
          ]
        : []),
      ...health.trouble,
      ...measured.trouble,
    ],
    probes: {
      ratePerSecond,
      ...(askedPerSecond !== undefined && {askedPerSecond}),
      seed,
      sent: health.sent,
      skipped: health.skipped,
      maxLateSeconds: inSeconds(health.maxLateMs),
    },
    times: {
      startedAt: iso(instants.started),
      outageAt: instants.outage === undefined ? null : iso(instants.outage),
      commandAt: iso(instants.command),
      endedAt: iso(instants.ended),
    },
  }
}

/** Whose fault it was, so that nobody takes it for the service's. */
const whyNot = (gaps: readonly Gap[]): string =>
  [
    ...(gaps.some(({notProbed}) => notProbed === 'late') ? ['todo-dr was paused, or this machine was too busy'] : []),
    ...(gaps.some(({notProbed}) => notProbed === 'full') ? ['too many others were waiting for an answer'] : []),
  ].join(', and ')

/** `detect` runs from the outage, where its beginning is known, to the diagnosis; the rest comes from the journal. */
function phasesOf({instants, outcome}: Measured): DrillResult['phases'] {
  const detect = inSeconds(instants.detected - (instants.outage ?? instants.command))
  const others = outcome.phases.filter(({id}) => id !== 'detect')
  return [{id: 'detect', seconds: detect}, ...others.map(({id, seconds}) => ({id, seconds: inSeconds(seconds * 1000)}))]
}

const iso = (ms: number): string => new Date(ms).toISOString()
