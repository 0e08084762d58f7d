/** Opens what a push to the delivery pipeline needs: the project and its repository, and the pipeline in the home region. */

import {dirname} from 'node:path'
import type {PushInput} from '../actions/pipeline/push.js'
import type {Session} from './session.js'

type Opened = Pick<PushInput, 'checkout' | 'clock' | 'delivery' | 'deployment' | 'folder' | 'pipeline' | 'target'>

/** Throws what `findProject` and the session throw. */
export async function openDelivery(session: Session): Promise<Opened> {
  const [{findProject}, {GitCheckout}, {systemClock}, config] = await Promise.all([
    import('../config/project.js'),
    import('../adapters/git.js'),
    import('../adapters/clock.js'),
    session.config(),
  ])
  const {own, folder: infra} = await findProject(session.options.folder, config)
  const [{name: target}, deployment, pipeline] = await Promise.all([
    session.target(),
    session.deployment(),
    session.delivery(),
  ])
  // Where todo-dr.yaml is, which the builds look for.
  const folder = config ? dirname(config.file) : dirname(infra)
  return {
    target,
    deployment,
    delivery: own.delivery,
    folder,
    checkout: new GitCheckout(folder),
    pipeline,
    clock: systemClock,
  }
}
