/** Where a target is, without asking AWS. */

import type {MadeRoute} from '../config/project.js'
import {DrError} from '../errors.js'
import {LAB_ACCOUNT} from '../model/deployment.js'
import type {Place} from '../model/permission.js'
import {routeGrants} from './route-grants.js'
import type {Session} from './session.js'

/** `given`: the account, where the target does not name it. Throws `NoLab`, `NotDeployed` or `AccountUnknown` (exit usage). */
export async function placeOf(session: Session, given?: string): Promise<{target: string; place: Place}> {
  const [target, {app, regions}] = await Promise.all([session.target(), session.place()])
  const lab = target.kind === 'lab'
  if (app === undefined) throw notDeployed(lab ? `the lab "${target.lab}"` : target.name)
  const account = lab ? LAB_ACCOUNT : (given ?? target.account)
  if (account === undefined || !/^\d{12}$/.test(account)) throw accountUnknown(target.name, account)
  const route = await routeGrants(target, await madeFor(session, app))
  return {target: target.name, place: {account, app, order: regions, route}}
}

/** Of the project beside todo-dr.yaml, where it is of this application. */
async function madeFor(session: Session, app: string): Promise<MadeRoute | undefined> {
  const [{findProject}, config] = await Promise.all([import('../config/project.js'), session.config()])
  try {
    const {own} = await findProject(session.options.folder, config)
    return own.app === app ? own.route : undefined
  } catch (error) {
    if (error instanceof DrError && error.code === 'ProjectMissing') return undefined
    throw error
  }
}

const notDeployed = (target: string): DrError =>
  new DrError({
    code: 'NotDeployed',
    exit: 'usage',
    what: `nothing is deployed in ${target}`,
    next: 'todo-dr deploy --target lab, or choose a target in todo-dr.yaml',
  })

const accountUnknown = (target: string, given: string | undefined): DrError =>
  new DrError({
    code: 'AccountUnknown',
    exit: 'usage',
    what:
      given === undefined
        ? `the account of "${target}" is unknown`
        : `${given} is not an AWS account id (twelve digits)`,
    why: 'ARNs contain it, and this command makes no AWS calls',
    next: 'set it with --account, or as account of the target in todo-dr.yaml',
  })
