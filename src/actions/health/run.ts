/** The verb: look, judge, count, and what it comes to. */

import {isSilent} from '../../diagnose.js'
import type {ExitName} from '../../errors.js'
import {countsOf, exitOf} from '../../model/finding.js'
import {regionNames} from '../../model/regions.js'
import {CHECKS} from './checks/index.js'
import {look} from './look.js'
import type {Look, LookInput} from './look.js'
import type {HealthResult} from './result.js'
import {findingsOf, scoreOf} from './score.js'

export interface HealthInput extends LookInput {
  /** Its name, for the result. */
  target: string
}

/** Looks, and changes nothing. `exit`: done, missed for a problem, unknown where there is none but something could not be seen. */
export async function runHealth(input: HealthInput): Promise<{result: HealthResult; exit: ExitName}> {
  const result = judge(input.target, await look(input))
  return {result, exit: exitOf(result.findings)}
}

/** Pure. */
export function judge(target: string, seen: Look): HealthResult {
  const {at, intent, deployment, observation, diagnosis, from, to, primary = null, standby = null} = seen
  const findings = findingsOf(CHECKS, seen)
  return {
    schemaVersion: 1,
    target,
    app: deployment.app,
    at: new Date(at).toISOString(),
    for: intent,
    from,
    to,
    score: scoreOf(findings),
    situation: diagnosis.situation,
    primary,
    standby,
    regions: regionNames(deployment).map((region) => {
      const side = observation.regions[region]
      return {region, up: side !== undefined && !isSilent(side)}
    }),
    findings,
    counts: countsOf(findings),
  }
}
