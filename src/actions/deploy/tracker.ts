/** Follows the toolkit's events: what a person is told of them, and what became of each stack. Pure but for the clock. */

import type {DrEvent} from '../../messages.js'
import {stackKey, stackTitle} from '../../model/stack.js'
import type {ProjectStack, StackOutcome, StackPlace} from '../../model/stack.js'
import type {DeployerEvent} from '../../ports/deployer.js'

type ResourceEvent = Extract<DeployerEvent, {kind: 'resource'}>
type Changed = StackOutcome['changed'][number]

interface Followed {
  begunAt?: number
  /** A line has said that it began. */
  told: boolean
  /** The toolkit changes a stack of this name, and did not say in which region. */
  suspected: boolean
  endedAt?: number
  done?: {changed: boolean; outputs: Record<string, string>}
  resourceBegan: Map<string, number>
  changed: Map<string, Changed>
  failure?: {at: number; own: boolean; logicalId: string; type: string; reason: string}
}

const STACK = 'AWS::CloudFormation::Stack'
const ACTIONS: Record<string, Changed['action']> = {
  CREATE_COMPLETE: 'created',
  UPDATE_COMPLETE: 'updated',
  DELETE_COMPLETE: 'deleted',
}
/** What CloudFormation says of resources that it gave up because another one had failed. */
const CANCELLED = /cancell?ed/i

export const stepIdOf = (stack: StackPlace): string => `stack ${stackKey(stack)}`

export class DeployTracker {
  readonly #stacks: Map<string, ProjectStack>
  readonly #followed = new Map<string, Followed>()

  /** `existed`: the keys of stacks that stood before. `now`: epoch milliseconds. */
  constructor(
    stacks: ProjectStack[],
    private readonly existed: ReadonlySet<string>,
    private readonly now: () => number,
  ) {
    this.#stacks = new Map(stacks.map((stack) => [stackKey(stack), stack]))
  }

  /** The lines that an event is worth, none for most. */
  follow(event: DeployerEvent): DrEvent[] {
    switch (event.kind) {
      case 'note': {
        return [event.level === 'warning' ? {code: 'warning', text: event.text} : {code: 'note', text: event.text}]
      }

      case 'bootstrap-begun': {
        return []
      }

      case 'stack-begun': {
        this.#of(event.stack)
        return []
      }

      case 'stack-changing': {
        return this.#changing(event.name)
      }

      case 'resource': {
        return [...this.#begin(event.stack), ...this.#resource(event)]
      }

      case 'stack-done': {
        return this.#end(event)
      }
    }
  }

  /** Stacks that have been begun and of which nothing said that they ended, in the order of the project. */
  open(): ProjectStack[] {
    return [...this.#stacks.values()].filter((stack) => {
      const one = this.#followed.get(stackKey(stack))
      return one !== undefined && (one.told || one.suspected) && one.done === undefined
    })
  }

  /** By key. `reasons`: of open stacks that failed without an event that says why. `inProgress`: those that go on. */
  outcomes({reasons, inProgress}: {reasons: Map<string, string>; inProgress: ReadonlySet<string>}): StackOutcome[] {
    return [...this.#stacks].map(([key, {name, region}]): StackOutcome => {
      const one = this.#followed.get(key)
      const {begunAt, endedAt = this.now(), failure, done} = one ?? {}
      const seconds = begunAt === undefined ? null : rounded((endedAt - begunAt) / 1000)
      const base = {name, region, seconds, outputs: done?.outputs ?? {}, failure: null}
      const changed = [...(one?.changed.values() ?? [])]
      if (done) {
        const made = this.existed.has(key) ? 'updated' : 'created'
        return {...base, status: done.changed ? made : 'unchanged', changed}
      }

      if (inProgress.has(key)) return {...base, status: 'in-progress', changed}
      const reason = reasons.get(key)
      if (failure === undefined && reason === undefined) return {...base, status: 'not-started', changed: []}
      const {logicalId = null, type = null} = failure?.own ? {} : (failure ?? {})
      // What had been changed was rolled back.
      return {...base, status: 'failed', changed: [], failure: {logicalId, type, reason: failure?.reason ?? reason!}}
    })
  }

  #of(stack: StackPlace): Followed {
    const key = stackKey(stack)
    let one = this.#followed.get(key)
    if (!one) {
      one = {begunAt: this.now(), told: false, suspected: false, resourceBegan: new Map(), changed: new Map()}
      this.#followed.set(key, one)
    }

    return one
  }

  #changing(name: string): DrEvent[] {
    const named = [...this.#stacks.values()].filter((stack) => stack.name === name)
    if (named.length === 1) return this.#begin(named[0]!)
    for (const stack of named) {
      const one = this.#followed.get(stackKey(stack))
      if (one) one.suspected = true
    }

    return []
  }

  #begin(stack: StackPlace): DrEvent[] {
    const one = this.#of(stack)
    if (one.told || !this.#stacks.has(stackKey(stack))) return []
    one.told = true
    return [{code: 'step-started', id: stepIdOf(stack), title: stackTitle(stack)}]
  }

  #resource({stack, logicalId, type, status, reason, at, done, total}: ResourceEvent): DrEvent[] {
    const one = this.#of(stack)
    const own = type === STACK && logicalId === stack.name
    // Why a stack itself goes back, such as an export in use, stands where it begins to.
    const failed = status.endsWith('_FAILED') || (own && status.endsWith('ROLLBACK_IN_PROGRESS'))
    if (failed && reason !== undefined && !CANCELLED.test(reason)) {
      const better =
        one.failure === undefined || (one.failure.own && !own) || (one.failure.own === own && at < one.failure.at)
      if (better) one.failure = {at, own, logicalId, type, reason}
    }

    if (own) return []
    const began = one.resourceBegan.get(logicalId)
    if (status.endsWith('_IN_PROGRESS')) {
      if (began === undefined) one.resourceBegan.set(logicalId, at)
    } else one.resourceBegan.delete(logicalId)
    const action = ACTIONS[status]
    // The clean-up after an update deletes what was replaced: for whoever reads the result, it was updated.
    if (action && !one.changed.has(logicalId)) one.changed.set(logicalId, {logicalId, type, action})
    const seconds = began === undefined || status.endsWith('_IN_PROGRESS') ? undefined : rounded((at - began) / 1000)
    return [
      {
        code: 'resource',
        id: stepIdOf(stack),
        stack: stackTitle(stack),
        logicalId,
        type,
        status,
        seconds,
        reason,
        done,
        total,
      },
    ]
  }

  #end({stack, changed, outputs}: Extract<DeployerEvent, {kind: 'stack-done'}>): DrEvent[] {
    const one = this.#of(stack)
    one.done = {changed, outputs}
    one.endedAt = this.now()
    const id = stepIdOf(stack)
    const title = stackTitle(stack)
    if (!changed) return [{code: 'step-skipped', id, title, why: 'no change'}]
    const seconds = (one.endedAt - one.begunAt!) / 1000
    const count = one.changed.size
    const text = `${count} ${count === 1 ? 'resource' : 'resources'}`
    return [{code: 'step-finished', id, title, outcome: 'done', seconds, text}]
  }
}

const rounded = (seconds: number): number => Math.round(seconds * 10) / 10
