/** All that is planted, in the order in which it is: with what a new deployment is told, the matrix of docs/health.md. */

import {DATABASE_PLANTS, LAGGING, LOST_PROXY, NEWER_STANDBY, NO_INSTANCE, STALLED} from './database.js'
import {CLOSED_READER, FAILING, FOREIGN_FENCE, FUNCTION_PLANTS, LOST_FUNCTION} from './functions.js'
import {FEW_CONNECTIONS, FULL_OF_SNAPSHOTS, ZONE_WITHOUT_PROXY} from './limits.js'
import {CUT_RUN, DENIED, ENDING, FOREIGN_LEASE, LEFT_OUTAGE, OTHER_CLOCK, SILENT_REGION} from './operator.js'
import {BROKEN_PATH, NO_EDGE, OTHER_ROUTE, PATH_PLANTS} from './path.js'
import type {Bed, Plant} from './plant.js'
import {ROW_PLANTS, SCHEMA_PLANTS} from './tables.js'

const alone = (plant: Plant): Bed => ({title: plant.name, plants: [plant]})

export const BEDS: readonly Bed[] = [
  {
    title: 'settings of one region',
    plants: [...DATABASE_PLANTS, ...FUNCTION_PLANTS, ...PATH_PLANTS, FULL_OF_SNAPSHOTS, FOREIGN_LEASE],
  },
  {title: 'the way through one region', plants: BROKEN_PATH},
  ...[
    LOST_PROXY,
    ZONE_WITHOUT_PROXY,
    FEW_CONNECTIONS,
    LAGGING,
    STALLED,
    FOREIGN_FENCE,
    CLOSED_READER,
    LOST_FUNCTION,
    OTHER_ROUTE,
    NO_EDGE,
    DENIED,
    ENDING,
    OTHER_CLOCK,
    LEFT_OUTAGE,
    CUT_RUN,
  ].map((plant) => alone(plant)),
  {title: 'the schema of the standby', plants: SCHEMA_PLANTS},
  {title: 'the rows of the standby', plants: ROW_PLANTS},
  alone(NO_INSTANCE),
  {...alone(SILENT_REGION), silent: true},
  // The template is behind from then on.
  alone(NEWER_STANDBY),
  // Its errors are counted for a quarter of an hour.
  alone(FAILING),
]
