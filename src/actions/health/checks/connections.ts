/** Whether the standby would take as many connections as the primary has had. Pure. */

import {ok, problem, warning} from '../../../model/finding.js'
import type {Judgement} from '../../../model/finding.js'
import type {Cluster} from '../../../model/observation.js'
import {GIB_OF_LARGE, sizeOf} from './capacity.js'

const GIB_OF_ACU = 2
const GIB_OF_BURSTABLE_LARGE = 8
/** Beyond this share of the limit a burst of clients meets it. */
const FULL = 0.8

/**
 * The default of `max_connections` from 16 GiB on, by the size of the class, in times of a `large` (Aurora user guide, "Maximum
 * connections to an Aurora MySQL DB instance"). What lies between two sizes takes as many as the smaller one.
 */
const BY_SIZE: [size: number, connections: number][] = [
  [1, 1000],
  [2, 2000],
  [4, 3000],
  [8, 4000],
  [16, 5000],
  [24, 6000],
  [48, 7000],
]

/**
 * What Aurora MySQL sets `max_connections` to by default: by the class, or by the maximum capacity. That it does so for a capacity as
 * for a class of the same memory is assumed. Undefined for a class whose size is unknown.
 */
export function defaultConnections({capacity, details}: Cluster): number | undefined {
  if (capacity) return ofMemory(capacity.max * GIB_OF_ACU)
  const limits = (details?.instances ?? []).map(({instanceClass}) => ofClass(instanceClass))
  const known = limits.filter((limit) => limit !== undefined)
  return known.length === 0 || known.length < limits.length ? undefined : Math.max(...known)
}

function ofClass(instanceClass: string): number | undefined {
  const size = sizeOf(instanceClass)
  if (size === undefined) return undefined
  return instanceClass.startsWith('db.t') ? ofLittle(size * GIB_OF_BURSTABLE_LARGE) : ofMemory(size * GIB_OF_LARGE)
}

const ofMemory = (gib: number): number => BY_SIZE.findLast(([size]) => gib / GIB_OF_LARGE >= size)?.[1] ?? ofLittle(gib)

/** 45, 90 and 135 at 2, 4 and 8 GiB in the guide's table, where its formula says 45 times the doublings of 0.75 GiB. */
const ofLittle = (gib: number): number => 45 * Math.max(1, Math.floor(Math.log2(gib / 0.75)))

/** A primary that has had more than its own default has another parameter, which nobody has told. */
export function judgeConnections(
  primary: Cluster,
  standby: Cluster,
  peak: number | undefined,
  names: {primary: string; standby: string},
): Judgement {
  const [here, there] = [defaultConnections(primary), defaultConnections(standby)]
  if (peak === undefined) return ok('no connections are known of the last day')
  const had = `${names.primary} has had ${peak} at most in the last day`
  if (here === undefined || there === undefined || peak > here) return ok(had)
  const text = `${had}; ${names.standby} takes about ${there}`
  const remedy = standby.capacity
    ? `raise the maximum capacity of ${standby.id}, then reboot its instances; or let the proxies keep fewer connections`
    : `give ${standby.id} instances of a larger class; or let the proxies keep fewer connections`
  if (peak > there) return problem(text, remedy)
  return peak > there * FULL ? warning(text, remedy) : ok(text)
}
