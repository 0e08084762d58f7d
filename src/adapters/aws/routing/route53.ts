/** Clients are sent by a name in a hosted zone of Route 53, which leads to the host of one region. */

import {z} from 'zod'
import {DrError} from '../../../errors.js'
import type {Deployment, Region, RouteSettings} from '../../../model/deployment.js'
import type {Grant, RouteGrants} from '../../../model/permission.js'
import {homeOf, otherRegion} from '../../../model/regions.js'
import type {Route} from '../../../ports/route.js'
import type {DnsServer} from '../../dns/query.js'
import type {Clients} from '../clients.js'
import {ClientName} from './client-name.js'
import type {RouteKind} from './kind.js'
import {ControlPlaneRoute} from './route53-control-plane.js'
import {DataPlaneRoute} from './route53-data-plane.js'
import {RoutingControlsRoute} from './route53-routing-controls.js'
import {panelsOf} from './safety-rules.js'

const ways = z.enum(['data-plane', 'control-plane', 'routing-controls'])
type Way = z.infer<typeof ways>

const settings = z.object({
  kind: z.literal('route53'),
  hostedZoneId: z.string(),
  name: z.string(),
  via: ways,
  healthCheckId: z.string().optional(),
  domains: z.record(z.string(), z.string()).optional(),
  metric: z.object({namespace: z.string(), name: z.string(), dimensions: z.record(z.string(), z.string())}).optional(),
  routingControls: z.record(z.string(), z.string()).default({}),
  clusterEndpoints: z.array(z.object({region: z.string(), url: z.string()})).default([]),
  steerSeconds: z.number(),
})

/** Seconds of the time for a steer that are left when it stops to wait for the name servers: what to do next must be said in time. */
const LEFT_SECONDS = 30

function open(clients: Clients, deployment: Deployment, dns?: DnsServer): Route {
  const {via, hostedZoneId, healthCheckId, domains, steerSeconds, ...given} = settings.parse(deployment.route)
  const name = new ClientName(deployment, {name: given.name, domains, dns})
  const common = {clients, name, hostedZoneId, patienceMs: (steerSeconds - LEFT_SECONDS) * 1000}
  if (via === 'control-plane') return new ControlPlaneRoute(common)
  if (via === 'routing-controls')
    return new RoutingControlsRoute({
      ...common,
      controls: controlsOf(deployment, given.routingControls),
      endpoints: given.clusterEndpoints,
    })
  const home = homeOf(deployment)
  const metric = given.metric ?? {namespace: 'todo-dr', name: 'AwayServes', dimensions: {Route: name.name}}
  return new DataPlaneRoute({...common, healthCheckId, metric, home, standby: otherRegion(deployment, home)})
}

/** Of the regions of the deployment. Throws `RouteIncomplete` (exit usage) where one has none. */
function controlsOf({regions}: Deployment, given: Record<Region, string>): Record<Region, string> {
  return Object.fromEntries(
    regions.map(({region}) => {
      if (Object.hasOwn(given, region)) return [region, given[region]!]
      throw new DrError({
        code: 'RouteIncomplete',
        exit: 'usage',
        what: `route.routingControls names no routing control of ${region}, a region of this deployment`,
        next: `name it in todo-dr.yaml: ${region}: ARN`,
      })
    }),
  )
}

const any: Grant['resources'] = () => ['*']

interface Resources {
  zones: string[]
  checks: string[]
  controls: string[]
  panels: string[]
}

/** Of one way, or of all. */
function grantsOn({zones, checks, controls, panels}: Resources, via?: Way): RouteGrants {
  const on = (resources: string[], ...actions: string[]): Grant => ({actions, resources: () => resources})
  const by = (way: Way, ...grants: Grant[]): Grant[] => (via === undefined || via === way ? grants : [])
  const records = via === 'routing-controls' ? [] : ['route53:GetHostedZone']
  return {
    'route.serving': [
      on(zones, ...records, 'route53:ListResourceRecordSets'),
      ...(via === 'control-plane' ? [] : [on(checks, 'route53:GetHealthCheck')]),
      ...by('routing-controls', on(controls, 'route53-recovery-cluster:GetRoutingControlState')),
    ],
    'route.steer': [
      ...by('data-plane', {actions: ['cloudwatch:PutMetricData'], resources: any}),
      ...by(
        'control-plane',
        on(zones, 'route53:ChangeResourceRecordSets'),
        on(['arn:aws:route53:::change/*'], 'route53:GetChange'),
      ),
      ...by('routing-controls', on(controls, 'route53-recovery-cluster:UpdateRoutingControlStates')),
    ],
    'route.setUp': by(
      'routing-controls',
      on(panels, 'route53-recovery-control-config:ListSafetyRules'),
      // A rule may look at controls beside those of the route.
      on(
        panels.map((panel) => `${panel}/routingcontrol/*`),
        'route53-recovery-cluster:GetRoutingControlState',
      ),
    ),
  }
}

export const route53: RouteKind = {
  settings,
  open,
  grants: grantsOn({
    zones: ['arn:aws:route53:::hostedzone/*'],
    checks: ['arn:aws:route53:::healthcheck/*'],
    controls: ['arn:aws:route53-recovery-control::*:controlpanel/*'],
    panels: ['arn:aws:route53-recovery-control::*:controlpanel/*'],
  }),
  grantsOf(route: RouteSettings) {
    const {hostedZoneId, healthCheckId = '*', via, routingControls} = settings.parse(route)
    return grantsOn(
      {
        zones: [`arn:aws:route53:::hostedzone/${hostedZoneId}`],
        checks: [`arn:aws:route53:::healthcheck/${healthCheckId}`],
        controls: Object.values(routingControls),
        panels: panelsOf(Object.values(routingControls)),
      },
      via,
    )
  },
}
