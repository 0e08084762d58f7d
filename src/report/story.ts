/** What a run did, step by step, read from its plan and its journal. Pure. */

import type {JournalLine, StepEventName} from '../engine/journal.js'
import type {Waiver} from '../model/gate.js'
import type {Phase, Plan, PlanStep} from '../model/plan.js'

/** How a step ended. `cut`: it was begun, and the run ended before it did. */
export type StepEnd = 'done' | 'skipped' | 'unsure' | 'failed' | 'undone' | 'not undone' | 'cut' | 'not begun'

export interface StepStory {
  title: string
  phase: Phase
  end: StepEnd
  /** From its first intent to its end, seconds; null where it was not begun or has no end. */
  seconds: number | null
  /** Why, in the journal's words. */
  text?: string
}

export interface RunStory {
  plan: Plan
  /** Who carried it out: the first, and those who resumed it. */
  owners: string[]
  steps: StepStory[]
  waivers: Waiver[]
}

const ENDS: Partial<Record<StepEventName, StepEnd>> = {
  'step-done': 'done',
  'step-skipped': 'skipped',
  'step-unsure': 'unsure',
  'step-failed': 'failed',
  'step-undone': 'undone',
  'step-undo-failed': 'not undone',
}

/** Total: a journal that lacks lines gives steps that were not begun. */
export function storyOf(plan: Plan, lines: JournalLine[]): RunStory {
  const owners = lines.flatMap((line) =>
    line.event === 'run-started' || line.event === 'run-resumed' ? [line.owner] : [],
  )
  return {
    plan,
    owners: [...new Set(owners)],
    steps: plan.stages.flat().map((step) => stepOf(step, lines)),
    waivers: waiversOf(lines),
  }
}

/** The last word on a step counts, whichever process wrote it. */
function stepOf({id, title, phase}: PlanStep, lines: JournalLine[]): StepStory {
  let step: StepStory = {title, phase, end: 'not begun', seconds: null}
  let begun: number | undefined
  for (const line of lines) {
    if (!('step' in line) || line.step !== id) continue
    if (line.event === 'step-intent') {
      begun ??= line.at
      step = {title, phase, end: 'cut', seconds: null}
    }

    const end = ENDS[line.event]
    if (end) step = {title, phase, end, seconds: begun === undefined ? null : (line.at - begun) / 1000, text: line.text}
  }

  return step
}

/** A resumed run writes its waivers again. */
function waiversOf(lines: JournalLine[]): Waiver[] {
  const waivers = new Map<string, Waiver>()
  for (const line of lines)
    if (line.event === 'waiver') waivers.set(`${line.name} ${line.reason}`, {name: line.name, reason: line.reason})
  return [...waivers.values()]
}
