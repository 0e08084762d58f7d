/** Readiness: 100 less the points of what was found, and never below 0. Pure. */

import type {Finding} from '../../model/finding.js'
import {costOf} from './check.js'
import type {Area, Check} from './check.js'
import type {Look} from './look.js'

export interface HealthFinding extends Finding {
  area: Area
  /** What it costs of 100. */
  points: number
}

/** The findings of all checks that matter for the switch. */
export const findingsOf = (checks: readonly Check[], look: Look): HealthFinding[] =>
  checks
    .filter(({intents}) => !intents || intents.includes(look.intent))
    .flatMap((check) =>
      check.judge(look).map(({region, level, text, remedy, points}) => ({
        check: check.id,
        area: check.area,
        region,
        level,
        text,
        remedy,
        points: points ?? costOf(check, level),
      })),
    )

export const scoreOf = (findings: readonly Pick<HealthFinding, 'points'>[]): number =>
  Math.max(
    0,
    findings.reduce((left, {points}) => left - points, 100),
  )
