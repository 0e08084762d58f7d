/** The journal of a teardown: a new one, or that of one that was killed or stopped, which goes on under the same name. */

import {carriedBy, carriedOutBy} from '../../engine/carrier.js'
import {Journal} from '../../engine/journal.js'
import {endOf} from '../../engine/unfinished.js'
import type {TeardownAct} from '../../model/teardown-plan.js'
import type {RunStore} from '../../ports/runs.js'
import type {Clock} from '../../ports/world.js'

export interface RecordInput {
  runs: RunStore
  clock: Clock
  app: string
  /** Who tears down. */
  operator: string
  /** As they were shown. */
  acts: TeardownAct[]
}

export interface TeardownRecord {
  journal: Journal
  /** Holds the lease: unique to the run, so that a second teardown of the same person is another holder. */
  owner: string
  /** False where an earlier process has begun it. */
  fresh: boolean
}

export async function openRecord({runs, clock, app, operator, acts}: RecordInput): Promise<TeardownRecord> {
  const cut = await cutRecord({runs, clock})
  if (cut?.app === app) {
    const {journal, owner} = cut
    await journal.write({event: 'run-resumed', ...carriedBy(owner)})
    return {journal, owner, fresh: false}
  }

  const run = await runs.create('teardown')
  const journal = new Journal(run, clock)
  const owner = `${operator} ${run.id}`
  await journal.write({event: 'teardown-started', app, acts: acts.map(({title}) => title), ...carriedBy(owner)})
  return {journal, owner, fresh: true}
}

/** Where nothing is left to delete, one that was killed after its last act has ended: the next application of the name has its own. */
export async function endRecord(input: Pick<RecordInput, 'runs' | 'clock'>): Promise<void> {
  const cut = await cutRecord(input)
  await cut?.journal.write({event: 'run-finished', status: 'done', exit: 'done'})
}

/** The newest teardown, where it has not ended and nobody carries it out. */
async function cutRecord({runs, clock}: Pick<RecordInput, 'runs' | 'clock'>) {
  const last = await runs.latest('teardown')
  if (!last) return undefined
  const journal = new Journal(last, clock)
  const lines = await journal.read()
  const started = lines.find((line) => line.event === 'teardown-started')
  if (!started || endOf(lines) || carriedOutBy(lines) !== undefined) return undefined
  return {journal, app: started.app, owner: started.owner}
}
