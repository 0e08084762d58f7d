/** All checks, in the order of docs/health.md. */

import type {Check} from '../check.js'
import {DATA} from './data.js'
import {FUNCTIONS} from './functions.js'
import {OPERATOR} from './operator.js'
import {PATH} from './path.js'
import {ROOM} from './room.js'

export const CHECKS: readonly Check[] = [...DATA, ...PATH, ...FUNCTIONS, ...ROOM, ...OPERATOR]
