/** What may differ between the regions of a healthy deployment, and why. The table in docs/drift.md is generated from it. */

import type {Item} from '../../../ports/settings.js'

interface Expected {
  kind: Item['kind']
  settings: readonly string[]
  reason: string
}

export const EXPECTED: readonly Expected[] = [
  {
    kind: 'database parameters',
    settings: ['auto_increment_offset'],
    reason: 'each region hands out ids of its own, so that none is handed out twice after a failover',
  },
  {
    kind: 'secret',
    settings: ['host', 'hostname', 'endpoint'],
    reason: 'a host is of its region; the functions take the proxy of theirs',
  },
  {
    kind: 'secret',
    settings: ['dbClusterIdentifier', 'dbInstanceIdentifier'],
    reason: 'a cluster and its instances are of their region',
  },
]

export const mayDiffer = ({kind}: Item, setting: string): boolean =>
  EXPECTED.some((entry) => entry.kind === kind && entry.settings.includes(setting))
