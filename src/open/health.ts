/** Opens all that `health` asks. */

import type {HealthInput} from '../actions/health/run.js'
import {accountOf, regionNames} from '../model/regions.js'
import type {Session} from './session.js'

export async function openHealth(session: Session): Promise<Omit<HealthInput, 'intent' | 'signal'>> {
  const world = await session.world()
  const [{AwsVitals}, {AwsCheckup}, {grantsOf}, clients, {access}, outage, runs, {name: target, maxLagSeconds}] =
    await Promise.all([
      import('../adapters/aws/vitals.js'),
      import('../adapters/aws/checkup.js'),
      import('../adapters/aws/routing/index.js'),
      session.clients(),
      session.place(),
      session.outage(),
      session.mirroredRuns(),
      session.target(),
    ])
  const {deployment} = world
  return {
    target,
    world,
    place: {
      account: accountOf(deployment),
      app: deployment.app,
      order: regionNames(deployment),
      route: grantsOf(deployment),
    },
    vitals: new AwsVitals(clients, deployment),
    checkup: new AwsCheckup(clients, access, session.options.signal),
    outage,
    runs,
    maxLagSeconds,
  }
}
