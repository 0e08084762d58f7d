import {setTimeout as sleep} from 'node:timers/promises'

/** Polls `condition` until it holds; false where the deadline passes first. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number,
  everyMs = 10,
): Promise<boolean> {
  const deadline = performance.now() + deadlineMs
  while (!(await condition())) {
    if (performance.now() > deadline) return false
    await sleep(everyMs)
  }

  return true
}
