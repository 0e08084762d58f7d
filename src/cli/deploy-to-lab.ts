/** A project on the lab of a drill: all of it, as `todo-dr deploy` would. */

import {DrError} from '../errors.js'
import type {Emit} from '../messages.js'
import type {Session} from '../open/session.js'
import type {Stage} from '../ports/stage.js'
import {DEPLOY_ALL} from './deploy-command.js'
import {operator} from './operator.js'

/** `session` has then seen the lab as it was before, and is of no more use. Throws what went wrong; nothing has been broken. */
export async function deployToLab(
  session: Session,
  telling: {stage: Stage; emit: Emit; signal: AbortSignal},
): Promise<void> {
  const [{openDeploy}, {runDeploy}] = await Promise.all([
    import('../open/deploy.js'),
    import('../actions/deploy/run.js'),
  ])
  const place = await openDeploy(session)
  const owner = `${operator()} drill`
  const {error, exit, result} = await runDeploy({...place, ...DEPLOY_ALL, owner, began: Date.now(), ...telling})
  await session.close()
  if (error) throw error
  if (exit === 'done') return
  const [refusal] = result.refusals
  throw new DrError({
    code: 'Refused',
    exit,
    what: `the project cannot be deployed to the lab: ${refusal?.gate ?? result.status}`,
    why: refusal?.reason,
    next: refusal?.hint ?? 'todo-dr drill without --target, which starts a new one',
  })
}
