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
  const last = await runs.latest('teardown')
  if (last) {
    const journal = new Journal(last, clock)
    const lines = await journal.read()
    const started = lines.find((line) => line.event === 'teardown-started')
    if (started?.app === app && !endOf(lines) && carriedOutBy(lines) === undefined) {
      const {owner} = started
      await journal.write({event: 'run-resumed', ...carriedBy(owner)})
      return {journal, owner, fresh: false}
    }
  }

  const run = await runs.create('teardown')
  const journal = new Journal(run, clock)
  const owner = `${operator} ${run.id}`
  await journal.write({event: 'teardown-started', app, acts: acts.map(({title}) => title), ...carriedBy(owner)})
  return {journal, owner, fresh: true}
}
