import {zoneOf, zonesOf} from '../../cloudformation/zones.js'
import {fault} from '../../kernel.js'

/** As EC2's CreateSubnet answers it (its words: kube-aws, issue 206). */
export function refuseUnknownZone(region: string, asked: Record<string, unknown>): void {
  if (zoneOf(region, asked)) return
  const {AvailabilityZone: name, AvailabilityZoneId: id} = asked
  const [given, parameter] = name === undefined ? [id, 'availabilityZoneId'] : [name, 'availabilityZone']
  throw fault(
    'InvalidParameterValue',
    `Value (${String(given)}) for parameter ${parameter} is invalid. Subnets can currently only be created in the following availability zones: ${zonesOf(region).join(', ')}.`,
  )
}
