/** Keys, log groups, secrets and user pools for a teardown: is it there, is it guarded, and its end. */

import type {Region} from '../../../model/deployment.js'
import {isFault} from '../errors.js'
import type {Caller} from './caller.js'
import type {EstateTarget} from './database.js'

/** The shortest waiting time that KMS takes. */
export const KEY_DELETION_DAYS = 7

const NOT_FOUND = ['NotFoundException', 'ResourceNotFoundException']

export async function keyState(
  caller: Caller,
  region: Region,
  id: string,
): Promise<'gone' | 'pending-deletion' | 'standing'> {
  const {DescribeKeyCommand} = await import('@aws-sdk/client-kms')
  const client = await caller.clients.kms(region)
  const answer = await caller.call(
    {action: 'kms:DescribeKey', region},
    (abortSignal) => client.send(new DescribeKeyCommand({KeyId: id}), {abortSignal}),
    NOT_FOUND,
  )
  if (!answer) return 'gone'
  return /^Pending(Replica)?Deletion$/.test(answer.KeyMetadata?.KeyState ?? '') ? 'pending-deletion' : 'standing'
}

export async function scheduleKey(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  const {ScheduleKeyDeletionCommand} = await import('@aws-sdk/client-kms')
  const client = await caller.clients.kms(region)
  if ((await keyState(caller, region, id)) !== 'standing') return
  const command = new ScheduleKeyDeletionCommand({KeyId: id, PendingWindowInDays: KEY_DELETION_DAYS})
  await caller.call(
    {action: 'kms:ScheduleKeyDeletion', region},
    (abortSignal) => client.send(command, {abortSignal}),
    NOT_FOUND,
  )
}

export async function logGroupStands(caller: Caller, region: Region, name: string): Promise<boolean> {
  const {DescribeLogGroupsCommand} = await import('@aws-sdk/client-cloudwatch-logs')
  const client = await caller.clients.logs(region)
  // In the order of their names: the one that is its own prefix comes first.
  const {logGroups = []} = await caller.must({action: 'logs:DescribeLogGroups', region}, (abortSignal) =>
    client.send(new DescribeLogGroupsCommand({logGroupNamePrefix: name, limit: 1}), {abortSignal}),
  )
  return logGroups[0]?.logGroupName === name
}

export async function deleteLogGroup(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  const {DeleteLogGroupCommand} = await import('@aws-sdk/client-cloudwatch-logs')
  const client = await caller.clients.logs(region)
  await caller.call(
    {action: 'logs:DeleteLogGroup', region},
    (abortSignal) => client.send(new DeleteLogGroupCommand({logGroupName: id}), {abortSignal}),
    NOT_FOUND,
  )
}

interface SecretState {
  replica: boolean
  replicas: Region[]
}

/** Undefined where it is gone, or its deletion is under way. */
export async function secretState(caller: Caller, region: Region, arn: string): Promise<SecretState | undefined> {
  const {DescribeSecretCommand} = await import('@aws-sdk/client-secrets-manager')
  const client = await caller.clients.secrets(region)
  const answer = await caller.call(
    {action: 'secretsmanager:DescribeSecret', region},
    (abortSignal) => client.send(new DescribeSecretCommand({SecretId: arn}), {abortSignal}),
    NOT_FOUND,
  )
  if (!answer || answer.DeletedDate) return undefined
  return {
    replica: answer.PrimaryRegion !== undefined && answer.PrimaryRegion !== region,
    replicas: (answer.ReplicationStatus ?? []).flatMap(({Region: one}) => one ?? []),
  }
}

/** With its replicas, and without the recovery window, in which its name would stay taken. */
export async function deleteSecret(caller: Caller, {arn, region}: EstateTarget): Promise<void> {
  const sdk = await import('@aws-sdk/client-secrets-manager')
  const client = await caller.clients.secrets(region)
  const state = await secretState(caller, region, arn)
  if (!state) return
  if (state.replica) {
    // Its original is gone or is not ours: on its own it can be deleted.
    await caller.call(
      {action: 'secretsmanager:StopReplicationToReplica', region},
      (abortSignal) => client.send(new sdk.StopReplicationToReplicaCommand({SecretId: arn}), {abortSignal}),
      NOT_FOUND,
    )
  }

  if (state.replicas.length > 0) {
    const command = new sdk.RemoveRegionsFromReplicationCommand({SecretId: arn, RemoveReplicaRegions: state.replicas})
    await caller.call(
      {action: 'secretsmanager:RemoveRegionsFromReplication', region},
      (abortSignal) => client.send(command, {abortSignal}),
      NOT_FOUND,
    )
  }

  await caller.call(
    {action: 'secretsmanager:DeleteSecret', region},
    (abortSignal) =>
      client.send(new sdk.DeleteSecretCommand({SecretId: arn, ForceDeleteWithoutRecovery: true}), {abortSignal}),
    NOT_FOUND,
  )
}

/** Undefined where it is gone. */
export async function poolState(
  caller: Caller,
  region: Region,
  id: string,
): Promise<{protected: boolean; domains: string[]} | undefined> {
  const {DescribeUserPoolCommand} = await import('@aws-sdk/client-cognito-identity-provider')
  const client = await caller.clients.cognito(region)
  const answer = await caller.call(
    {action: 'cognito-idp:DescribeUserPool', region},
    (abortSignal) => client.send(new DescribeUserPoolCommand({UserPoolId: id}), {abortSignal}),
    NOT_FOUND,
  )
  if (!answer) return undefined
  const {DeletionProtection, Domain, CustomDomain} = answer.UserPool ?? {}
  return {
    protected: DeletionProtection === 'ACTIVE',
    domains: [Domain, CustomDomain].flatMap((one) => one || []),
  }
}

/** A pool with a domain cannot be deleted. */
export async function deletePool(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  const sdk = await import('@aws-sdk/client-cognito-identity-provider')
  const client = await caller.clients.cognito(region)
  const state = await poolState(caller, region, id)
  if (!state) return
  for (const Domain of state.domains) {
    try {
      await caller.call(
        {action: 'cognito-idp:DeleteUserPoolDomain', region},
        (abortSignal) => client.send(new sdk.DeleteUserPoolDomainCommand({Domain, UserPoolId: id}), {abortSignal}),
        NOT_FOUND,
      )
    } catch (error) {
      // So Cognito answers for a domain that is gone.
      if (!isFault(error, 'InvalidParameterException')) throw error
    }
  }

  await caller.call(
    {action: 'cognito-idp:DeleteUserPool', region},
    (abortSignal) => client.send(new sdk.DeleteUserPoolCommand({UserPoolId: id}), {abortSignal}),
    NOT_FOUND,
  )
}

/** UpdateUserPool sets to its default what it is not told: of no matter to a pool that goes next. */
export async function unprotectPool(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  const {UpdateUserPoolCommand} = await import('@aws-sdk/client-cognito-identity-provider')
  const client = await caller.clients.cognito(region)
  const command = new UpdateUserPoolCommand({UserPoolId: id, DeletionProtection: 'INACTIVE'})
  await caller.must({action: 'cognito-idp:UpdateUserPool', region}, (abortSignal) =>
    client.send(command, {abortSignal}),
  )
}
