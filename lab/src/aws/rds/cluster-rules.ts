/** What RDS refuses of clusters, each as a fault of its API. */

import type {
  CreateDBClusterMessage,
  DeleteDBClusterMessage,
  ServerlessV2ScalingConfiguration,
} from '@aws-sdk/client-rds'

import {fault} from '../../kernel.js'
import {refuseBeyondQuota} from './quotas.js'
import type {ClusterRecord, GlobalRecord, Rds} from './store.js'

export const notAvailable = (cluster: ClusterRecord): Error =>
  fault('InvalidDBClusterStateFault', `DB cluster ${cluster.id} is not in available state: ${cluster.status}.`)

/** Texts as RDS answers them, from memory of users' reports; the codes are the API's. */
export function refuseSecondary(
  global: GlobalRecord,
  region: string,
  version: string,
  input: CreateDBClusterMessage,
): void {
  const combination = (text: string): Error => fault('InvalidParameterCombination', text)
  if (global.switching)
    throw fault('InvalidGlobalClusterStateFault', `Global cluster ${global.id} is ${global.switching.status}.`)
  if (input.MasterUsername) throw combination('Cannot specify user name for cross region replication cluster')
  if (input.MasterUserPassword) throw combination('Cannot specify password for cross region replication cluster')
  if (input.ManageMasterUserPassword)
    throw combination('ManageMasterUserPassword is not supported for global databases')
  if (input.DatabaseName) throw combination('Cannot specify database name for cross region replication cluster')
  if (global.storageEncrypted && !input.KmsKeyId) {
    throw combination('For encrypted cross-region replica, kmsKeyId should be explicitly specified')
  }

  if (version !== global.engineVersion) {
    throw combination(`Engine version ${version} does not match the global cluster's ${global.engineVersion}`)
  }

  if (global.members.some(({cluster}) => cluster.region === region)) {
    throw fault('InvalidGlobalClusterStateFault', `Global cluster ${global.id} already has a cluster in ${region}`)
  }
}

export function refuseFounder(input: CreateDBClusterMessage, global: GlobalRecord | undefined): void {
  if (input.ManageMasterUserPassword) {
    if (global)
      throw fault('InvalidParameterCombination', 'ManageMasterUserPassword is not supported for global databases')
    throw fault('NotImplemented', 'rds.CreateDBCluster: ManageMasterUserPassword', 501)
  }

  if (!input.MasterUsername) {
    throw fault('InvalidParameterValue', 'The parameter MasterUsername must be provided and must not be blank.')
  }

  refusePassword(input.MasterUserPassword)
  if (input.DatabaseName && !/^[a-z]\w{0,63}$/i.test(input.DatabaseName)) {
    throw fault('InvalidParameterValue', `The parameter DatabaseName is not valid: ${input.DatabaseName}`)
  }
}

export function refusePassword(password: string | undefined): void {
  if (!password)
    throw fault('InvalidParameterValue', 'The parameter MasterUserPassword must be provided and must not be blank.')
  const reason =
    password.length < 8
      ? 'it is shorter than 8 characters.'
      : password.length > 41
        ? 'it is longer than 41 characters.'
        : /[/@" ]|[^\u0020-\u007E]/.test(password)
          ? "only printable ASCII characters besides '/', '@', '\"', ' ' may be used."
          : undefined
  if (reason)
    throw fault('InvalidParameterValue', `The parameter MasterUserPassword is not a valid password because ${reason}`)
}

/** ACU (RDS API reference, ServerlessV2ScalingConfiguration). */
const CAPACITY = {least: 0, mostAtLeast: 1, most: 256, step: 0.5}

/** The two first texts are from reports of users. What a change leaves out stays. */
export function capacityRange(
  asked: ServerlessV2ScalingConfiguration,
  present: ServerlessV2ScalingConfiguration = {},
): ServerlessV2ScalingConfiguration {
  const refuse = (text: string): Error => fault('InvalidParameterValue', text)
  const {MinCapacity: min, MaxCapacity: max} = {...present, ...asked}
  if (min === undefined || max === undefined)
    throw refuse(
      'Both MinCapacity and MaxCapacity must be specified when you initialize Serverless v2 scaling configuration.',
    )
  if (max < CAPACITY.mostAtLeast)
    throw refuse(`Serverless v2 maximum capacity ${max} isn't valid. The maximum capacity must be at least 1.0.`)
  if (max > CAPACITY.most || max % CAPACITY.step !== 0)
    throw refuse(`Serverless v2 maximum capacity ${max} isn't valid.`)
  if (min < CAPACITY.least || min > max || min % CAPACITY.step !== 0)
    throw refuse(`Serverless v2 minimum capacity ${min} isn't valid.`)
  return {...present, ...asked}
}

export function refuseDeletion(rds: Rds, cluster: ClusterRecord, input: DeleteDBClusterMessage): void {
  if (cluster.deletionProtection) {
    throw fault(
      'InvalidParameterCombination',
      'Cannot delete protected Cluster, please disable deletion protection and try again.',
    )
  }

  if (!['available', 'creating'].includes(cluster.status)) throw notAvailable(cluster)
  if (cluster.instances.some(({status}) => status !== 'deleting')) {
    throw fault(
      'InvalidDBClusterStateFault',
      'Cluster cannot be deleted, it still contains DB instances in non-deleting state.',
    )
  }

  if (rds.store.globalOf(cluster)) {
    throw fault(
      'InvalidDBClusterStateFault',
      'This cluster is a part of a global cluster, please remove it from globalcluster first',
    )
  }

  if (input.SkipFinalSnapshot && input.FinalDBSnapshotIdentifier) {
    throw fault(
      'InvalidParameterCombination',
      'FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is true.',
    )
  }

  if (!input.SkipFinalSnapshot && !input.FinalDBSnapshotIdentifier) {
    throw fault(
      'InvalidParameterCombination',
      'FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.',
    )
  }

  if (input.FinalDBSnapshotIdentifier) refuseBeyondQuota(rds, cluster.region)
}
