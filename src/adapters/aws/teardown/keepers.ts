/** Keys, log groups, secrets and user pools for a teardown: is it there, is it guarded, and its end. */

import type {Region} from '../../../model/deployment.js'
import {isFault} from '../errors.js'
import type {Caller} from './caller.js'
import type {EstateTarget} from './database.js'

/** The shortest waiting time that KMS takes. */
const KEY_DELETION_DAYS = 7

const NOT_FOUND = ['NotFoundException', 'ResourceNotFoundException']

export async function keyState(
  caller: Caller,
  region: Region,
  id: string,
): Promise<'gone' | 'pending-deletion' | 'standing'> {
  const answer = await caller.call('kms', region, 'DescribeKey', {KeyId: id}, NOT_FOUND)
  if (!answer) return 'gone'
  return /^Pending(Replica)?Deletion$/.test(answer.KeyMetadata?.KeyState ?? '') ? 'pending-deletion' : 'standing'
}

export async function scheduleKey(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  if ((await keyState(caller, region, id)) !== 'standing') return
  const input = {KeyId: id, PendingWindowInDays: KEY_DELETION_DAYS}
  await caller.call('kms', region, 'ScheduleKeyDeletion', input, NOT_FOUND)
}

export async function logGroupStands(caller: Caller, region: Region, name: string): Promise<boolean> {
  // In the order of their names: the one that is its own prefix comes first.
  const {logGroups = []} = await caller.must('logs', region, 'DescribeLogGroups', {logGroupNamePrefix: name, limit: 1})
  return logGroups[0]?.logGroupName === name
}

export async function deleteLogGroup(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  await caller.call('logs', region, 'DeleteLogGroup', {logGroupName: id}, NOT_FOUND)
}

interface SecretState {
  replica: boolean
  replicas: Region[]
}

/** Undefined where it is gone, or its deletion is under way. */
export async function secretState(caller: Caller, region: Region, arn: string): Promise<SecretState | undefined> {
  const answer = await caller.call('secretsmanager', region, 'DescribeSecret', {SecretId: arn}, NOT_FOUND)
  if (!answer || answer.DeletedDate) return undefined
  return {
    replica: answer.PrimaryRegion !== undefined && answer.PrimaryRegion !== region,
    replicas: (answer.ReplicationStatus ?? []).flatMap(({Region: one}) => one ?? []),
  }
}

/** With its replicas, and without the recovery window, in which its name would stay taken. */
export async function deleteSecret(caller: Caller, {arn, region}: EstateTarget): Promise<void> {
  const state = await secretState(caller, region, arn)
  if (!state) return
  if (state.replica) {
    // Its original is gone or is not ours: on its own it can be deleted.
    await caller.call('secretsmanager', region, 'StopReplicationToReplica', {SecretId: arn}, NOT_FOUND)
  }

  if (state.replicas.length > 0) {
    const input = {SecretId: arn, RemoveReplicaRegions: state.replicas}
    await caller.call('secretsmanager', region, 'RemoveRegionsFromReplication', input, NOT_FOUND)
  }

  await caller.call(
    'secretsmanager',
    region,
    'DeleteSecret',
    {SecretId: arn, ForceDeleteWithoutRecovery: true},
    NOT_FOUND,
  )
}

/** Undefined where it is gone. */
export async function poolState(
  caller: Caller,
  region: Region,
  id: string,
): Promise<{protected: boolean; domains: string[]} | undefined> {
  const answer = await caller.call('cognito-idp', region, 'DescribeUserPool', {UserPoolId: id}, NOT_FOUND)
  if (!answer) return undefined
  const {DeletionProtection, Domain, CustomDomain} = answer.UserPool ?? {}
  return {
    protected: DeletionProtection === 'ACTIVE',
    domains: [Domain, CustomDomain].flatMap((one) => one || []),
  }
}

/** A pool with a domain cannot be deleted. */
export async function deletePool(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  const state = await poolState(caller, region, id)
  if (!state) return
  for (const Domain of state.domains) {
    try {
      await caller.call('cognito-idp', region, 'DeleteUserPoolDomain', {Domain, UserPoolId: id}, NOT_FOUND)
    } catch (error) {
      // So Cognito answers for a domain that is gone.
      if (!isFault(error, 'InvalidParameterException')) throw error
    }
  }

  await caller.call('cognito-idp', region, 'DeleteUserPool', {UserPoolId: id}, NOT_FOUND)
}

/** UpdateUserPool sets to its default what it is not told: of no matter to a pool that goes next. */
export async function unprotectPool(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  const input = {UserPoolId: id, DeletionProtection: 'INACTIVE' as const}
  await caller.must('cognito-idp', region, 'UpdateUserPool', input)
}
