/** Opens all that `health` asks. */

import type {HealthInput} from '../actions/health/run.js'
import {routesOf} from '../model/deployment.js'
import {accountOf, regionNames} from '../model/regions.js'
import type {Session} from './session.js'

/** What is called beside what probes and steps call. */
const SERVICES = ['sts', 'iam', 'secretsmanager', 'cloudfront', 'apigateway'] as const

export async function openHealth(session: Session): Promise<Omit<HealthInput, 'intent' | 'signal'>> {
  const [world, checkup, ...rest] = await Promise.all([
    session.world(),
    greeter(session),
    import('../adapters/aws/vitals.js'),
    import('../adapters/aws/routing/index.js'),
    session.clients(),
    session.outage(),
    session.mirroredRuns(),
    session.target(),
  ])
  const [{AwsVitals}, {grantsOf}, clients, outage, runs, {name: target, maxLagSeconds}] = rest
  const {deployment} = world
  return {
    target,
    world,
    place: {
      account: accountOf(deployment),
      app: deployment.app,
      order: regionNames(deployment),
      route: grantsOf(routesOf(deployment)),
    },
    vitals: new AwsVitals(clients, deployment),
    checkup,
    outage,
    runs,
    maxLagSeconds,
  }
}

/** Has asked while the map is read: who asks is what IAM's simulator waits for. And while AWS is waited for, the rest is loaded. */
async function greeter(session: Session): Promise<HealthInput['checkup']> {
  const [{AwsCheckup}, {askedAhead}, clients, {access, app, regions}] = await Promise.all([
    import('../adapters/aws/checkup.js'),
    import('../actions/health/share.js'),
    session.clients(),
    session.place(),
  ])
  const checkup = askedAhead(new AwsCheckup(clients, access, session.options.signal), app === undefined ? [] : regions)
  await clients.preload(SERVICES)
  return checkup
}
