/** What commands ask of a deployment: the calls that several of them make. */

import type {PortCall} from './table.js'

export type Calls = readonly PortCall[]

/** One look at both regions; the health of the API is asked for with a token. */
export const LOOK: Calls = [
  'map.read',
  'database.describe',
  'database.cluster',
  'database.proxy',
  'database.lagSeconds',
  'writers.mode',
  'route.serving',
  'api.direct',
  'tokens.get',
]
/** One request through the edge, with a token. */
export const REQUEST: Calls = ['map.read', 'route.serving', 'tokens.get']
/** What every switch does, beside its promotion. */
export const SWITCH: Calls = [
  ...LOOK,
  'database.givenUp',
  'lease',
  'mirror.get',
  'mirror.put',
  'writers.fence',
  'writers.unfence',
  'route.steer',
]
