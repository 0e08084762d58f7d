/** The builds of a region: started, looked up, stopped. */

import {randomUUID} from 'node:crypto'

import type * as Api from '@aws-sdk/client-codebuild'

import {arn, type EndedBuild, type Lab, type PipelineBuild, type StartedBuild} from '../../kernel.js'
import {ByRegion} from '../by-region.js'
import {BuildLog, logLocation} from './build-log.js'
import {invalidInput, notFound, onlyKnown} from './faults.js'
import {checkNames, checkRole, isInline, type Project} from './project.js'
import {RunningBuild} from './running-build.js'

/** An idempotency token is good for five minutes (StartBuild, CodeBuild API). */
const TOKEN_MS = 300_000

const START = [
  'projectName',
  'sourceVersion',
  'environmentVariablesOverride',
  'buildspecOverride',
  'timeoutInMinutesOverride',
  'queuedTimeoutInMinutesOverride',
  'serviceRoleOverride',
  'imageOverride',
  'idempotencyToken',
]

interface Build {
  build: Api.Build & Required<Pick<Api.Build, 'id' | 'arn' | 'source'>>
  run: RunningBuild
}

export class Builds {
  private readonly state = new ByRegion<Build>()
  private readonly numbers = new Map<string, number>()
  private readonly tokens = new Map<string, {at: number; input: string; id: string}>()

  constructor(private readonly lab: Lab) {
    lab.faults.onStart(({kind, region}) => {
      if (kind === 'region-loss') this.cut(region, 'FAULT')
    })
    lab.onStop(async () => {
      for (const [region] of this.state.all()) this.cut(region, 'STOPPED')
      await Promise.all(this.state.all().flatMap(([, builds]) => [...builds.values()].map(({run}) => run.ended)))
    })
  }

  start(project: Project, input: Api.StartBuildInput, region: string, initiator: string): Api.Build {
    onlyKnown('StartBuild', input, START)
    if (project.source.type === 'CODEPIPELINE')
      throw invalidInput('Builds of a project with source type CODEPIPELINE are started by CodePipeline')
    const {idempotencyToken: token} = input
    const key = `${region} ${token}`
    const told = token === undefined ? undefined : this.tokens.get(key)
    if (told && this.lab.now() - told.at < TOKEN_MS) {
      if (told.input !== JSON.stringify(input))
        throw invalidInput('The idempotency token was used with other parameters less than five minutes ago')
      return structuredClone(this.find(told.id, region).build)
    }

    const {build} = this.add(project, input, region, initiator)
    if (token !== undefined) this.tokens.set(key, {at: this.lab.now(), input: JSON.stringify(input), id: build.id})
    return structuredClone(build)
  }

  startForPipeline(project: Project, pipeline: PipelineBuild, region: string): StartedBuild {
    if (project.source.type !== 'CODEPIPELINE')
      throw invalidInput(`The project ${project.name} must have the source type CODEPIPELINE`)
    const [primary] = pipeline.inputs.values()
    const environmentVariablesOverride = pipeline.variables as Api.EnvironmentVariable[]
    const sourceVersion = primary && `arn:aws:s3:::${primary.bucket}/${primary.key}`
    const input = {projectName: project.name, environmentVariablesOverride, sourceVersion}
    const {build, run} = this.add(project, input, region, `codepipeline/${pipeline.pipeline}`, pipeline)
    return {id: build.id, ended: run.ended}
  }

  get(ids: readonly string[], region: string): Api.BatchGetBuildsOutput {
    const known = ids.map((id) => [id, this.state.of(region).get(idOf(id))] as const)
    return {
      builds: known.flatMap(([, found]) => (found ? [structuredClone(found.build)] : [])),
      buildsNotFound: known.flatMap(([id, found]) => (found ? [] : [id])),
    }
  }

  /** Nothing of it runs any more when this returns. One that has ended stays as it is. */
  async stop(id: string, region: string): Promise<Api.Build> {
    const {build, run} = this.find(id, region)
    if (!build.buildComplete) run.cut('STOPPED')
    await run.ended
    return structuredClone(build)
  }

  /** Newest first. */
  ids(region: string, projectName?: string): string[] {
    const all = [...this.state.of(region).values()].map(({build}) => build).reverse()
    return all.filter((build) => projectName === undefined || build.projectName === projectName).map(({id}) => id)
  }

  private cut(region: string, status: EndedBuild['status']): void {
    for (const {run, build} of this.state.of(region).values()) if (!build.buildComplete) run.cut(status)
  }

  private find(id: string, region: string): Build {
    const found = this.state.of(region).get(idOf(id))
    if (!found) throw notFound(`Build ${id} could not be found`)
    return found
  }

  private add(
    project: Project,
    input: Api.StartBuildInput,
    region: string,
    initiator: string,
    pipeline?: PipelineBuild,
  ): Build {
    const {lab} = this
    const {buildspecOverride, imageOverride, environmentVariablesOverride = [], serviceRoleOverride} = input
    checkNames(environmentVariablesOverride)
    if (serviceRoleOverride !== undefined) checkRole(serviceRoleOverride, lab)
    const buildspec = buildspecOverride ?? project.source.buildspec
    if (project.source.type === 'NO_SOURCE' && !isInline(buildspec))
      throw invalidInput('Invalid project source: buildspec must be specified inline for a project without a source')
    const uuid = randomUUID()
    const id = `${project.name}:${uuid}`
    const buildArn = arn('codebuild', region, `build/${id}`)
    const location = logLocation(project, uuid)
    const numbered = `${region} ${project.name}`
    const buildNumber = (this.numbers.get(numbered) ?? 0) + 1
    this.numbers.set(numbered, buildNumber)
    const [primary] = pipeline?.inputs.values() ?? []
    const build: Build['build'] = {
      id,
      arn: buildArn,
      buildNumber,
      startTime: new Date(lab.now()),
      currentPhase: 'SUBMITTED',
      buildStatus: 'IN_PROGRESS',
      sourceVersion: input.sourceVersion ?? project.sourceVersion,
      resolvedSourceVersion: primary?.revision,
      projectName: project.name,
      source: {...project.source, buildspec},
      artifacts: {location: ''},
      cache: project.cache,
      environment: {
        ...project.environment,
        image: imageOverride ?? project.environment.image,
        environmentVariables: merged(project.environment.environmentVariables ?? [], environmentVariablesOverride),
      },
      serviceRole: serviceRoleOverride ?? project.serviceRole,
      logs: logsOf(region, location),
      timeoutInMinutes: input.timeoutInMinutesOverride ?? project.timeoutInMinutes,
      queuedTimeoutInMinutes: input.queuedTimeoutInMinutesOverride ?? project.queuedTimeoutInMinutes,
      buildComplete: false,
      initiator,
      encryptionKey: project.encryptionKey,
    }
    const log = new BuildLog(lab, region, location)
    const run = new RunningBuild({lab, region, build, artifacts: project.artifacts, log, pipeline})
    this.state.of(region).set(id, {build, run})
    return {build, run}
  }
}

/** A build is named by its id or its ARN. */
const idOf = (named: string): string => named.replace(/^arn:.*:build\//, '')

const merged = (
  own: readonly Api.EnvironmentVariable[],
  over: readonly Api.EnvironmentVariable[],
): Api.EnvironmentVariable[] => [...new Map([...own, ...over].map((one) => [one.name, one])).values()]

function logsOf(region: string, location: {group: string; stream: string} | undefined): Api.LogsLocation {
  if (!location) return {cloudWatchLogs: {status: 'DISABLED'}, s3Logs: {status: 'DISABLED'}}
  const {group: groupName, stream: streamName} = location
  const fragment = `logsV2:log-groups/log-group/${encodeURIComponent(groupName)}/log-events/${encodeURIComponent(streamName)}`
  return {
    groupName,
    streamName,
    deepLink: `https://console.aws.amazon.com/cloudwatch/home?region=${region}#${fragment}`,
    cloudWatchLogsArn: arn('logs', region, `log-group:${groupName}:log-stream:${streamName}`),
    cloudWatchLogs: {status: 'ENABLED', groupName, streamName},
    s3Logs: {status: 'DISABLED'},
  }
}
