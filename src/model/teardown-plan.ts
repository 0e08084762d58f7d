/** Acts of a teardown as data: printable, and ordered by what each must wait for. */

import type {Region} from './deployment.js'
import type {ResourceKind} from './estate.js'

/** `leave`: a member leaves its global cluster. `empty`: a bucket loses every version. */
export type ActKind = 'unprotect' | 'leave' | 'empty' | 'delete'

export interface TeardownAct {
  /** Unique within a plan. */
  id: string
  kind: ActKind
  region: Region
  /** What a person reads while it runs. */
  title: string
  target: {kind: ResourceKind | 'stack'; id: string; arn: string}
  /** Of `leave`: the global cluster's id. */
  from?: string
  /** Ids of the acts that must have succeeded before this one begins. */
  after: string[]
}

/** The acts by when they can begin: those of a wave wait only for earlier waves. */
export function wavesOf(acts: TeardownAct[]): TeardownAct[][] {
  const depth = new Map<string, number>()
  const byId = new Map(acts.map((act) => [act.id, act]))
  const depthOf = (act: TeardownAct): number => {
    const known = depth.get(act.id)
    if (known !== undefined) return known
    const before = act.after.map((id) => depthOf(byId.get(id)!))
    const own = before.length === 0 ? 0 : Math.max(...before) + 1
    depth.set(act.id, own)
    return own
  }

  const waves: TeardownAct[][] = []
  for (const act of acts) (waves[depthOf(act)] ??= []).push(act)
  return waves
}
