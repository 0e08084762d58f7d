import type {Lab} from '../../kernel.js'
import {fault} from '../../kernel.js'
import {recordsOf} from '../../cloudformation/records.js'
import {zoneOf} from '../../cloudformation/zones.js'

/** "Quotas and limitations for RDS Proxy", Aurora user guide. */
const WITHOUT_PROXY = new Set(['use1-az3', 'usw1-az2'])

/**
 * Those that a new proxy stands in. AWS drops the subnets of zones that have no RDS Proxy without a word, and refuses what is left where
 * that is not two zones (seen by others: terraform-provider-aws, issues 17781 and 23446). Of a subnet that no stack of the lab has made
 * nobody knows the zone.
 */
export function proxySubnets(lab: Lab, region: string, subnets: readonly string[]): string[] {
  const zones = new Map(subnets.map((id) => [id, zoneIdOf(lab, region, id) ?? id]))
  const left = [...zones].filter(([, zone]) => !WITHOUT_PROXY.has(zone))
  if (new Set(left.map(([, zone]) => zone)).size < 2)
    throw fault('InvalidSubnet', 'Provide at least two subnets in different Availability Zones.')
  return left.map(([id]) => id)
}

function zoneIdOf(lab: Lab, region: string, subnet: string): string | undefined {
  const found = recordsOf(lab).withId(region, subnet)
  return found && zoneOf(region, found.properties)?.id
}
