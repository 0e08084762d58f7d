import type {Gate} from '../model/gate.js'

/**
 * Refuses to open a region that somebody else has closed: a switch opens the writing functions of its target, and whoever set their
 * reserved concurrency to 0 by hand had a reason that no plan knows. A region that todo-dr itself has closed, as a failover closes
 * the old primary, is opened without a word.
 */
export const targetClosed: Gate = {
  id: 'target-closed',
  intents: ['switchover', 'failover'],
  waiver: 'target-closed',
  check({to, observation: {regions}, fencedByUs}) {
    const writers = regions[to]?.writers
    if (!writers?.reachable || writers.value === 'open' || fencedByUs) return
    const which = writers.value === 'partly' ? 'some writing functions' : 'the writing functions'
    return {
      reason: `${which} of ${to} have reserved concurrency 0, and no known run of todo-dr has closed them`,
      hint: `find out who closed them and why; to open them with this switch: --waive target-closed=REASON`,
    }
  },
}
