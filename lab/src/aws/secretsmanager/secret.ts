import {randomBytes} from 'node:crypto'

import {arn, fault} from '../../kernel.js'

export interface SecretVersion {
  id: string
  string: string | undefined
  binary: Uint8Array | undefined
  stages: Set<string>
  createdAt: Date
}

export interface Replica {
  region: string
  kmsKeyId: string | undefined
  status: 'InSync' | 'InProgress' | 'Failed'
  message: string | undefined
}

export interface Secret {
  name: string
  arn: string
  region: string
  description: string | undefined
  kmsKeyId: string | undefined
  versions: Map<string, SecretVersion>
  tags: Map<string, string>
  policy: string | undefined
  createdAt: Date
  changedAt: Date
  /** Set while the recovery window runs. */
  deletedAt: Date | undefined
  /** Of a replica: where its primary is. Of a primary with replicas: its own region. */
  primaryRegion: string | undefined
  replicas: Map<string, Replica>
}

export const CURRENT = 'AWSCURRENT'
const PREVIOUS = 'AWSPREVIOUS'

/** AWS's limit of a secret's value, in bytes. */
const MAX_BYTES = 65_536

/** The six random characters with which every secret's ARN ends. */
const suffix = (): string =>
  randomBytes(12)
    .toString('base64')
    .replaceAll(/[^A-Za-z\d]/g, '')
    .padEnd(6, 'x')
    .slice(0, 6)

export function newSecret(name: string, region: string): Secret {
  if (!/^[\w/+=.@-]{1,512}$/.test(name)) {
    throw fault(
      'ValidationException',
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    )
  }

  const now = new Date()
  return {
    name,
    arn: arn('secretsmanager', region, `secret:${name}-${suffix()}`),
    region,
    description: undefined,
    kmsKeyId: undefined,
    versions: new Map(),
    tags: new Map(),
    policy: undefined,
    createdAt: now,
    changedAt: now,
    deletedAt: undefined,
    primaryRegion: undefined,
    replicas: new Map(),
  }
}

export const isReplica = (secret: Secret): boolean =>
  secret.primaryRegion !== undefined && secret.primaryRegion !== secret.region

/** Looks up by name, by ARN, or by ARN without the six random characters. */
export function findSecret(secrets: ReadonlyMap<string, Secret>, id: string): Secret {
  const found = id.startsWith(`arn:aws:secretsmanager:`)
    ? [...secrets.values()].find((secret) => secret.arn === id || secret.arn.slice(0, -7) === id)
    : secrets.get(id)
  if (!found) throw fault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
  return found
}

export interface Value {
  SecretString?: string
  SecretBinary?: Uint8Array
}

export const hasValue = ({SecretString, SecretBinary}: Value): boolean =>
  SecretString !== undefined || SecretBinary !== undefined

/**
 * Adds a version and moves the stages to it. The same token with the same value again does nothing, with another value
 * it is a ResourceExistsException (CreateSecret, ClientRequestToken).
 */
export function addVersion(secret: Secret, id: string, value: Value, stages: string[] = [CURRENT]): SecretVersion {
  const {SecretString: string, SecretBinary: binary} = value
  if (string !== undefined && binary !== undefined) {
    throw fault(
      'InvalidParameterException',
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    )
  }

  const bytes = binary?.byteLength ?? Buffer.byteLength(string ?? '')
  if (bytes > MAX_BYTES) throw fault('ValidationException', `a secret's value has at most ${MAX_BYTES} bytes`)
  const present = secret.versions.get(id)
  if (present) {
    const same =
      present.string === string && Buffer.compare(present.binary ?? Buffer.alloc(0), binary ?? Buffer.alloc(0)) === 0
    if (same) return present
    throw fault('ResourceExistsException', `A version with token ${id} exists already, with another value.`)
  }

  const version: SecretVersion = {id, string, binary, stages: new Set(), createdAt: new Date()}
  secret.versions.set(id, version)
  for (const stage of secret.versions.size === 1 ? [...new Set([...stages, CURRENT])] : stages)
    moveStage(secret, stage, version)
  secret.changedAt = new Date()
  return version
}

/** Moving AWSCURRENT leaves AWSPREVIOUS on the version that had it. A version without stages is gone. */
export function moveStage(secret: Secret, stage: string, to: SecretVersion | undefined): void {
  const from = staged(secret, stage)
  if (from === to) return
  from?.stages.delete(stage)
  to?.stages.add(stage)
  if (stage === CURRENT && from) {
    staged(secret, PREVIOUS)?.stages.delete(PREVIOUS)
    from.stages.add(PREVIOUS)
  }

  for (const [id, version] of secret.versions)
    if (version.stages.size === 0 && version !== to) secret.versions.delete(id)
}

export const staged = (secret: Secret, stage: string): SecretVersion | undefined =>
  [...secret.versions.values()].find((version) => version.stages.has(stage))
