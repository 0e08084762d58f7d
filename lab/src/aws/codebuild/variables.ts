/** The environment of a build's commands: these variables and no other. */

import {delimiter, dirname} from 'node:path'

import type * as Api from '@aws-sdk/client-codebuild'

import type {Buildspec} from '../../data-plane/build/buildspec.js'
import type {Lab} from '../../kernel.js'
import type {BuildLog} from './build-log.js'
import {PhaseFailure} from './phases.js'

/** A variable whose value is somewhere else, or its value. */
interface Variable {
  name: string
  value: string
  type: Api.EnvironmentVariableType
}

const ofMap = (type: Variable['type'], map: Readonly<Record<string, string>>): Variable[] =>
  Object.entries(map).map(([name, value]) => ({name, value, type}))

/**
 * Those of the call win over those of the project, and those over the buildspec's ("Build specification reference", CodeBuild user guide).
 * @throws PhaseFailure where a parameter or a secret cannot be read
 */
export async function declaredVariables(
  lab: Lab,
  region: string,
  spec: Buildspec,
  given: readonly Api.EnvironmentVariable[],
  log: BuildLog,
): Promise<Record<string, string>> {
  const all = [
    ...ofMap('PLAINTEXT', spec.variables),
    ...ofMap('PARAMETER_STORE', spec.parameterStore),
    ...ofMap('SECRETS_MANAGER', spec.secretsManager),
    ...given.map(({name = '', value = '', type = 'PLAINTEXT'}): Variable => ({name, value, type})),
  ]
  const last = new Map(all.map((variable) => [variable.name, variable]))
  const values: Record<string, string> = {}
  for (const {name, value, type} of last.values()) {
    values[name] = type === 'PLAINTEXT' ? value : await valueOf(lab, region, type, value)
    if (type !== 'PLAINTEXT') log.hide(values[name])
  }

  return values
}

async function valueOf(lab: Lab, region: string, type: Variable['type'], reference: string): Promise<string> {
  try {
    return type === 'PARAMETER_STORE' ? await parameter(lab, region, reference) : await secret(lab, region, reference)
  } catch (error) {
    if (error instanceof PhaseFailure) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw unreadable(`${reference}: ${why}`)
  }
}

/** The code and the first text are those that users report of CodeBuild's logs; the others are assumed. */
const unreadable = (message: string): PhaseFailure => new PhaseFailure('Decrypted Variables Error', message)

async function parameter(lab: Lab, region: string, Name: string): Promise<string> {
  const {Parameters} = await lab.call('ssm', 'GetParameters', {Names: [Name], WithDecryption: true}, region)
  if (Parameters.length === 0) throw unreadable(`parameter does not exist: ${Name}`)
  return Parameters[0].Value
}

/** `SECRET:JSON_KEY:STAGE:VERSION`, all but the first optional; the secret by name or ARN. */
async function secret(lab: Lab, region: string, reference: string): Promise<string> {
  const parts = reference.split(':')
  const SecretId = parts.splice(0, reference.startsWith('arn:') ? 7 : 1).join(':')
  const [key, stage, version] = parts
  const {SecretString} = await lab.call(
    'secretsmanager',
    'GetSecretValue',
    {SecretId, VersionStage: stage || undefined, VersionId: version || undefined},
    region,
  )
  if (!key) return SecretString
  const value = (JSON.parse(SecretString) as Record<string, unknown>)[key]
  if (value === undefined) throw unreadable(`${SecretId} has no key ${key}`)
  return String(value)
}

export interface BuildPlace {
  source: string
  home: string
  temporary: string
}

/**
 * What every build has. Source: "Environment variables in build environments", CodeBuild user guide. `HOME` is a folder of the build's own,
 * not `/root`; keys of the role, the endpoint and the certificates are as the lab's functions have them.
 */
export function builtInVariables(
  lab: Lab,
  region: string,
  build: Api.Build,
  place: BuildPlace,
): Record<string, string> {
  const {id = '', arn = '', buildNumber, startTime, environment, initiator, encryptionKey, source, logs} = build
  const {accessKeyId, secretAccessKey, sessionToken} = lab.sessionKeys(
    build.serviceRole ?? '',
    `AWSCodeBuild-${id.split(':')[1]}`,
  )
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: lab.endpoint,
    AWS_REGION: region,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    CODEBUILD_BUILD_ARN: arn,
    CODEBUILD_BUILD_ID: id,
    CODEBUILD_BUILD_IMAGE: environment?.image ?? '',
    CODEBUILD_BUILD_NUMBER: String(buildNumber),
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_INITIATOR: initiator ?? '',
    CODEBUILD_KMS_KEY_ID: encryptionKey ?? '',
    CODEBUILD_LOG_PATH: logs?.streamName ?? '',
    CODEBUILD_PROJECT_ARN: arn.replace(':build/', ':project/').replace(/:[^:]*$/, ''),
    ...(build.resolvedSourceVersion !== undefined && {CODEBUILD_RESOLVED_SOURCE_VERSION: build.resolvedSourceVersion}),
    ...(source?.type === 'S3' && {CODEBUILD_SOURCE_REPO_URL: `s3://${source.location}`}),
    ...(build.sourceVersion !== undefined && {CODEBUILD_SOURCE_VERSION: build.sourceVersion}),
    CODEBUILD_SRC_DIR: place.source,
    CODEBUILD_START_TIME: String(startTime?.getTime()),
    HOME: place.home,
    LANG: 'C.UTF-8',
    NODE_EXTRA_CA_CERTS: lab.pki.caFile,
    // Of what runs here, and of nothing that is beside it in the PATH of whoever started the lab.
    PATH: [
      dirname(process.execPath),
      '/usr/local/sbin',
      '/usr/local/bin',
      '/usr/sbin',
      '/usr/bin',
      '/sbin',
      '/bin',
    ].join(delimiter),
    TMPDIR: place.temporary,
  }
}
