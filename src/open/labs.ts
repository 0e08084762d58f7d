/** The labs of this machine, for the commands that start and stop them. */

import type {Labs} from '../ports/labs.js'

/** Loaded when it is wanted: most commands never start a lab. */
export const openLabs = async (): Promise<Labs> => (await import('../adapters/lab/index.js')).labs
