/** The kinds of routes that clients can be steered by. Another kind is a file here and a line below. */

import {DrError} from '../../../errors.js'
import type {RouteSettings} from '../../../model/deployment.js'
import {keyValueStoreFault} from './keyvaluestore.js'

/** What is wrong with the settings of a route of that kind; undefined where nothing is. */
const FAULTS: Record<string, (route: RouteSettings) => string | undefined> = {keyvaluestore: keyValueStoreFault}

/** Throws `RouteUnknown` (exit usage) for a kind that is not known here, `MapInvalid` where its settings are wrong. */
export function checkRoute(route: RouteSettings, where: string): void {
  const fault = FAULTS[route.kind]
  if (!fault)
    throw new DrError({
      code: 'RouteUnknown',
      exit: 'usage',
      what: `this version of todo-dr cannot steer by ${route.kind}`,
      why: `the map of the deployment (${where}) names it as the route; known here: ${Object.keys(FAULTS).join(', ')}`,
      next: 'use a newer version of todo-dr, or deploy with a route that this one knows',
    })
  const why = fault(route)
  if (why !== undefined)
    throw new DrError({
      code: 'MapInvalid',
      exit: 'failed',
      what: `the map of the deployment cannot be read (${where})`,
      why,
      next: 'deploy the directory stacks again, with the template of this version',
    })
}
