/** Where the time went, read from a journal. Pure. */

import {PHASES} from '../model/plan.js'
import type {Phase} from '../model/plan.js'
import type {JournalLine} from './journal.js'

export interface PhaseTime {
  id: Phase
  seconds: number
}

const ENDS = new Set(['step-done', 'step-unsure', 'step-failed'])

/**
 * Wall time of each phase in seconds; steps side by side count once. `decide` includes the time from the start of the
 * command (or of the run) to the first step. A step that a killed process left open is counted to its end in the resumed
 * one: clients waited through both. `detect` is not in a journal: who measures the outage adds it.
 */
export function phaseSeconds(lines: JournalLine[]): PhaseTime[] {
  const spans = new Map<Phase, [number, number][]>()
  const book = (phase: Phase, from: number, to: number): void => {
    spans.set(phase, [...(spans.get(phase) ?? []), [from, to]])
  }

  const open = new Map<string, number>()
  for (const line of lines) {
    // What runs beside the others takes no time of theirs.
    if (line.event === 'step-intent' && !line.beside && !open.has(line.step)) open.set(line.step, line.at)
    if (!('step' in line) || !ENDS.has(line.event)) continue
    const begun = open.get(line.step)
    if (begun !== undefined) book(line.phase, begun, line.at)
    open.delete(line.step)
  }

  const started = lines.find((line) => line.event === 'run-started')
  const first = lines.find((line) => line.event === 'step-intent')
  if (started?.event === 'run-started' && first) book('decide', started.decidedFrom ?? started.at, first.at)
  return PHASES.flatMap((id) => {
    const booked = spans.get(id)
    return booked ? [{id, seconds: union(booked) / 1000}] : []
  })
}

/** The length that a set of spans covers. */
function union(spans: [number, number][]): number {
  let total = 0
  let covered = -Infinity
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, covered))
    covered = Math.max(covered, to)
  }

  return total
}
