/** EventBridge's rules: when they run, and what they call. */

import {randomUUID} from 'node:crypto'
import {busOf} from '../../event-bus.js'
import {mayInvoke} from '../../data-plane/lambda/may-invoke.js'
import {ACCOUNT, ServiceFault, type Lab} from '../../kernel.js'
import {matches, type Pattern} from './pattern.js'

export interface Target {
  Id: string
  Arn: string
  /** The payload, as JSON; without it the target gets the event. */
  Input?: string
}

export interface Rule {
  arn: string
  region: string
  /** Milliseconds from its making to its first run, and from run to run; or the events that it is about. */
  when: number | Pattern
  targets: readonly Target[]
}

const UNIT_MS: Record<string, number> = {minute: 60_000, hour: 3_600_000, day: 86_400_000}

/**
 * Milliseconds of `rate(5 minutes)`: a whole number from 1, with the unit in the singular for 1 alone (EventBridge user guide, "Rate
 * expressions"). Undefined for what is none.
 */
export function everyMs(expression: string): number | undefined {
  const {
    value = '',
    unit = '',
    plural,
  } = /^rate\((?<value>[1-9]\d*) (?<unit>minute|hour|day)(?<plural>s?)\)$/.exec(expression)?.groups ?? {}
  if (value === '' || (value === '1') !== (plural === '')) return undefined
  return Number(value) * UNIT_MS[unit]!
}

/** Runs a rule until what it returns is called. A rule of a lost region does not run, and catches up on nothing. */
export function begin(lab: Lab, rule: Rule): () => void {
  const {when, region} = rule
  if (typeof when !== 'number')
    return busOf(lab).on((event) => {
      if (event.region === region && matches(when, event)) void run(lab, rule, event)
    })
  const timer = setInterval(() => void run(lab, rule, eventOf(rule.arn, region, lab.now())), when)
  timer.unref()
  return () => clearInterval(timer)
}

/** A target that cannot be called is only noted: EventBridge tells nobody, but for a metric. */
async function run(lab: Lab, {arn, region, targets}: Rule, event: object): Promise<void> {
  for (const target of targets) {
    if (lab.faults.lost(region)) return
    try {
      if (isPipeline(target.Arn)) {
        lab.service('codepipeline').startByRule(target.Arn, region, arn)
        continue
      }

      if (isBuild(target.Arn)) {
        await lab.call('codebuild', 'StartBuild', {projectName: target.Arn}, region)
        continue
      }

      if (!(await mayInvoke(lab, region, target.Arn, {service: 'events.amazonaws.com', arn})))
        throw new Error(`${target.Arn} does not let ${arn} call it`)
      const Payload = Buffer.from(target.Input ?? JSON.stringify(event))
      await lab.call('lambda', 'Invoke', {FunctionName: target.Arn, InvocationType: 'Event', Payload}, region)
    } catch (error) {
      lab.log('events', error instanceof ServiceFault ? `${arn}: ${error.message}` : String(error))
    }
  }
}

export const isPipeline = (arn: string): boolean => arn.startsWith('arn:aws:codepipeline:')
export const isBuild = (arn: string): boolean => /^arn:aws:codebuild:.*:project\//.test(arn)

/** EventBridge user guide, "Scheduled events". */
const eventOf = (rule: string, region: string, now: number): object => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: ACCOUNT,
  time: `${new Date(now).toISOString().slice(0, 19)}Z`,
  region,
  resources: [rule],
  detail: {},
})
