import type {Gate} from '../model/gate.js'

/** Refuses a planned switch of a deployment that has no table yet: no write could prove that the new primary serves. */
export const tablePresent: Gate = {
  id: 'table-present',
  intents: ['switchover', 'failback'],
  check({diagnosis}) {
    if (diagnosis.situation !== 'TableMissing') return
    return {reason: 'the database has no table yet, and no write can prove the switch', hint: 'todo-dr seed'}
  },
}
