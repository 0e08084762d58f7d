import {Script, createContext, type Context} from 'node:vm'

import type {EdgeView} from './key-value-store.js'
import {RUNTIME_SOURCE, wrapped} from './function-runtime.js'

/**
 * Wall-clock milliseconds before a function is stopped. AWS allows about one of processor time; a loaded machine needs
 * far more on the clock, so this catches what would never end, not what is slow.
 */
const LIMIT_MS = 3000
/**
 * Runs of a published function that are held to the limit. The limit costs a thread a run, a fifth of the lab's work
 * under load; code that has ended so often is trusted to end.
 */
const GUARDED_RUNS = 100

/** The function threw, never settled, ran too long or can't be compiled: the viewer gets a 503. */
export class EdgeFunctionError extends Error {}

export type OriginChoice =
  | {kind: 'select'; value: {originId?: unknown; options?: unknown}}
  | {kind: 'update'; value: Record<string, unknown>}
  | {
      kind: 'group'
      value: {originIds?: unknown; failoverCriteria?: {statusCodes?: unknown}; selectionCriteria?: unknown}
    }

export interface FunctionOutcome {
  /** What the handler returned: a request or a response. */
  result: unknown
  /** The last origin that it chose, judged already. */
  choice: OriginChoice | undefined
}

export interface FunctionWorld {
  /** The store of the function's association; undefined where it has none, or not this one. */
  store(id: string): EdgeView | undefined
  log(text: string): void
}

/** Judges a choice of origin at the moment when it is made, so that the function can catch it: a text, or nothing. */
export type JudgeChoice = (choice: OriginChoice) => string | undefined

/**
 * A published viewer-request function, JavaScript runtime 2.0, running its real code in a context of its own. Whole runs
 * are synchronous: promises are settled inside the context before `run` returns. A context is no security boundary, and
 * the code is the operator's own.
 */
export class EdgeFunction {
  private readonly context: Context
  private readonly runner: Script
  private readonly compileError: string | undefined
  private judge: JudgeChoice = () => undefined
  private choice: OriginChoice | undefined
  private runs = 0

  constructor(
    code: string,
    private readonly world: FunctionWorld,
  ) {
    this.context = createContext(Object.create(null) as object, {
      codeGeneration: {strings: false, wasm: false},
      microtaskMode: 'afterEvaluate',
    })
    this.context.__run = (new Script(RUNTIME_SOURCE).runInContext(this.context) as (host: object) => unknown)(
      this.host(),
    )
    this.runner = new Script('__settled = __run(__main, __event)')
    try {
      this.context.__main = new Script(wrapped(code), {filename: 'function.js'}).runInContext(this.context)
    } catch (error) {
      this.compileError = String(error)
    }
  }

  /** @throws EdgeFunctionError */
  run(event: object, judge: JudgeChoice): FunctionOutcome {
    if (this.compileError) throw new EdgeFunctionError(this.compileError)
    this.judge = judge
    this.choice = undefined
    this.context.__event = JSON.stringify(event)
    try {
      this.runner.runInContext(this.context, this.runs++ < GUARDED_RUNS ? {timeout: LIMIT_MS} : {})
    } catch (error) {
      throw new EdgeFunctionError(String(error))
    }

    const answer = (this.context.__settled as () => string)()
    if (!answer.startsWith('ok '))
      throw new EdgeFunctionError(answer === 'pending' ? 'the handler never settled' : answer.slice(6))
    return {result: parse(answer.slice(3)), choice: this.choice}
  }

  private host(): object {
    const {world} = this
    const opened: EdgeView[] = []
    return {
      open(id: string): number {
        const store = world.store(id)
        if (!store) return 0
        const known = opened.indexOf(store)
        return known !== -1 ? known + 1 : opened.push(store)
      },
      get: (handle: number, key: string) => opened[handle - 1]?.items.get(key),
      count: (handle: number) => opened[handle - 1]?.items.size ?? 0,
      meta(handle: number) {
        const store = opened[handle - 1]
        return JSON.stringify({
          creationDateTime: store?.createdAt.toISOString(),
          lastUpdatedDateTime: store?.updatedAt.toISOString(),
          keyCount: store?.items.size,
        })
      },
      choose: (kind: OriginChoice['kind'], json: string | undefined): string | undefined => {
        const choice = {kind, value: parse(json ?? '{}') ?? {}} as OriginChoice
        const refused = this.judge(choice)
        if (!refused) this.choice = choice
        return refused
      },
      log: (text: string) => world.log(text),
    }
  }
}

/** `undefined` has no JSON: a handler that returns nothing. */
const parse = (json: string): unknown => (json === 'undefined' ? undefined : (JSON.parse(json) as unknown))
