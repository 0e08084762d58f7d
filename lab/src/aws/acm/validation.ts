/**
 * A certificate is issued when the public DNS has the record that proves each of its names. CloudFormation makes the record where
 * the hosted zone is given, waits, and leaves it when the certificate is deleted (CloudFormation template reference,
 * AWS::CertificateManager::Certificate; "DNS validation", ACM user guide).
 */

import {createHash} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'

import {call, type Properties, type ResourceContext} from '../../cloudformation/provider.js'
import {normalName} from '../../data-plane/dns/names.js'
import {ACCOUNT, GLOBAL_CONTROL_REGION} from '../../kernel.js'

/** How often the DNS is asked. AWS gives no figure; a lab asks itself. */
const POLL_MS = 50
/** As CloudFormation makes it. */
const TTL = 300
/**
 * By AWS's clock: a stack waits no longer than this, 36 hours where it has a service role. ACM itself gives up after 72 ("Troubleshoot
 * certificate validation", ACM user guide). CloudFormation's own limits are measured ones (DevelopersIO, "CloudFormation, ACM, 12 hours").
 */
const LIMIT_HOURS = {own: 12, serviceRole: 36}

interface Proof {
  HostedZoneId: string
  name: string
  value: string
}

const token = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** The same for each certificate of a name in an account, and for the wildcard below it ("DNS validation", ACM user guide). */
function proofOf(DomainName: string, HostedZoneId: string): Proof {
  const base = DomainName.replace(/^\*\./, '')
  return {
    HostedZoneId,
    name: `_${token(base)}.${base}`,
    value: `_${token(`${ACCOUNT} ${base}`)}.acm-validations.aws`,
  }
}

/** Resolves when the certificate is issued. Throws when Route 53 refuses its record, when the stack is deleted, and after the limit. */
export async function issue({DomainValidationOptions}: Properties, context: ResourceContext): Promise<void> {
  const proofs = DomainValidationOptions.map(({DomainName, HostedZoneId}: Properties) =>
    proofOf(DomainName, HostedZoneId),
  ) as Proof[]
  for (const {HostedZoneId, name: Name, value: Value} of proofs) {
    const record = {Name, Type: 'CNAME', TTL, ResourceRecords: [{Value}]}
    const ChangeBatch = {Changes: [{Action: 'UPSERT', ResourceRecordSet: record}]}
    const route53 = {...context, region: GLOBAL_CONTROL_REGION}
    await call(route53, 'route53', 'ChangeResourceRecordSets', {HostedZoneId, ChangeBatch})
  }

  const hours = context.hasServiceRole ? LIMIT_HOURS.serviceRole : LIMIT_HOURS.own
  const end = context.lab.now() + hours * 3_600_000
  while (!proofs.every((proof) => isSeen(proof, context))) {
    context.cancelled?.throwIfAborted()
    // The text is assumed.
    if (context.lab.now() > end) throw new Error('Resource timed out waiting for creation of the physical resource')
    await sleep(POLL_MS, undefined, {ref: false})
  }
}

function isSeen({name, value}: Proof, {lab}: ResourceContext): boolean {
  const target = lab.service('route53').cname(name)?.target
  return target !== undefined && normalName(target) === normalName(value)
}
