import type {MadeRoute} from '../config/project.js'
import type {Target} from '../config/target.js'
import type {RouteGrants} from '../model/permission.js'

/** What the routes of a target need of IAM, without a call to AWS. `made`: what the template of its project makes. */
export async function routeGrants({routes = [{kind: 'deployed'}]}: Target, made?: MadeRoute): Promise<RouteGrants> {
  const {grantsOf} = await import('../adapters/aws/routing/index.js')
  return grantsOf(routes, made)
}
