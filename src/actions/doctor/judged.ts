/** An answer as a judgement. Pure. */

import {unknown} from '../../model/finding.js'
import type {Judgement} from '../../model/finding.js'
import type {Asked} from '../../ports/checkup.js'

/** Judges an answer; where there is none, says why it cannot be judged. */
export const judged = <T>(asked: Asked<T>, judge: (value: T) => Judgement): Judgement =>
  asked.known ? judge(asked.value) : unknown(asked.why, asked.next ?? 'fix that, then run todo-dr doctor again')
