/** What a check is: a pure judgement of a look, and what it costs. */

import type {Region} from '../../model/deployment.js'
import {unknown} from '../../model/finding.js'
import type {Judgement, Level} from '../../model/finding.js'
import type {Sample} from '../../model/observation.js'
import {regionNames} from '../../model/regions.js'
import type {HealthIntent} from './intents.js'
import type {Look} from './look.js'

export const AREAS = ['data', 'path', 'operator'] as const
export type Area = (typeof AREAS)[number]

/** A judgement, and where it belongs. */
export interface Placed extends Judgement {
  region: Region | null
  /** In place of what its level costs. */
  points?: number
}

export interface Check {
  /** Stays the same: scripts match on it. */
  id: string
  area: Area
  /** What it looks for, a sentence of docs/health.md. */
  asks: string
  /** Of 100: what one problem costs. */
  points: number
  /** The switches that it matters for; all of them where absent. */
  intents?: readonly HealthIntent[]
  /** At least one finding: a check that has found nothing says so. */
  judge(look: Look): Placed[]
}

/** What a finding of each level costs of the points of its check. */
const SHARE: Record<Level, number> = {ok: 0, warning: 0.25, unknown: 0.5, problem: 1}

export const costOf = ({points}: Pick<Check, 'points'>, level: Level): number => Math.ceil(points * SHARE[level])

export const together = (judgement: Judgement): Placed => ({region: null, ...judgement})

/** One judgement of each region, home first. */
export const inEach = (look: Look, judge: (region: Region) => Judgement): Placed[] =>
  regionNames(look.deployment).map((region) => ({region, ...judge(region)}))

const LOOK_AGAIN = 'todo-dr health again; todo-dr status says whether the region is down'

/** Judges what was seen; what was not is unknown, with the reason. */
export const seen = <T>(sample: Sample<T>, judge: (value: T) => Judgement): Judgement =>
  sample.reachable ? judge(sample.value) : unknown(sample.reason, sample.next ?? LOOK_AGAIN)

/** Of a region that the look does not hold, which does not happen to one of the deployment's. */
export const notAsked = unknown('it was not asked', LOOK_AGAIN)

/** For what compares the primary with the standby. */
export const rolesUnknown = unknown('nobody could tell which region is the primary', 'todo-dr status')
