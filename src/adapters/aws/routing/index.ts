/** The kinds of routes that clients can be sent by. Another kind is a file beside this one and a line in `KINDS`. */

import {isZoneId} from '../../../config/hosted-zone.js'
import type {MadeRoute} from '../../../config/project.js'
import {DrError} from '../../../errors.js'
import {routesOf} from '../../../model/deployment.js'
import type {Deployment, RouteSettings} from '../../../model/deployment.js'
import type {RouteGrants} from '../../../model/permission.js'
import type {Route} from '../../../ports/route.js'
import type {DnsServer} from '../../dns/query.js'
import type {Clients} from '../clients.js'
import {command} from './command.js'
import {InOrderRoute} from './in-order.js'
import {keyValueStore} from './keyvaluestore.js'
import type {RouteKind} from './kind.js'
import {origin} from './origin.js'
import {route53} from './route53.js'

/** Version 1 of the map knew one kind. */
export {routeOfVersion1, version1Route} from './keyvaluestore.js'

const KINDS: Record<string, RouteKind> = {keyvaluestore: keyValueStore, origin, route53, command}

export const ROUTE_KINDS = Object.keys(KINDS)

/** What the template makes where its config.json says nothing. */
const USUAL_KIND = 'keyvaluestore'
/** In todo-dr.yaml: the route that the deployment was made with. */
const DEPLOYED = 'deployed'

/** Throws `RouteUnknown` (exit usage) for a kind that is not known here. */
export function routeKind(kind: string): RouteKind {
  const found = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (found) return found
  throw new DrError({
    code: 'RouteUnknown',
    exit: 'usage',
    what: `this version of todo-dr cannot steer a route of the kind ${kind}`,
    why: `the map of the deployment names it as the route; this version knows: ${ROUTE_KINDS.join(', ')}`,
    next: 'use a newer version of todo-dr, or deploy with a route that this version knows',
  })
}

/** The route of a deployment whose map has been read. `dns`: the only name server to ask, as on a lab. */
export function openRoute(clients: Clients, deployment: Deployment, dns?: DnsServer): Route {
  const routes = routesOf(deployment).map((route) => routeKind(route.kind).open(clients, {...deployment, route}, dns))
  return routes.length === 1 ? routes[0]! : new InOrderRoute(deployment, routes)
}

/** What IAM must allow for these routes. `made`: what stands for the kind `deployed`, which a deployment is not asked for here. */
export function grantsOf(routes: readonly RouteSettings[], made?: MadeRoute): RouteGrants {
  const all = routes.map((route) => (route.kind === DEPLOYED ? grantsOfMade(made) : grantsOfOne(route)))
  return {
    'route.serving': all.flatMap((grants) => grants['route.serving']),
    'route.steer': all.flatMap((grants) => grants['route.steer']),
    'route.setUp': all.flatMap((grants) => grants['route.setUp'] ?? []),
  }
}

function grantsOfOne(route: RouteSettings): RouteGrants {
  const {grants, grantsOf: ofThis} = routeKind(route.kind)
  return ofThis?.(route) ?? grants
}

/** What a template makes is known before it is deployed, but for what AWS gives an id. */
function grantsOfMade(made: MadeRoute | undefined): RouteGrants {
  if (made?.kind !== 'route53') return grantsOfKind(made?.kind)
  const {kind, domain, hostedZone} = made
  const hostedZoneId = hostedZone !== undefined && isZoneId(hostedZone) ? hostedZone : '*'
  return grantsOfOne({kind, via: 'data-plane', name: domain ?? '', hostedZoneId, steerSeconds: 0})
}

/** Of any deployment: a policy is made without a call to AWS. By default of the kind that the template makes. */
export const grantsOfKind = (kind = USUAL_KIND): RouteGrants => routeKind(kind).grants
