/** Looks again and again, and tells what has changed since when. */

import {DrError} from '../../errors.js'
import type {ExitName} from '../../errors.js'
import {LEVELS, placeOf} from '../../model/finding.js'
import type {Finding, Level} from '../../model/finding.js'
import type {Clock} from '../../ports/call.js'
import type {HealthResult} from './result.js'

/** A finding whose level is another one than at the look before. */
export interface Change {
  /** Epoch milliseconds. */
  at: number
  check: string
  region: string | null
  from: Level
  to: Level
  text: string
}

export interface Watched {
  result: HealthResult
  /** Of this look, the worst first. */
  changes: Change[]
  /** Since when each finding is as it is, epoch milliseconds; by `placeOf`. What was so from the first look on is not in it. */
  since: ReadonlyMap<string, number>
}

export interface WatchInput {
  look: () => Promise<{result: HealthResult; exit: ExitName}>
  /** Seconds between the end of a look and the next. */
  seconds: number
  clock: Clock
  /** Aborted at Ctrl-C, which ends it. */
  signal: AbortSignal
  show: (watched: Watched) => void
  /** A look that failed as a whole: the next one may not. */
  failed: (error: DrError) => void
}

const rank = (level: Level): number => LEVELS.indexOf(level)

export const isWorse = ({from, to}: Change): boolean => rank(to) > rank(from)

/** Returns the last look, when the signal ends it; undefined where there was none. */
export async function watchHealth(input: WatchInput): Promise<{result: HealthResult; exit: ExitName} | undefined> {
  const {look, seconds, clock, signal, show, failed} = input
  const since = new Map<string, number>()
  let last: {result: HealthResult; exit: ExitName} | undefined
  while (!signal.aborted) {
    try {
      const seen = await look()
      const changes = last ? changesOf(last.result, seen.result) : []
      for (const change of changes) since.set(placeOf(change), change.at)
      last = seen
      show({result: seen.result, changes, since})
    } catch (error) {
      if (signal.aborted) break
      if (!(error instanceof DrError)) throw error
      failed(error)
    }

    await clock.sleep(seconds * 1000, signal).catch(() => undefined)
  }

  return last
}

/** Of a check with several findings in one place the worst counts. */
export function changesOf(before: HealthResult, after: HealthResult): Change[] {
  const earlier = worstOf(before.findings)
  const at = Date.parse(after.at)
  return [...worstOf(after.findings)]
    .flatMap(([place, {check, region, level: to, text}]) => {
      const from = earlier.get(place)?.level ?? 'ok'
      return from === to ? [] : [{at, check, region, from, to, text}]
    })
    .sort((one, other) => rank(other.to) - rank(one.to))
}

function worstOf(findings: readonly Finding[]): Map<string, Finding> {
  const worst = new Map<string, Finding>()
  for (const one of findings) {
    const known = worst.get(placeOf(one))
    if (!known || rank(one.level) > rank(known.level)) worst.set(placeOf(one), one)
  }

  return worst
}
