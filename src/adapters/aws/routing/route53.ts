/** Clients are sent by a name in a hosted zone of Route 53, which leads to the host of one region. */

import {z} from 'zod'
import type {Deployment, RouteSettings} from '../../../model/deployment.js'
import type {Grant, RouteGrants} from '../../../model/permission.js'
import {homeOf, otherRegion} from '../../../model/regions.js'
import type {Route} from '../../../ports/route.js'
import type {DnsServer} from '../../dns/query.js'
import type {Clients} from '../clients.js'
import {ClientName} from './client-name.js'
import type {RouteKind} from './kind.js'
import {ControlPlaneRoute} from './route53-control-plane.js'
import {DataPlaneRoute} from './route53-data-plane.js'

const settings = z.object({
  kind: z.literal('route53'),
  hostedZoneId: z.string(),
  name: z.string(),
  via: z.enum(['data-plane', 'control-plane']),
  healthCheckId: z.string().optional(),
  domains: z.record(z.string(), z.string()).optional(),
  metric: z.object({namespace: z.string(), name: z.string(), dimensions: z.record(z.string(), z.string())}).optional(),
  steerSeconds: z.number(),
})

/** Seconds of the time for a steer that are left when it stops to wait for the name servers: what to do next must be said in time. */
const LEFT_SECONDS = 30

function open(clients: Clients, deployment: Deployment, dns?: DnsServer): Route {
  const {via, hostedZoneId, healthCheckId, domains, steerSeconds, ...given} = settings.parse(deployment.route)
  const name = new ClientName(deployment, {name: given.name, domains, dns})
  const common = {clients, name, hostedZoneId, patienceMs: (steerSeconds - LEFT_SECONDS) * 1000}
  if (via === 'control-plane') return new ControlPlaneRoute(common)
  const home = homeOf(deployment)
  const metric = given.metric ?? {namespace: 'todo-dr', name: 'AwayServes', dimensions: {Route: name.name}}
  return new DataPlaneRoute({...common, healthCheckId, metric, home, standby: otherRegion(deployment, home)})
}

const any: Grant['resources'] = () => ['*']

function grantsOn(zones: string[], checks: string[], via?: 'data-plane' | 'control-plane'): RouteGrants {
  const on = (resources: string[], ...actions: string[]): Grant => ({actions, resources: () => resources})
  const list = on(zones, 'route53:GetHostedZone', 'route53:ListResourceRecordSets')
  return {
    'route.serving': [list, ...(via === 'control-plane' ? [] : [on(checks, 'route53:GetHealthCheck')])],
    'route.steer': [
      ...(via === 'control-plane' ? [] : [{actions: ['cloudwatch:PutMetricData'], resources: any}]),
      ...(via === 'data-plane'
        ? []
        : [on(zones, 'route53:ChangeResourceRecordSets'), on(['arn:aws:route53:::change/*'], 'route53:GetChange')]),
    ],
  }
}

export const route53: RouteKind = {
  settings,
  open,
  grants: grantsOn(['arn:aws:route53:::hostedzone/*'], ['arn:aws:route53:::healthcheck/*']),
  grantsOf(route: RouteSettings) {
    const {hostedZoneId, healthCheckId = '*', via} = settings.parse(route)
    return grantsOn(
      [`arn:aws:route53:::hostedzone/${hostedZoneId}`],
      [`arn:aws:route53:::healthcheck/${healthCheckId}`],
      via,
    )
  },
}
