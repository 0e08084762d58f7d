import {access} from 'node:fs/promises'
import {join} from 'node:path'

import type {Labs} from '../../ports/labs.js'
import {connectLab} from './admin.js'
import {labEnvironment} from './environment.js'
import {listLabs, noLab} from './list.js'
import {pruneLabs} from './prune.js'
import {labFolder} from './record.js'
import {startLab} from './start.js'
import {stopLab} from './stop.js'

export {connectLab} from './admin.js'
export {labCredentials} from './credentials.js'
export {forgetAws} from './environment.js'

/** The labs of this machine and user, below `$XDG_STATE_HOME/todo-dr/labs`. */
export const labs: Labs = {
  start: startLab,
  stop: stopLab,
  prune: pruneLabs,
  list: listLabs,
  connect: connectLab,
  environment: (name) => labEnvironment(name),
  async logFile(name) {
    const file = join(labFolder(name), 'lab.log')
    try {
      await access(file)
    } catch (error) {
      throw await noLab(name, undefined, error)
    }

    return file
  },
}
