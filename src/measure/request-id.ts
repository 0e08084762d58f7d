/** Request ids of probes: UUIDs that a seed and a counter determine. */

import {createHash} from 'node:crypto'

/**
 * The same run, seed and counter always give the same UUID (version 8, which leaves its bits to us). The run belongs to
 * it because the id is the idempotency key: a second run with the same seed must not find the rows of the first.
 */
export function probeRequestId(runId: string, seed: number, counter: number): string {
  const bytes = createHash('sha256').update(`${runId}\n${seed}\n${counter}`).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
