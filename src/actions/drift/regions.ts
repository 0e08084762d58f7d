/** How the other region is set up against how home is: functions, database, proxy, secrets, alarms, API and tokens. */

import {DrError, Unreachable} from '../../errors.js'
import type {Region} from '../../model/deployment.js'
import {primaryOf} from '../../model/observation.js'
import {homeOf, otherRegion, regionOf} from '../../model/regions.js'
import {AREAS} from '../../ports/settings.js'
import type {Area, Item} from '../../ports/settings.js'
import type {FindInput, Kind} from './kind.js'
import {compareSettings} from './regions/compare.js'
import type {SetUp} from './regions/compare.js'
import type {Difference} from './result.js'

export const regions: Kind = {
  kind: 'regions',
  appliesTo: () => undefined,
  async *find(input: FindInput): AsyncIterable<Difference> {
    const {deployment} = input.world
    const home = homeOf(deployment)
    const [expected, actual] = await Promise.all([read(input, home), read(input, otherRegion(deployment, home))])
    const silent = [expected, actual].filter(({answers}) => answers.every((answer) => 'silence' in answer))
    for (const {region, answers} of silent)
      input.doubt({region, subject: null, reason: (answers[0] as Failed).reason, next: STATUS})
    // What one of them does not tell cannot be compared; what both tell can.
    if (silent.length > 0) return
    for (const side of [expected, actual])
      for (const answer of side.answers)
        if ('reason' in answer)
          input.doubt({region: side.region, subject: answer.area, reason: answer.reason, next: answer.next})
    const areas = AREAS.filter((area) => [expected, actual].every((side) => isRead(side, area)))
    if (!areas.includes('addresses')) return
    yield* compareSettings(setUpOf(input, expected, areas), setUpOf(input, actual, areas))
  },
}

const STATUS = 'todo-dr status'

interface Told {
  area: Area
  items: Item[]
  addresses: Record<string, string>
}

interface Failed {
  area: Area
  reason: string
  next: string | null
  /** Nobody answered. */
  silence?: true
}

interface Read {
  region: Region
  answers: (Failed | Told)[]
}

async function read({settings, signal}: FindInput, region: Region): Promise<Read> {
  const ask = async (area: Area): Promise<Failed | Told> => {
    try {
      return area === 'addresses'
        ? {area, items: [], addresses: await settings.addresses(region, {signal})}
        : {area, items: await settings.items(region, area, {signal}), addresses: {}}
    } catch (error) {
      if (signal.aborted || !(error instanceof DrError) || error.exit === 'credentials') throw error
      const {message, why, next = null} = error
      const reason = [message, why].filter(Boolean).join(': ')
      return {area, reason, next, ...(error instanceof Unreachable && {silence: true as const})}
    }
  }

  return {region, answers: await Promise.all(AREAS.map(ask))}
}

const isRead = ({answers}: Read, area: Area): boolean => answers.some((one) => one.area === area && 'items' in one)

function setUpOf({world, observation}: FindInput, {region, answers}: Read, areas: Area[]): SetUp {
  const told = answers.filter((one) => 'items' in one && areas.includes(one.area)) as Told[]
  return {
    region,
    addresses: Object.assign({}, ...told.map(({addresses}) => addresses)) as Record<string, string>,
    items: told.flatMap(({items}) => items),
    writers: regionOf(world.deployment, region).functions.writers,
    isPrimary: primaryOf(observation) === region,
  }
}
