/** The kinds of routes that clients can be sent by. Another kind is a file beside this one and a line in `KINDS`. */

import {DrError} from '../../../errors.js'
import type {Deployment} from '../../../model/deployment.js'
import type {RouteGrants} from '../../../model/permission.js'
import type {Route} from '../../../ports/route.js'
import type {Clients} from '../clients.js'
import {command} from './command.js'
import {keyValueStore} from './keyvaluestore.js'
import type {RouteKind} from './kind.js'
import {origin} from './origin.js'

/** Version 1 of the map knew one kind. */
export {routeOfVersion1, version1Route} from './keyvaluestore.js'

const KINDS: Record<string, RouteKind> = {keyvaluestore: keyValueStore, origin, command}

export const ROUTE_KINDS = Object.keys(KINDS)

/** What the template makes. */
const USUAL_KIND = 'keyvaluestore'

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

/** The route of a deployment whose map has been read. */
export const openRoute = (clients: Clients, deployment: Deployment): Route =>
  routeKind(deployment.route.kind).open(clients, deployment)

/** What IAM must allow for the route of a deployment whose map has been read. */
export function grantsOf(deployment: Deployment): RouteGrants {
  const kind = routeKind(deployment.route.kind)
  return kind.grantsOf?.(deployment) ?? kind.grants
}

/** Asked for where no map is read: a policy is made without a call to AWS. By default of the kind that the template makes. */
export const grantsOfKind = (kind = USUAL_KIND): RouteGrants => routeKind(kind).grants
