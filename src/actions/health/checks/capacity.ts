/** Whether the standby is large enough for what the primary does. Pure. */

import {ok, problem} from '../../../model/finding.js'
import type {Judgement} from '../../../model/finding.js'
import type {Cluster} from '../../../model/observation.js'
import type {Peak} from '../../../ports/vitals.js'

const SERVERLESS = 'db.serverless'

/** In order of size [Aurora user guide, "DB instance class types"]; `large` and `medium` have no number. */
const SIZES: Record<string, number> = {small: 0.25, medium: 0.5, large: 1, xlarge: 2}

/** Of the memory-optimized classes, which Aurora's are (Aurora user guide, "Hardware specifications for DB instance classes"). */
export const GIB_OF_LARGE = 16

/** So many times a `large`: `db.r6g.4xlarge` is 8. Undefined for a class that is not named so. */
export function sizeOf(instanceClass: string): number | undefined {
  const [, count = '', word = ''] = /\.(\d*)(small|medium|large|xlarge)$/.exec(instanceClass) ?? []
  const size = SIZES[word]
  return size === undefined ? undefined : size * (count === '' ? 1 : Number(count))
}

export function judgeCapacity(
  primary: Cluster,
  standby: Cluster,
  {capacity: peak}: Peak,
  names: {primary: string; standby: string},
): Judgement {
  const [first] = standby.details?.instances ?? []
  if (standby.instances.length === 0)
    return problem('the standby has no instance', `add one: ${createInstance(names.standby, standby, primary)}`)
  const most = standby.capacity?.max
  const wanted = primary.capacity?.max
  const grow = (max: number): string =>
    `aws rds modify-db-cluster --region ${names.standby} --db-cluster-identifier ${standby.id} --serverless-v2-scaling-configuration MinCapacity=${standby.capacity?.min ?? 0.5},MaxCapacity=${max}`
  if (most !== undefined && wanted !== undefined && most < wanted)
    return problem(`it may grow to ${most} ACU, but ${names.primary} to ${wanted}`, grow(wanted))
  if (most !== undefined && peak !== undefined && most < peak)
    return problem(
      `it may grow to ${most} ACU, but ${names.primary} has used ${peak} in the last day`,
      grow(Math.ceil(peak)),
    )
  const smaller = smallerClass(primary, standby)
  if (smaller) return smaller
  const known = most === undefined ? (first?.instanceClass ?? 'of a fixed size') : `may grow to ${most} ACU`
  return ok(peak === undefined ? known : `${known}; ${names.primary} has used ${peak} at most in the last day`)
}

/** As the primary's writer is, by the name that the template gives. */
function createInstance(region: string, {id}: Cluster, {details}: Cluster): string {
  const instances = details?.instances ?? []
  const {instanceClass = SERVERLESS} = instances.find(({isWriter}) => isWriter) ?? instances[0] ?? {}
  return `aws rds create-db-instance --region ${region} --db-cluster-identifier ${id} --db-instance-identifier ${id}-1 --engine aurora-mysql --db-instance-class ${instanceClass}`
}

/** Classes of instances of a fixed size: the largest of each side is what writes, or would. */
function smallerClass(primary: Cluster, standby: Cluster): Judgement | undefined {
  const largest = ({details}: Cluster): {name: string; size: number} | undefined =>
    (details?.instances ?? [])
      .filter(({instanceClass}) => instanceClass !== SERVERLESS)
      .map(({instanceClass}) => ({name: instanceClass, size: sizeOf(instanceClass) ?? 0}))
      .sort((one, other) => other.size - one.size)[0]
  const [here, there] = [largest(primary), largest(standby)]
  if (!here || !there || there.size >= here.size) return undefined
  return problem(
    `its largest instance is a ${there.name}, but that of the primary is a ${here.name}`,
    `give the standby an instance of the class ${here.name}`,
  )
}
