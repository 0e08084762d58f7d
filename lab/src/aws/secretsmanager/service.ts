import {randomUUID} from 'node:crypto'

import {fault, type CallContext, type Lab, type Operation, type Service, type TaggedResource} from '../../kernel.js'
import {ByRegion, page} from '../by-region.js'
import {randomPassword, type PasswordInput} from './password.js'
import {findPrimary, Replication} from './replication.js'
import {describe, listEntry, versionEntry} from './views.js'
import {
  addVersion,
  CURRENT,
  findSecret,
  hasValue,
  isReplica,
  moveStage,
  newSecret,
  staged,
  type Secret,
  type Value,
} from './secret.js'
import {api} from './api.js'

type Tags = {Key: string; Value: string}[]
type ReplicaRegions = {Region?: string; KmsKeyId?: string}[]

interface CreateInput extends Value {
  Name: string
  ClientRequestToken?: string
  Description?: string
  KmsKeyId?: string
  Tags?: Tags
  AddReplicaRegions?: ReplicaRegions
  ForceOverwriteReplicaSecret?: boolean
}

interface ById extends Value {
  SecretId: string
  ClientRequestToken?: string
}

const DAY_MS = 86_400_000

/** Secrets Manager, with replicas in other regions. Rotation is left out: the lab's databases rotate nothing. */
export class SecretsManagerService implements Service {
  readonly api = api
  private readonly state = new ByRegion<Secret>()
  private readonly replication: Replication

  constructor(lab: Pick<Lab, 'faults'>) {
    this.replication = new Replication(this.state, lab.faults)
  }

  readonly operations: Record<string, Operation> = {
    CreateSecret: (input: CreateInput, {region}: CallContext) => this.create(input, region),
    GetSecretValue: (input: ById & {VersionId?: string; VersionStage?: string}, {region}: CallContext) =>
      this.getValue(input, region),
    PutSecretValue: (input: ById & {VersionStages?: string[]}, {region}: CallContext) => {
      const secret = this.primary(input.SecretId, region)
      const version = addVersion(secret, input.ClientRequestToken ?? randomUUID(), input, input.VersionStages)
      this.replication.synchronise(secret)
      return {ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.stages]}
    },
    UpdateSecret: (input: ById & {Description?: string; KmsKeyId?: string}, {region}: CallContext) => {
      const secret = this.primary(input.SecretId, region)
      secret.description = input.Description ?? secret.description
      secret.kmsKeyId = input.KmsKeyId ?? secret.kmsKeyId
      const version = hasValue(input) ? addVersion(secret, input.ClientRequestToken ?? randomUUID(), input) : undefined
      secret.changedAt = new Date()
      this.replication.synchronise(secret)
      return {ARN: secret.arn, Name: secret.name, VersionId: version?.id}
    },
    UpdateSecretVersionStage: (input: StageInput, {region}: CallContext) => this.updateStage(input, region),
    DescribeSecret: ({SecretId}: ById, {region}: CallContext) => describe(findSecret(this.state.of(region), SecretId)),
    ListSecretVersionIds: ({SecretId}: ById, {region}: CallContext) => {
      const secret = findSecret(this.state.of(region), SecretId)
      return {
        ARN: secret.arn,
        Name: secret.name,
        Versions: [...secret.versions.values()].map((one) => versionEntry(one)),
      }
    },
    ListSecrets: (input: ListInput, {region}: CallContext) => this.list(input, region),
    DeleteSecret: (input: DeleteInput, {region}: CallContext) => this.delete(input, region),
    RestoreSecret: ({SecretId}: ById, {region}: CallContext) => {
      const secret = findPrimary(this.state.of(region), SecretId)
      secret.deletedAt = undefined
      return {ARN: secret.arn, Name: secret.name}
    },
    ReplicateSecretToRegions: (
      input: ById & {AddReplicaRegions: ReplicaRegions; ForceOverwriteReplicaSecret?: boolean},
      {region}: CallContext,
    ) => {
      const secret = this.primary(input.SecretId, region)
      this.replication.add(secret, input.AddReplicaRegions, input.ForceOverwriteReplicaSecret ?? false)
      return {ARN: secret.arn, ReplicationStatus: describe(secret).ReplicationStatus}
    },
    RemoveRegionsFromReplication: (input: ById & {RemoveReplicaRegions: string[]}, {region}: CallContext) => {
      const secret = this.primary(input.SecretId, region)
      this.replication.remove(secret, input.RemoveReplicaRegions)
      return {ARN: secret.arn, ReplicationStatus: describe(secret).ReplicationStatus}
    },
    StopReplicationToReplica: ({SecretId}: ById, {region}: CallContext) => {
      const secret = findSecret(this.state.of(region), SecretId)
      this.replication.promote(secret)
      return {ARN: secret.arn}
    },
    TagResource: ({SecretId, Tags}: ById & {Tags: Tags}, {region}: CallContext) => {
      const secret = this.primary(SecretId, region)
      for (const {Key, Value} of Tags) secret.tags.set(Key, Value)
      this.replication.synchronise(secret)
      return {}
    },
    UntagResource: ({SecretId, TagKeys}: ById & {TagKeys: string[]}, {region}: CallContext) => {
      const secret = this.primary(SecretId, region)
      for (const key of TagKeys) secret.tags.delete(key)
      this.replication.synchronise(secret)
      return {}
    },
    PutResourcePolicy: ({SecretId, ResourcePolicy}: ById & {ResourcePolicy: string}, {region}: CallContext) => {
      const secret = findSecret(this.state.of(region), SecretId)
      secret.policy = ResourcePolicy
      return {ARN: secret.arn, Name: secret.name}
    },
    GetResourcePolicy: ({SecretId}: ById, {region}: CallContext) => {
      const secret = findSecret(this.state.of(region), SecretId)
      return {ARN: secret.arn, Name: secret.name, ResourcePolicy: secret.policy}
    },
    DeleteResourcePolicy: ({SecretId}: ById, {region}: CallContext) => {
      const secret = findSecret(this.state.of(region), SecretId)
      secret.policy = undefined
      return {ARN: secret.arn, Name: secret.name}
    },
    GetRandomPassword: (input: PasswordInput) => ({RandomPassword: randomPassword(input)}),
  }

  tagged(region: string): TaggedResource[] {
    return [...this.state.of(region).values()].map(({arn, tags}) => ({
      arn,
      tags: [...tags].map(([Key, Value]) => ({Key, Value})),
    }))
  }

  private create(input: CreateInput, region: string) {
    const secrets = this.state.of(region)
    const present = secrets.get(input.Name)
    if (present?.deletedAt) {
      throw fault(
        'InvalidRequestException',
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      )
    }

    const id = input.ClientRequestToken ?? randomUUID()
    if (present && !(isReplica(present) === false && present.versions.has(id))) {
      throw fault('ResourceExistsException', `The operation failed because the secret ${input.Name} already exists.`)
    }

    const secret = present ?? newSecret(input.Name, region)
    const version = hasValue(input) ? addVersion(secret, id, input) : undefined
    if (!present) {
      secret.description = input.Description
      secret.kmsKeyId = input.KmsKeyId
      for (const {Key, Value} of input.Tags ?? []) secret.tags.set(Key, Value)
      secrets.set(secret.name, secret)
      this.replication.add(secret, input.AddReplicaRegions ?? [], input.ForceOverwriteReplicaSecret ?? false)
    }

    const {ReplicationStatus} = describe(secret)
    return {ARN: secret.arn, Name: secret.name, VersionId: version?.id, ReplicationStatus}
  }

  private getValue(
    {SecretId, VersionId, VersionStage = CURRENT}: ById & {VersionId?: string; VersionStage?: string},
    region: string,
  ) {
    const secret = alive(findSecret(this.state.of(region), SecretId))
    const version = VersionId === undefined ? staged(secret, VersionStage) : secret.versions.get(VersionId)
    if (!version) {
      const which = VersionId === undefined ? `staging label: ${VersionStage}` : `VersionId: ${VersionId}`
      throw fault('ResourceNotFoundException', `Secrets Manager can't find the specified secret value for ${which}`)
    }

    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      SecretString: version.string,
      SecretBinary: version.binary,
      VersionStages: [...version.stages],
      CreatedDate: version.createdAt,
    }
  }

  private updateStage({SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId}: StageInput, region: string) {
    const secret = this.primary(SecretId, region)
    const holder = staged(secret, VersionStage)
    if (holder && MoveToVersionId !== undefined && holder.id !== RemoveFromVersionId && holder.id !== MoveToVersionId) {
      throw fault(
        'InvalidParameterException',
        `The staging label ${VersionStage} is attached to version ${holder.id}, which RemoveFromVersionId must name.`,
      )
    }

    const target = MoveToVersionId === undefined ? undefined : secret.versions.get(MoveToVersionId)
    if (MoveToVersionId !== undefined && !target) {
      throw fault('ResourceNotFoundException', `Secrets Manager can't find version ${MoveToVersionId}`)
    }

    moveStage(secret, VersionStage, target)
    this.replication.synchronise(secret)
    return {ARN: secret.arn, Name: secret.name}
  }

  private list({MaxResults = 100, NextToken, IncludePlannedDeletion = false, Filters = []}: ListInput, region: string) {
    const matching = [...this.state.of(region).values()]
      .filter((secret) => IncludePlannedDeletion || !secret.deletedAt)
      .filter((secret) =>
        Filters.every(({Key, Values = []}) => {
          if (Key !== 'name')
            throw fault('InvalidParameterException', `the lab supports filters by name only, not by ${Key}`)
          return Values.some((value) => secret.name.startsWith(value))
        }),
      )
    const {items, next} = page(matching, Math.min(MaxResults, 100), NextToken)
    return {SecretList: items.map((secret) => listEntry(secret)), NextToken: next}
  }

  /** Source of the rules: DeleteSecret, Secrets Manager API reference; the texts are from users' reports. */
  private delete({SecretId, RecoveryWindowInDays, ForceDeleteWithoutRecovery = false}: DeleteInput, region: string) {
    const days = RecoveryWindowInDays ?? 30
    if (ForceDeleteWithoutRecovery && RecoveryWindowInDays !== undefined)
      throw fault(
        'InvalidParameterException',
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
      )
    if (days < 7 || days > 30)
      throw fault(
        'InvalidParameterException',
        'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
      )
    const secret = findPrimary(this.state.of(region), SecretId)
    if (!ForceDeleteWithoutRecovery) alive(secret)
    if (secret.replicas.size > 0) {
      const regions = [...secret.replicas.keys()].join(', ')
      throw fault(
        'InvalidRequestException',
        `You can't delete secret ${secret.name} that still has replica regions [${regions}]`,
      )
    }

    const now = Date.now()
    if (ForceDeleteWithoutRecovery) this.state.of(region).delete(secret.name)
    else secret.deletedAt = new Date(now + days * DAY_MS)
    return {ARN: secret.arn, Name: secret.name, DeletionDate: secret.deletedAt ?? new Date(now)}
  }

  private primary(id: string, region: string): Secret {
    return alive(findPrimary(this.state.of(region), id))
  }
}

interface StageInput {
  SecretId: string
  VersionStage: string
  MoveToVersionId?: string
  RemoveFromVersionId?: string
}

interface ListInput {
  MaxResults?: number
  NextToken?: string
  IncludePlannedDeletion?: boolean
  Filters?: {Key?: string; Values?: string[]}[]
}

interface DeleteInput {
  SecretId: string
  RecoveryWindowInDays?: number
  ForceDeleteWithoutRecovery?: boolean
}

function alive(secret: Secret): Secret {
  if (!secret.deletedAt) return secret
  throw fault(
    'InvalidRequestException',
    "You can't perform this operation on the secret because it was marked for deletion.",
  )
}
