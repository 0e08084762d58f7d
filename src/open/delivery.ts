/** Opens what a push to the delivery pipeline needs: the project and its repository, and the pipeline in the home region. */

import {dirname} from 'node:path'
import type {PushInput} from '../actions/pipeline/push.js'
import type {Delivery} from '../model/delivery.js'
import type {Session} from './session.js'

type Opened = Pick<
  PushInput,
  'checkout' | 'clock' | 'delivery' | 'deployment' | 'folder' | 'outside' | 'pipeline' | 'target'
>

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
    outside: own.delivery?.source === 'connection' ? await outsideOf(session, own.delivery) : undefined,
    folder,
    checkout: new GitCheckout(folder),
    pipeline,
    clock: systemClock,
  }
}

/** A lab's repository has an address of its own. Its password, the lab's secret, is read by git from the file that holds it. */
async function outsideOf(session: Session, {branch, repository}: Delivery): Promise<string> {
  const lab = await session.labStatus()
  if (!lab) return `git push to ${branch} of ${repository}`
  const {credentialsFile, gitUrl} = lab
  const helper = `!sed -n "s/^aws_secret_access_key = /password=/p" "${credentialsFile}"; :`
  return `git -c credential.helper= -c credential.helper='${helper}' push ${gitUrl}${repository} HEAD:${branch}`
}
