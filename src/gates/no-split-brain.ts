import type {Gate} from '../model/gate.js'

/** Refuses while two regions claim to write: a switch now would throw away the acknowledged writes of one of them. */
export const noSplitBrain: Gate = {
  id: 'no-split-brain',
  check({diagnosis}) {
    if (diagnosis.situation !== 'SplitBrain') return
    return {
      reason: diagnosis.summary,
      hint: 'compare both databases and choose the one to keep before you switch',
    }
  },
}
