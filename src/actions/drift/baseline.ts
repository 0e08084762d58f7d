/** Which known differences a baseline accepts. Pure. */

import {isDeepStrictEqual} from 'node:util'
import type {Acceptance} from '../../config/baseline.js'
import type {Difference} from './result.js'

const DAY_MS = 24 * 3_600_000

/** It counts to the end of its last day, in UTC. */
export const hasExpired = ({expires}: Acceptance, now: number): boolean => now >= Date.parse(expires) + DAY_MS

/** What an entry does not say may be anything. A `*` at the end of its subject stands for any rest. */
export function accepts(entry: Acceptance, difference: Difference): boolean {
  const {kind, subject, class: type, region, key} = entry
  return (
    kind === difference.kind &&
    (subject.endsWith('*') ? difference.subject.startsWith(subject.slice(0, -1)) : difference.subject === subject) &&
    (type === undefined || type === difference.class) &&
    (region === undefined || region === difference.region) &&
    (key === undefined || (difference.kind === 'rows' && isDeepStrictEqual(key, difference.key)))
  )
}
