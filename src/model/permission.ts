/** What IAM is told: where a deployment is, and which actions on what of it are allowed. */

import type {Region} from './deployment.js'

export interface Place {
  /** Twelve digits. */
  account: string
  app: string
  /** Regions, home first. */
  order: readonly Region[]
  /** Made with the template's lockToEdge. */
  lockedToEdge?: boolean
  /** What its kind of route needs. */
  route: RouteGrants
}

export interface Grant {
  /** IAM's names, such as `rds:DescribeDBClusters`. */
  actions: readonly string[]
  /** ARNs. */
  resources: (place: Place) => string[]
  /** Only on what bears the tag of the application. */
  owned?: true
  /** Of a key: only grants that an AWS service makes for itself on the caller's behalf. */
  forServices?: true
  /** Of actions that know no resources: in CloudFront's region too, and not in the application's alone. */
  edge?: true
  /** Only where the APIs answer nobody without the edge's header. */
  locked?: true
}

/** Of a route's calls; each kind of route states them beside its calls. */
export interface RouteGrants {
  'route.serving': readonly Grant[]
  'route.steer': readonly Grant[]
  /** What `shortcomings` asks beside `serving`. */
  'route.setUp'?: readonly Grant[]
}
