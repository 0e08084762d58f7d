/** Where a target is, without asking AWS. */

import {DrError} from '../errors.js'
import {LAB_ACCOUNT} from '../model/deployment.js'
import {homeFirst} from '../model/regions.js'
import type {Place} from '../model/permission.js'

/** Throws what finding the target throws, `NoLab`, `NotDeployed` or `AccountUnknown` (exit usage). */
export async function placeOf(options: {flag?: string; account?: string}): Promise<{target: string; place: Place}> {
  const {resolveTarget} = await import('../config/target.js')
  const target = await resolveTarget({flag: options.flag, folder: process.cwd()})
  const {usualGrants} = await import('../adapters/aws/routing/index.js')
  const route = usualGrants()
  if (target.kind === 'lab') {
    const {connectLab} = await import('../adapters/lab/index.js')
    const lab = await connectLab(target.lab).status()
    const {app} = lab
    if (app === undefined) throw notDeployed(target.lab)
    return {target: target.name, place: {account: LAB_ACCOUNT, app, order: homeFirst(lab), route}}
  }

  const {name, app, regions} = target
  const account = options.account ?? target.account
  if (account === undefined || !/^\d{12}$/.test(account)) throw accountUnknown(name, account)
  return {target: name, place: {account, app, order: homeFirst(regions), route}}
}

const notDeployed = (lab: string): DrError =>
  new DrError({
    code: 'NotDeployed',
    exit: 'usage',
    what: `nothing is deployed in the lab "${lab}", so that it has no names`,
    next: 'todo-dr deploy --target lab, or name a target of todo-dr.yaml',
  })

const accountUnknown = (target: string, given: string | undefined): DrError =>
  new DrError({
    code: 'AccountUnknown',
    exit: 'usage',
    what: given === undefined ? `the account of "${target}" is not known` : `${given} is no account: twelve digits are`,
    why: 'ARNs hold it, and this command asks AWS nothing',
    next: 'name it with --account, or as account of the target in todo-dr.yaml',
  })
