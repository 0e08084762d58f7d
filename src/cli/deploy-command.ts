/** What deploy and `init --deploy` share: from what was asked for to the exit status. */

import type {DeployResult} from '../actions/deploy/result.js'
import type {Session} from '../open/session.js'
import {DrCommand} from './dr-command.js'
import {operator} from './operator.js'

export interface DeployAsked {
  /** Names or ids of stacks, with `*`; none: all. */
  stacks: string[]
  diff: boolean
  dryRun: boolean
  bootstrap: boolean
  rollback: boolean
  continueRollback: boolean
  concurrency: number
  /** Run the project's validation plugins; undefined: but for a lab. */
  validation?: boolean
  allowDatabaseChange: boolean
  confirm?: string
}

/** As `todo-dr deploy` does without a flag. */
export const DEPLOY_ALL: DeployAsked = {
  stacks: [],
  diff: false,
  dryRun: false,
  bootstrap: true,
  rollback: true,
  continueRollback: false,
  concurrency: 8,
  allowDatabaseChange: false,
}

export abstract class DeployCommand extends DrCommand {
  protected async deploy(session: Session, asked: DeployAsked): Promise<DeployResult> {
    const {emit, signal, stage} = this
    const began = Date.now()
    const [{openDeploy}, {runDeploy}] = await Promise.all([
      import('../open/deploy.js'),
      import('../actions/deploy/run.js'),
    ])
    const place = await openDeploy(session, asked)
    const owner = `${operator()} deploy`
    const databaseConsent = asked.allowDatabaseChange ? this.#databaseConsent(place.app, asked.confirm) : undefined
    const ending = await runDeploy({...place, ...asked, databaseConsent, owner, began, stage, emit, signal})
    if (!this.jsonEnabled()) for (const line of ending.lines) this.log(line)
    if (ending.error) await this.tell(ending.error)
    this.exitWith(ending.exit)
    return ending.result
  }

  #databaseConsent(app = 'NAME', confirm: string | undefined) {
    return this.consent({
      app,
      confirm,
      question: `Type ${app} to accept the change of the database:`,
      danger: 'replaces the database of the wrong application',
      next: `todo-dr deploy --allow-database-change --confirm ${app}`,
    })
  }
}
