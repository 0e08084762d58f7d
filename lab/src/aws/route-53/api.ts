import type {ServiceApi, WireCall} from '../../service.js'
import {saying, validationText} from '../../wire/violations.js'

export const api: ServiceApi = {
  signingName: 'route53',
  placement: 'global',
  // Source: the errors of its operations (Route 53 API).
  invalid: (_, violations) => saying('InvalidInput', validationText(violations)),
  client: {load: () => import('@aws-sdk/client-route-53'), name: 'Route53Client'},
  permissions: {resources},
}

/** ARNs of Route 53 have neither a region nor an account (Service Authorization Reference). */
export const arnOf = (kind: string, id: string): string => `arn:aws:route53:::${kind}/${id}`

function resources({operation, input}: WireCall): string[] {
  const {Id, HostedZoneId, HealthCheckId, ResourceType, ResourceId, ResourceIds} = input
  const tagged = [ResourceId, ...(Array.isArray(ResourceIds) ? ResourceIds : [])]
  const named: [kind: string, id: unknown][] = [
    [operation === 'GetChange' ? 'change' : 'hostedzone', Id],
    ['hostedzone', HostedZoneId],
    ['healthcheck', HealthCheckId],
    ...tagged.map((id): [string, unknown] => [String(ResourceType), id]),
  ]
  return named.flatMap(([kind, id]) => (typeof id === 'string' && id !== '' ? [arnOf(kind, bareId(id))] : []))
}

/** Ids come with their path, as Route 53 gives them, or without. */
export const bareId = (id = ''): string => id.split('/').at(-1)!
