/** The action types that the lab carries out, and what each of them takes. */

import type * as Api from '@aws-sdk/client-codepipeline'

import {s3Source} from './actions/s3-source.js'
import {build} from './actions/build.js'
import {codecommitSource} from './actions/codecommit-source.js'
import {connectionSource} from './actions/connection-source.js'
import {approval} from './actions/approval.js'
import type {ActionType} from './action.js'

/** By category and provider. All are AWS's own, in version 1. */
const TYPES: Readonly<Record<string, ActionType>> = {
  'Source CodeCommit': codecommitSource,
  'Source CodeStarSourceConnection': connectionSource,
  'Source S3': s3Source,
  'Build CodeBuild': build,
  'Test CodeBuild': build,
  'Approval Manual': approval,
}

/** Undefined for an action that the lab does not carry out. */
export function actionTypeOf({category, owner, provider, version}: Api.ActionTypeId): ActionType | undefined {
  const type = `${category} ${provider}`
  return owner === 'AWS' && version === '1' && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined
}
