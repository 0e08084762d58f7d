/** What a deployment gives a project whose clients use a name of their own: the hosted zone of the name. */

import type {HostedZone} from '../adapters/aws/hosted-zone.js'
import type {DnsServer} from '../adapters/dns/query.js'
import {isZoneId} from '../config/hosted-zone.js'
import type {Project} from '../config/project.js'
import type {Session} from './session.js'

/**
 * For the synthesis; see infra-template/lib/config.ts. A lab gets the zone where it has none. Warns where clients do not ask the zone yet.
 * Throws `ZoneNotOurs` and `NameTaken` (both exit usage): CloudFormation would find out much later.
 */
export async function nameContext(session: Session, {own: {route}}: Project): Promise<{hostedZone?: string}> {
  if (route?.kind !== 'route53' || route.domain === undefined) return {}
  const {domain, hostedZone} = route
  const [{freeName, zoneOf}, clients, lab, {dns}] = await Promise.all([
    import('../adapters/aws/hosted-zone.js'),
    session.clients(),
    session.lab(),
    session.place(),
  ])
  const {signal} = session.options
  const given = lab ? rehearsedAs(domain, hostedZone) : hostedZone
  if (lab) await lab.zone(given!)
  const zone = await zoneOf(clients, domain, given, {signal})
  await freeName(clients, domain, zone, {signal})
  await warnUnasked(session, domain, zone, dns)
  return {hostedZone: zone.id}
}

/** The name of the zone: on a lab it has another id than on AWS. */
const rehearsedAs = (domain: string, hostedZone: string | undefined): string =>
  hostedZone === undefined || isZoneId(hostedZone) ? domain.slice(domain.indexOf('.') + 1) : hostedZone

/** `dns`: a lab's. */
async function warnUnasked(
  {options: {emit, signal}}: Session,
  domain: string,
  zone: HostedZone,
  dns: DnsServer | undefined,
): Promise<void> {
  const {delegationOf, resolverOf} = await import('../adapters/dns/delegation.js')
  const {id, name, nameServers} = zone
  const asked = await delegationOf(name, {signal}, resolverOf(dns))
  if (!asked || asked.some((one) => nameServers.includes(one))) return
  emit({
    code: 'warning',
    text: `the public DNS does not name the hosted zone ${id} for ${name}: no certificate for ${domain} is issued before it does, and the deployment waits for that`,
    hint: `set the name servers of ${name} where it is registered, or in the zone above, to ${nameServers.join(', ')}. You can interrupt the deployment: todo-dr deploy continues it`,
  })
}
