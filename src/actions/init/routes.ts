/** How clients of a new project are sent to a region. Pure. */

import {isZoneId} from '../../config/hosted-zone.js'
import type {PipelineChoice} from './pipelines.js'

/** What the template makes; clients can be sent by one of them. */
const MADE = ['keyvaluestore', 'route53', 'origin'] as const
/** A program of the user's, alone or beside one of these. */
export const ROUTES = [...MADE, 'command'] as const
export type RouteName = (typeof ROUTES)[number]
export type MadeRoute = (typeof MADE)[number]

export const DEFAULT_ROUTES: RouteName[] = ['keyvaluestore']

/** What a person chooses from. */
export const ROUTE_CHOICES: Readonly<Record<RouteName, string>> = {
  keyvaluestore: 'keyvaluestore: CloudFront asks a key on every request; clients follow within seconds',
  route53: 'route53: a name of yours in Route 53, without CloudFront; clients follow within minutes',
  origin: "origin: the origin of the distribution, as in AWS's article; needs a control plane in us-east-1",
  command: 'command: a program of yours',
}

/** The program that a project with the route `command` begins with. */
export const ROUTE_PROGRAM = 'route.sh'

/** What the template makes for these routes: a program of the user's changes what clients are sent by, and makes nothing. */
export const madeOf = (routes: readonly RouteName[]): MadeRoute =>
  routes.find((route) => route !== 'command') ?? MADE[0]

export function routesFault(routes: readonly RouteName[], {pipeline}: {pipeline: PipelineChoice}): string | undefined {
  const made = routes.filter((route) => route !== 'command')
  if (new Set(routes).size < routes.length) return 'names a route twice'
  if (made.includes('route53') && made.length > 1)
    return 'names routes of different clients: those of route53 use a name of yours, the others use the distribution'
  if (made.length > 1)
    return 'names two routes of which one has no effect: the function of keyvaluestore chooses an origin for every request'
  if (pipeline !== 'none' && routes.includes('command'))
    return 'cannot be used with --pipeline: a program on this machine is not where a pipeline runs'
  return undefined
}

/** Labels of letters, digits and hyphens; as in infra-template/lib/config.ts. */
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.){2,}[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/
const ZONE_NAME = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/

export const domainFault = (domain: string): string | undefined =>
  DOMAIN.test(domain) ? undefined : 'must be a name below that of a hosted zone, in lower case, such as api.example.com'

export function zoneFault(zone: string, domain: string): string | undefined {
  if (isZoneId(zone)) return undefined
  if (!ZONE_NAME.test(zone)) return 'must be the id or the name of a hosted zone, such as Z1D633PJN98FT9 or example.com'
  return domain.endsWith(`.${zone}`) ? undefined : `is not the zone of ${domain}`
}
