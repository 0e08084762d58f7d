/** What a file of this folder gives: one kind of route. */

import type {z} from 'zod'
import type {Deployment, RouteSettings} from '../../../model/deployment.js'
import type {RouteGrants} from '../../../model/permission.js'
import type {Route} from '../../../ports/route.js'
import type {DnsServer} from '../../dns/query.js'
import type {Clients} from '../clients.js'

export interface RouteKind {
  /** Of `route` in the map of a deployment, `kind` included. */
  settings: z.ZodType
  /** `dns`: the only name server to ask, as on a lab. */
  open(clients: Clients, deployment: Deployment, dns?: DnsServer): Route
  /** What IAM must allow for it, of any deployment. */
  grants: RouteGrants
  /** The same of the route at hand, where its settings name more than any deployment has. */
  grantsOf?(route: RouteSettings): RouteGrants
}
