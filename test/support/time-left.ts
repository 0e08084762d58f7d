/**
 * The hook of system and long tests that leaves a file out where there is no time for it: one that would begin after
 * TODO_DR_TEST_LAST_START, in seconds since 1970, is skipped by name. Without the variable each file runs.
 */

import {skip} from './skip.js'

export const mochaHooks = {
  /** Before each file of a parallel run, and once of one that is not: no lab has been started yet. */
  beforeAll(this: Mocha.Context): void {
    const {TODO_DR_TEST_LAST_START: last} = process.env
    if (last !== undefined && Date.now() / 1000 > Number(last)) skip(this, 'no time was left')
  },
}
