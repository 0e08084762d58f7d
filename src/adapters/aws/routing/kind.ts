/** What a file of this folder gives: one kind of route. */

import type {z} from 'zod'
import type {Deployment} from '../../../model/deployment.js'
import type {RouteGrants} from '../../../model/permission.js'
import type {Route} from '../../../ports/route.js'
import type {Clients} from '../clients.js'

export interface RouteKind {
  /** Of `route` in the map of a deployment, `kind` included. */
  settings: z.ZodType
  open(clients: Clients, deployment: Deployment): Route
  /** What IAM must allow for it, of any deployment. */
  grants: RouteGrants
  /** The same of the deployment at hand, where its map names more than any deployment has. */
  grantsOf?(deployment: Deployment): RouteGrants
}
