/** Build projects: what AWS refuses, and what the lab does not do, before anything is kept. */

import type * as Api from '@aws-sdk/client-codebuild'

import {ACCOUNT, arn, type Lab} from '../../kernel.js'
import {invalidInput, onlyKnown, unsupported} from './faults.js'

export type Project = Api.Project & Required<Pick<Api.Project, 'name' | 'arn' | 'source' | 'artifacts' | 'environment'>>

/** In minutes; the defaults of CreateProject (CodeBuild API). */
const TIMEOUT = 60
const QUEUED_TIMEOUT = 480

const PROJECT = [
  'name',
  'description',
  'source',
  'sourceVersion',
  'artifacts',
  'cache',
  'environment',
  'serviceRole',
  'timeoutInMinutes',
  'queuedTimeoutInMinutes',
  'encryptionKey',
  'tags',
  'logsConfig',
  // Of CloudFormation, without effect where they say what holds anyhow.
  'badgeEnabled',
  'projectVisibility',
]
const SOURCE = ['type', 'location', 'buildspec']
const ARTIFACTS = [
  'type',
  'location',
  'path',
  'namespaceType',
  'name',
  'packaging',
  'overrideArtifactName',
  'encryptionDisabled',
]
const ENVIRONMENT = [
  'type',
  'image',
  'computeType',
  'environmentVariables',
  'privilegedMode',
  'imagePullCredentialsType',
]

/** @throws InvalidInputException as AWS; NotImplemented for what the lab does not do, by name */
export function newProject(input: Api.CreateProjectInput, region: string, lab: Lab): Project {
  const {name = ''} = input
  const now = new Date(lab.now())
  const given = {...input, badgeEnabled: undefined, projectVisibility: undefined}
  const project = {
    timeoutInMinutes: TIMEOUT,
    queuedTimeoutInMinutes: QUEUED_TIMEOUT,
    cache: {type: 'NO_CACHE'},
    encryptionKey: `arn:aws:kms:${region}:${ACCOUNT}:alias/aws/s3`,
    ...defined(given),
    name,
    arn: arn('codebuild', region, `project/${name}`),
    created: now,
    lastModified: now,
    badge: {badgeEnabled: false},
    projectVisibility: 'PRIVATE',
  } as Project
  check(input, project, lab)
  return project
}

/** Members that are not given stay (UpdateProject, CodeBuild API). */
export function changed(project: Project, input: Api.UpdateProjectInput, lab: Lab): Project {
  const given = {...input, badgeEnabled: undefined, projectVisibility: undefined}
  const after = {...project, ...defined(given), lastModified: new Date(lab.now())} as Project
  check(input, after, lab)
  return after
}

function check(input: object, project: Project, lab: Lab): void {
  const {badgeEnabled, projectVisibility} = input as {badgeEnabled?: boolean; projectVisibility?: string}
  onlyKnown('a project', input, PROJECT)
  if (badgeEnabled) throw unsupported('badges')
  if (projectVisibility === 'PUBLIC_READ') throw unsupported('public builds')
  const {source, artifacts, environment, cache, logsConfig, serviceRole = ''} = project
  onlyKnown('a source', source, SOURCE)
  onlyKnown('artifacts', artifacts, ARTIFACTS)
  onlyKnown('an environment', environment, ENVIRONMENT)
  checkSource(source)
  if ((source.type === 'CODEPIPELINE') !== (artifacts.type === 'CODEPIPELINE'))
    throw invalidInput('Invalid project source and artifacts: both must be of type CODEPIPELINE, or neither')
  if (artifacts.type === 'S3' && !artifacts.location)
    throw invalidInput('Invalid artifacts: artifact location must be specified')
  if (!['LINUX_CONTAINER', 'ARM_CONTAINER'].includes(environment.type ?? ''))
    throw unsupported(`environments of type ${environment.type}`)
  if (environment.privilegedMode) throw unsupported('privileged mode')
  if (cache?.type && cache.type !== 'NO_CACHE') throw unsupported(`caches of type ${cache.type}`)
  if (logsConfig?.s3Logs?.status === 'ENABLED') throw unsupported('logs in S3')
  checkNames(environment.environmentVariables ?? [])
  checkRole(serviceRole, lab)
}

function checkSource({type, location, buildspec}: Api.ProjectSource): void {
  if (!['CODEPIPELINE', 'NO_SOURCE', 'S3'].includes(type ?? '')) throw unsupported(`sources of type ${type}`)
  if (type === 'S3' && !/^[^/]+\/.+/.test(location ?? ''))
    throw invalidInput('Invalid project source: location must be a valid S3 source')
  if (type === 'NO_SOURCE' && !isInline(buildspec))
    throw invalidInput('Invalid project source: buildspec must be specified inline for a project without a source')
  if (buildspec?.startsWith('arn:')) throw unsupported('buildspecs in S3')
}

/** A buildspec is a text of YAML, or the path of a file in the source. */
export const isInline = (buildspec: string | undefined): buildspec is string =>
  buildspec !== undefined && /[\n{]|^version:/.test(buildspec)

/** "Do not set any environment variable with a name that starts with CODEBUILD_" (CodeBuild user guide); that AWS refuses it, is assumed. */
export function checkNames(variables: readonly Api.EnvironmentVariable[]): void {
  for (const {name = ''} of variables) {
    if (name.startsWith('CODEBUILD_'))
      throw invalidInput(`Invalid environment variable: ${name}: the prefix CODEBUILD_ is reserved`)
    if (!/^[A-Za-z_]\w*$/.test(name)) throw invalidInput(`Invalid environment variable name: ${name}`)
  }
}

/** In the words that users quote (hashicorp/terraform-provider-aws issues about CreateProject). */
export function checkRole(role: string, lab: Lab): void {
  if (!lab.service('iam').hasRole(role))
    throw invalidInput(
      `CodeBuild is not authorized to perform: sts:AssumeRole on service role. Please verify that: 1) The provided service role exists, 2) The role name is case-sensitive and matches exactly, and 3) The role has the necessary trust policy configured`,
    )
}

const defined = <T extends object>(given: T): Partial<T> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>
