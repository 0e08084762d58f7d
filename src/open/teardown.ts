/** Opens what a teardown needs: the application's name and regions, and AWS. The map in SSM may be gone already. */

import type {AwsAccess} from '../adapters/aws/clients.js'
import type {AwsTarget, LabTarget} from '../config/target.js'
import {DrError} from '../errors.js'
import type {Emit} from '../messages.js'
import {LAB_ACCOUNT} from '../model/deployment.js'
import type {Region} from '../model/deployment.js'
import {homeFirst, withEdge} from '../model/regions.js'
import type {Demolition} from '../ports/teardown.js'
import type {Clock} from '../ports/world.js'

export interface OpenTeardown {
  target: string
  /** Undefined where nothing that is there names one: there is nothing to tear down. */
  app?: string
  regions: Region[]
  demolition: Demolition
  clock: Clock
  close(): Promise<void>
}

export interface OpenTeardownOptions {
  /** The value of --target or TODO_DR_TARGET. */
  flag?: string
  /** CDK's bootstrap stacks too. */
  toolkit: boolean
  emit: Emit
  signal: AbortSignal
}

interface Account {
  target: string
  app?: string
  regions: Region[]
  access: AwsAccess
}

export async function openTeardown(options: OpenTeardownOptions): Promise<OpenTeardown> {
  const [{resolveTarget}, {Clients}, {AwsDemolition, appsByTag}, {systemClock}] = await Promise.all([
    import('../config/target.js'),
    import('../adapters/aws/clients.js'),
    import('../adapters/aws/teardown/index.js'),
    import('../adapters/clock.js'),
  ])
  const {emit, signal, toolkit} = options
  const resolved = await resolveTarget({flag: options.flag, folder: process.cwd()})
  const account = resolved.kind === 'lab' ? await labAccount(resolved) : awsAccount(resolved)
  const clients = new Clients(account.access)
  try {
    const {target, regions} = account
    const places = withEdge(regions)
    const app = account.app ?? onlyOne(await appsByTag(clients, systemClock, places, signal))
    const ofLab = resolved.kind === 'lab' ? {account: LAB_ACCOUNT} : {}
    emit({code: 'target', target, app, ...ofLab, regions})
    const demolition = new AwsDemolition(clients, systemClock, {app: app ?? '', regions: places, toolkit})
    return {target, app, regions: places, demolition, clock: systemClock, close: () => clients.close()}
  } catch (error) {
    await clients.close()
    throw error
  }
}

function awsAccount({name, app, regions, profile, endpoint}: AwsTarget): Account {
  return {target: name, app, regions: homeFirst(regions), access: {profile, endpoint}}
}

/** The application is the one of the project that one stands in, else what the lab holds. */
async function labAccount({name, lab}: LabTarget): Promise<Account> {
  const {connectLab, labCredentials} = await import('../adapters/lab/index.js')
  const status = await connectLab(lab).status()
  return {
    target: name,
    app: (await projectsApp()) ?? status.app,
    regions: homeFirst(status),
    access: {endpoint: status.endpoint, credentials: await labCredentials(lab)},
  }
}

/** Undefined where no project is here. */
async function projectsApp(): Promise<string | undefined> {
  const {findProject, rehearsedAs} = await import('../config/project.js')
  try {
    return rehearsedAs(await findProject(process.cwd())).app
  } catch (error) {
    if (error instanceof DrError && error.code === 'ProjectMissing') return undefined
    throw error
  }
}

function onlyOne(apps: string[]): string | undefined {
  if (apps.length < 2) return apps[0]
  throw new DrError({
    code: 'AppUnknown',
    exit: 'usage',
    what: 'it is not said which application to tear down',
    why: `there are ${apps.join(', ')}`,
    next: 'run it where the todo-dr.yaml of that application is',
  })
}
