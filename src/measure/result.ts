/** What a measured switch comes to: the content of `result.json`, schemaVersion 1. Members are added, never renamed. */

import type {Phase} from '../model/plan.js'
import type {ReportedTopology} from '../model/topology.js'
import type {Objectives} from '../model/verdict.js'
import type {LateRecovery} from './checkers/late.js'
import type {MeasuredLoss} from './checkers/loss.js'
import type {MeasuredRecovery} from './checkers/recovery.js'
import type {SingleWriter} from './checkers/single-writer.js'

export type Verdict = 'passed' | 'missed' | 'unknown'

export interface DrillResult {
  schemaVersion: 1
  runId: string
  target: string
  scenario: string | null
  verdict: Verdict
  objectives: Objectives
  rto: {
    write: MeasuredRecovery
    read: MeasuredRecovery
    /** Of a client that keeps a name for longer than its time to live; absent where clients are not sent by a name. */
    late?: LateRecovery
    /** From the start of the command to the verified end of the switch. */
    operatorSeconds: number
  }
  rpo: MeasuredLoss & {
    /** The last lag that AWS's metric reported before the outage; an estimate that stands beside the measured loss. */
    lagEstimateSeconds: number | null
  }
  singleWriter: SingleWriter
  phases: {id: Phase; seconds: number}[]
  topology: {before: ReportedTopology; afterFailover: ReportedTopology; afterFailback: ReportedTopology | null}
  runDirectory: string
  /** How the run of the plan ended; only one that is done can pass. */
  run: {status: 'done' | 'undone' | 'stopped'}
  /** What limits the worth of this result: the lab's stamp, skipped probes, checkers that crashed. */
  notices: string[]
  probes: {
    ratePerSecond: number
    /** Where the machine could not serve that. */
    askedPerSecond?: number
    seed: number
    sent: number
    /** Not made: their time had passed, or too many others were waiting for an answer. */
    skipped: number
    /** How far the prober was behind its schedule at worst, seconds. */
    maxLateSeconds: number
  }
  /** Instants, ISO 8601 with zone. `outageAt` is null where nobody knows when it began. */
  times: {startedAt: string; outageAt: string | null; commandAt: string; endedAt: string}
}

/** Stands in every result that a lab gave. */
export const LAB_NOTICE = 'LAB: no evidence about AWS'

/**
 * missed: an objective was, or two regions were writers at one time. unknown: nothing was missed, and something could
 * not be judged or the run was not done. passed: all of it was done, judged and met.
 */
export function verdictOf(judged: Pick<DrillResult, 'rpo' | 'rto' | 'run' | 'singleWriter'>): Verdict {
  const met = new Set([judged.rto.write.met, judged.rto.read.met, judged.rpo.met])
  const {valid} = judged.singleWriter
  if (met.has(false) || valid === false) return 'missed'
  return met.has(null) || valid === 'unknown' || judged.run.status !== 'done' ? 'unknown' : 'passed'
}
