/** Coded events: what the core says. `render/` turns them into lines; the core never prints. Imports nothing. */

/** The worst answer to a write of one second. `waiting`: nobody has answered yet; `none`: nothing was sent. */
export type SecondCell = 'ok' | 'fail' | 'unsure' | 'waiting' | 'none'

export type DrEvent =
  | {code: 'target'; target: string; app?: string; account?: string; regions?: string[]; age?: string}
  | {code: 'warning'; text: string; hint?: string}
  | {code: 'note'; text: string}
  | {code: 'diagnosis'; situation: string; summary: string; evidence: string[]; next?: string}
  | {
      code: 'plan'
      intent: string
      from: string
      to: string
      /** `beside`: the later stages do not wait for it. */
      steps: {id: string; title: string; stage: number; deadlineSeconds: number; beside?: boolean}[]
      digest: string
    }
  | {code: 'refusal'; gate: string; reason: string; hint: string; waiver?: string; waived: boolean}
  | {code: 'step-started'; id: string; title: string}
  | {code: 'step-note'; id: string; text: string}
  | {code: 'step-skipped'; id: string; title: string; why: string}
  | {
      code: 'step-finished'
      id: string
      title: string
      outcome: 'done' | 'unsure' | 'failed' | 'undone'
      seconds: number
      text?: string
    }
  /** CloudFormation's word on one resource of the running step `id`; `done` of `total` resources of it are through. */
  | {
      code: 'resource'
      id: string
      stack: string
      logicalId: string
      type: string
      status: string
      /** From its beginning to this, where this is its end. */
      seconds?: number
      reason?: string
      done: number
      total?: number
    }
  | {code: 'progress'; text: string; done?: number; total?: number}
  /** The last seconds of a load, oldest first; no cells: it has ended. `writesPerSecond`: acknowledged in the last full second. */
  | {code: 'load'; cells: SecondCell[]; writesPerSecond: number; seconds: number}
  | {code: 'done'; text: string; next?: string}

export type Emit = (event: DrEvent) => void
