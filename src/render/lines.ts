/** Events as lines, pure: no colour and no terminal here. */

import type {DrEvent} from '../messages.js'
import {inWords} from '../model/plan.js'

/** What a line is about; but for `plain` and `target` it is printed as the line's first word. */
export type Mark =
  'plain' | 'target' | 'warning' | 'error' | 'refused' | 'start' | 'done' | 'unsure' | 'failed' | 'undone' | 'skipped'

export interface Line {
  mark: Mark
  text: string
  /** It may be a command, which can be pasted only if no line break is put into it. */
  unbroken?: boolean
}

const line = (mark: Mark, text: string): Line => ({mark, text})
const unbroken = (text: string): Line => ({mark: 'plain', text, unbroken: true})
const seconds = (value: number): string => `${value.toFixed(1)} s`

/** An event's lines. A command to run next gets a line of its own. */
export function linesOf(event: DrEvent): Line[] {
  switch (event.code) {
    case 'target': {
      const parts = [
        event.app,
        event.account === undefined ? undefined : `account ${event.account}`,
        event.regions?.join(' and '),
        event.age === undefined ? undefined : `map ${event.age}`,
      ].filter((part) => part !== undefined)
      return [line('target', `target ${event.target}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`)]
    }

    case 'note': {
      return [line('plain', event.text)]
    }

    case 'warning': {
      return [line('warning', event.text), ...indented(event.hint)]
    }

    case 'diagnosis': {
      return [
        line(event.situation === 'Healthy' ? 'done' : 'warning', `${event.situation}: ${event.summary}`),
        ...event.evidence.map((fact) => line('plain', `  ${fact}`)),
        ...nextLine(event.next),
      ]
    }

    case 'plan': {
      return [
        line('plain', `plan: ${inWords(event)} (${event.digest.slice(0, 12)})`),
        ...event.steps.map((step) =>
          line(
            'plain',
            `  ${step.stage}. ${step.title} (${step.beside ? 'meanwhile' : `within ${step.deadlineSeconds} s`})`,
          ),
        ),
      ]
    }

    case 'refusal': {
      if (event.waived) return [line('warning', `${event.gate} waived: ${event.reason}`)]
      return [line('refused', `${event.gate}: ${event.reason}`), ...indented(event.hint)]
    }

    case 'step-started': {
      return [line('start', event.title)]
    }

    case 'step-note': {
      return [line('plain', `  ${event.text}`)]
    }

    case 'step-skipped': {
      return [line('skipped', `${event.title}: ${event.why}`)]
    }

    case 'step-finished': {
      const text = event.text ? `: ${event.text}` : ''
      return [line(event.outcome, `${event.title} (${seconds(event.seconds)})${text}`)]
    }

    case 'resource': {
      return resourceLines(event)
    }

    case 'progress': {
      const count =
        event.done === undefined ? '' : ` ${event.done}${event.total === undefined ? '' : `/${event.total}`}`
      return [line('plain', `${event.text}${count}`)]
    }

    case 'load': {
      // It is drawn over and over, or told when it changes; see strip.ts.
      return []
    }

    case 'done': {
      return [line('done', event.text), ...nextLine(event.next)]
    }
  }
}

/** What --quiet leaves. A dry run ends in its diagnosis and its plan. */
export const isResult = ({code}: DrEvent, {dryRun}: {dryRun: boolean}): boolean =>
  ['done', 'refusal', 'warning', ...(dryRun ? ['diagnosis', 'plan'] : [])].includes(code)

/** Seconds from which a resource is worth a line of its own; a stack's count says the rest. */
const SLOW_SECONDS = 20

function resourceLines(event: Extract<DrEvent, {code: 'resource'}>): Line[] {
  const {stack, logicalId, type, status, reason, seconds: took = 0} = event
  if (status.endsWith('_FAILED'))
    return [line('plain', `  ${stack}: ${logicalId} (${type}) ${status}: ${reason ?? 'no reason given'}`)]
  if (took < SLOW_SECONDS) return []
  return [line('plain', `  ${stack}: ${logicalId} (${type}) ${status} (${seconds(took)})`)]
}

const indented = (text: string | undefined): Line[] => (text ? [unbroken(`  ${text}`)] : [])
const nextLine = (command: string | undefined): Line[] => (command ? [unbroken(`  next: ${command}`)] : [])
