/** Opens what a teardown needs: the application's name and regions, and AWS. The map in SSM may be gone already. */

import type {TeardownPlace} from '../actions/teardown/run.js'
import {DrError} from '../errors.js'
import {LAB_ACCOUNT} from '../model/deployment.js'
import {withEdge} from '../model/regions.js'
import type {Session} from './session.js'

/** `toolkit`: CDK's bootstrap stacks too. Throws `AppUnknown` (exit usage) where a lab holds several applications. */
export async function openTeardown(session: Session, {toolkit}: {toolkit: boolean}): Promise<TeardownPlace> {
  const [{AwsDemolition, appsByTag}, {AwsLease}, {FsRunStore}, {targetStateFolder}, {systemClock}] = await Promise.all([
    import('../adapters/aws/teardown/index.js'),
    import('../adapters/aws/lease.js'),
    import('../adapters/fs/runs.js'),
    import('../adapters/fs/paths.js'),
    import('../adapters/clock.js'),
  ])
  const [{name, kind}, place, clients] = await Promise.all([session.target(), session.place(), session.clients()])
  const regions = withEdge(place.regions)
  const ofProject = kind === 'lab' ? await projectsApp(session) : undefined
  const app = ofProject ?? place.app ?? onlyOne(await appsByTag(clients, systemClock, regions, session.options.signal))
  const account = kind === 'lab' ? {account: LAB_ACCOUNT} : {}
  session.announce({code: 'target', target: name, app, ...account, regions: place.regions})
  return {
    target: name,
    app,
    regions,
    demolition: new AwsDemolition(clients, systemClock, {app: app ?? '', regions, toolkit}),
    leaseIn: (buckets) => new AwsLease(clients, buckets),
    // On this machine alone: the buckets that a copy could be kept in are going.
    runs: new FsRunStore(targetStateFolder(name)),
    clock: systemClock,
  }
}

/** On a lab it is the application of the project that one stands in, else what the lab holds. */
async function projectsApp(session: Session): Promise<string | undefined> {
  const {findProject, rehearsedAs} = await import('../config/project.js')
  try {
    return rehearsedAs(await findProject(session.options.folder, await session.config())).app
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
    what: 'no application is named',
    why: `the applications here are ${apps.join(', ')}`,
    next: 'run it in the folder with the todo-dr.yaml of that application',
  })
}
