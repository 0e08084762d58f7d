/** Opens what `doctor` examines. Never refuses: what is wrong with the target is a finding, too. */

import {dirname, resolve} from 'node:path'
import type {AwsAccess, Clients} from '../adapters/aws/clients.js'
import {awsUnnamed, targetAbsent, targetFound, targetWrong} from '../actions/doctor/examine.js'
import type {Patient} from '../actions/doctor/examine.js'
import {DrError} from '../errors.js'
import type {Region} from '../model/deployment.js'
import {homeFirst} from '../model/regions.js'
import type {Checkup} from '../ports/checkup.js'
import type {Route} from '../ports/route.js'
import type {Session} from './session.js'

/** Those of a new project. */
const USUAL: [Region, Region] = ['us-east-1', 'us-east-2']

export async function openCheckup(session: Session, signal: AbortSignal): Promise<Patient> {
  const {machine} = await import('../adapters/machine.js')
  const loaded = await session.config().catch(() => undefined)
  const base = {
    machine,
    infra: loaded && resolve(dirname(loaded.file), loaded.config.infra),
    lab: false,
    regions: USUAL,
  }
  const named = session.options.target || undefined
  try {
    return {...base, ...(await patientOf(session, named !== undefined, signal))}
  } catch (error) {
    if (!(error instanceof DrError)) throw error
    const judgement = targetWrong(error.message, error.next ?? 'todo-dr doctor')
    return {...base, target: {name: named ?? 'lab', judgement}}
  }
}

/** `named`: somebody asked for this target. */
async function patientOf(
  session: Session,
  named: boolean,
  signal: AbortSignal,
): Promise<Pick<Patient, 'target'> & Partial<Patient>> {
  const target = await session.target()
  const {name} = target
  if (target.kind === 'aws') {
    const {app, account} = target
    const regions = homeFirst(target.regions)
    const judgement = targetFound(`${name}: ${app}, ${regions.join(' and ')}`)
    const checkup = await checkupOf(session, (await session.place()).access, signal)
    return {target: {name, judgement}, app, account, regions, checkup}
  }

  const running = await session.labStatus().catch((error: unknown) => {
    // Nobody asked for a lab.
    if (named || !(error instanceof DrError) || error.code !== 'NoLab') throw error
  })
  if (running === undefined) {
    const judgement = targetAbsent('no todo-dr.yaml in this folder or above, and no lab is running')
    // Who only rehearses on this machine needs no account.
    return {target: {name, judgement}, unasked: awsUnnamed}
  }

  const {app} = running
  const regions = homeFirst(running)
  const judgement = targetFound(`${name}: ${app ?? 'nothing deployed'}, ${regions.join(' and ')}`)
  const checkup = await checkupOf(session, (await session.place()).access, signal)
  return {target: {name, judgement}, lab: true, app, regions, checkup}
}

/** Of the map; undefined where nothing is deployed. */
async function deployedRoute(session: Session, clients: Clients): Promise<Route | undefined> {
  const [{openRoute}, {dns}] = await Promise.all([import('../adapters/aws/routing/index.js'), session.place()])
  try {
    return openRoute(clients, await session.deployment(), dns)
  } catch (error) {
    if (error instanceof DrError && error.code === 'NotDeployed') return undefined
    throw error
  }
}

async function checkupOf(session: Session, access: AwsAccess, signal: AbortSignal): Promise<Checkup> {
  const [{Clients: AwsClients}, {AwsCheckup}] = await Promise.all([
    import('../adapters/aws/clients.js'),
    import('../adapters/aws/checkup.js'),
  ])
  const clients = new AwsClients(access)
  session.onClose(() => clients.close())
  return new AwsCheckup(clients, access, signal, () => deployedRoute(session, clients))
}
