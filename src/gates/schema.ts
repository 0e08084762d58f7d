import type {Gate} from '../model/gate.js'

/**
 * Refuses a target whose tables are not those of the primary: after the promotion the functions' statements would fail there, or put
 * values where they do not belong. Where storage is replicated tables cannot differ, and nobody is asked. What was not told in time
 * refuses nothing.
 */
export const schema: Gate = {
  id: 'schema',
  intents: ['switchover', 'failover', 'failback'],
  waiver: 'schema',
  check({from, to, observation: {regions}}) {
    const there = regions[to]?.tables
    const here = from === undefined ? undefined : regions[from]?.tables
    if (!there?.reachable || !here?.reachable) return
    const names = [...new Set([...Object.keys(here.value), ...Object.keys(there.value)])]
    const differing = names.filter((name) => here.value[name] !== there.value[name])
    if (differing.length === 0) return
    return {
      reason: `the tables of ${to} are not those of ${from}: ${differing.join(', ')}`,
      hint: `todo-dr drift --schema --fix says what differs, and which statements make it alike; to switch all the same: --waive schema=REASON`,
    }
  },
}
