/** What bin/run.js needs of oclif, bundled: the same one that the commands are made of. */

export {handle, run} from '@oclif/core'

/**
 * Returns when whoever reads stdout has all of it, or has gone away, as `head` does. oclif's own flush waits for a reader that is
 * gone, and the process ended with exit status 13.
 */
export const flush = (): Promise<void> => new Promise((resolve) => process.stdout.write('', () => resolve()))
