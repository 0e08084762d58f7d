import {DrError} from '../errors.js'
import type {Deployment} from '../model/deployment.js'

/** A region given by hand that is none of the deployment's. */
export const regionUnknown = (region: string, {app, home, away}: Deployment): DrError =>
  new DrError({
    code: 'RegionUnknown',
    exit: 'usage',
    what: `${app} is not deployed in ${region}`,
    why: `its regions are ${home} (home) and ${away} (away)`,
    next: `name one of them`,
  })
