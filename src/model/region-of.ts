/** Names of regions, checked where somebody typed them. */

import {DrError} from '../errors.js'
import type {Deployment, Region, RegionDeployment} from './deployment.js'

/** Throws `RegionUnknown` (exit usage) for a region that is none of the deployment's. */
export function regionOf(deployment: Deployment, region: Region): RegionDeployment {
  const found = deployment.regions[region]
  if (found) return found
  throw regionUnknown(region, deployment)
}

export const regionUnknown = (region: string, {app, home, away}: Deployment): DrError =>
  new DrError({
    code: 'RegionUnknown',
    exit: 'usage',
    what: `${app} is not deployed in ${region}`,
    why: `its regions are ${home} (home) and ${away} (away)`,
    next: `name one of them`,
  })
