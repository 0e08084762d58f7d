/** The log of a lab. */

import {open} from 'node:fs/promises'
import {setTimeout as sleep} from 'node:timers/promises'

const POLL_MS = 200

export interface LogInput {
  file: string
  /** Go on until the lab ends or `signal` aborts. */
  follow: boolean
  signal: AbortSignal
}

/**
 * The log, as it comes.
 * @yields bytes that are the reader's own.
 */
export async function* readLog({file, follow, signal}: LogInput): AsyncGenerator<Uint8Array> {
  const handle = await open(file)
  try {
    const buffer = Buffer.alloc(65_536)
    for (;;) {
      const {bytesRead} = await handle.read(buffer, 0, buffer.length)
      if (bytesRead > 0) yield Uint8Array.prototype.slice.call(buffer, 0, bytesRead)
      // The lab removes its log at the end, which leaves the open file without a name.
      else if (!follow || signal.aborted || (await handle.stat()).nlink === 0) return
      else await sleep(POLL_MS, undefined, {signal}).catch(() => undefined)
    }
  } finally {
    await handle.close()
  }
}
