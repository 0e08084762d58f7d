/** Reads a settings file: never more of it than a person would write, and nothing that is not a file. */

import {open, stat} from 'node:fs/promises'

/**
 * Bytes. A target takes some 300, so this is room for hundreds. What is longer is read, parsed and checked for so long that the
 * command seems to hang, and no signal is heard meanwhile.
 */
export const MAX_BYTES = 128 * 1024

/** Undefined where there is no such file. Throws an Error that says why it cannot be read. */
export async function readSettings(file: string): Promise<string | undefined> {
  try {
    // Asked before it is opened: whoever opens a pipe waits for its writer.
    if (!(await stat(file)).isFile()) throw new Error('it is not a file')
    const handle = await open(file)
    try {
      const buffer = Buffer.alloc(MAX_BYTES + 1)
      const {bytesRead} = await handle.read(buffer, 0, buffer.length, 0)
      if (bytesRead > MAX_BYTES)
        throw new Error(
          `it is longer than ${MAX_BYTES.toLocaleString('en-US')} bytes, which is more than is ever needed`,
        )
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
