/** The exit status that a verdict means. */

import type {ExitName} from '../errors.js'
import type {DrillResult, Verdict} from '../measure/result.js'

const EXIT_OF: Record<Verdict, ExitName> = {passed: 'done', missed: 'missed', unknown: 'unknown'}

/** Exit status 0, 5 or 6. */
export const exitOf = (result: Pick<DrillResult, 'verdict'>): ExitName => EXIT_OF[result.verdict]
