/**
 * What oclif, the SDK and every program that is started ask of the machine before a line of ours runs: who the user is, where their
 * home is, and where temporary files go. In a container each of these may be missing, and Node then throws.
 */

import {accessSync, constants, statSync} from 'node:fs'
import {userInfo} from 'node:os'
import {isAbsolute} from 'node:path'
import {NO_HOME} from '../config/no-home.js'

/** What Node takes the folder of temporary files from, in this order; else /tmp. */
const TEMPORARY = ['TMPDIR', 'TMP', 'TEMP']

/** Makes up for what is missing, for this process and those that it starts. What needs a home where there is none says so itself. */
export function settleUser(environment: NodeJS.ProcessEnv = process.env): void {
  const user = entry()
  const {HOME = ''} = environment
  if (!isAbsolute(HOME)) environment.HOME = HOME === '' && user ? user.homedir : NO_HOME
  // oclif asks the user database for it otherwise.
  environment.SHELL ??= user?.shell ?? '/bin/sh'
  for (const name of TEMPORARY) {
    const folder = environment[name]
    if (folder !== undefined && !isUsable(folder)) delete environment[name]
  }
}

/** Undefined for a user id without an entry in the user database. */
function entry(): {homedir: string; shell: string | null} | undefined {
  try {
    return userInfo()
  } catch {
    return undefined
  }
}

function isUsable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return statSync(folder).isDirectory()
  } catch {
    return false
  }
}
