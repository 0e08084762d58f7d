/** What a stack's status means for a deployment. */

import {DrError} from '../../errors.js'
import type {ProjectStack, StackState} from '../../model/stack.js'

/**
 * absent: made anew, over what a failed creation has left where there is something. updatable: stands, and can be
 * changed. busy: CloudFormation is at work on it, for whoever has begun it. stuck: CloudFormation refuses every change.
 */
export type Standing = 'absent' | 'updatable' | 'busy' | 'stuck'

/** Created, but never whole: the toolkit deletes it and creates it anew. */
const STILLBORN = new Set([
  'REVIEW_IN_PROGRESS',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'CREATE_FAILED',
  'DELETE_COMPLETE',
])
const STUCK = new Set(['UPDATE_ROLLBACK_FAILED', 'DELETE_FAILED'])

export function standingOf(state: StackState | undefined): Standing {
  if (state === undefined || STILLBORN.has(state.status)) return 'absent'
  if (state.status.endsWith('_IN_PROGRESS')) return 'busy'
  return STUCK.has(state.status) ? 'stuck' : 'updatable'
}

/** Why a stuck stack must be helped by a person first. */
export function stuckError({name, region}: ProjectStack, {status, reason}: StackState): DrError {
  const at = `--stack-name ${name} --region ${region}`
  const rollback = status === 'UPDATE_ROLLBACK_FAILED'
  return new DrError({
    code: rollback ? 'StackRollbackFailed' : 'StackDeleteFailed',
    exit: 'failed',
    what: `${name} in ${region} is in ${status}, a state that CloudFormation does not update`,
    why: reason,
    next: rollback
      ? `fix the cause, then todo-dr deploy --continue-rollback (or aws cloudformation continue-update-rollback ${at})`
      : `fix the cause, then aws cloudformation delete-stack ${at}; then todo-dr deploy`,
  })
}
