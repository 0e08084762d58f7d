/**
 * Looks for changes of sources with `PollForSourceChanges` or, of a connection, `DetectChanges`: both are on where a pipeline does not say
 * otherwise. A push is told of at once: on AWS it may take a minute too.
 */

import type * as Api from '@aws-sdk/client-codepipeline'

import {busOf, type DeliveredEvent} from '../../event-bus.js'
import type {Lab} from '../../kernel.js'
import {connectionOf} from './connection.js'
import {defaultsOf} from './defaults.js'
import type {Pipeline} from './pipeline.js'

/** AWS publishes no figure: assumed. */
const EVERY_MS = 60_000

export class SourcePoll {
  private readonly timer: NodeJS.Timeout
  private readonly endPushes: () => void
  /** The version of a source that was seen last, by pipeline and action. */
  private readonly seen = new WeakMap<Pipeline, Map<string, string>>()

  constructor(
    private readonly lab: Lab,
    private readonly pipelines: () => Pipeline[],
  ) {
    this.timer = setInterval(() => void this.look(), EVERY_MS)
    this.timer.unref()
    this.endPushes = busOf(lab).on((event) => this.pushed(event))
  }

  end(): void {
    clearInterval(this.timer)
    this.endPushes()
  }

  /** To a branch of a repository outside, of which a connection that is not available tells nobody. Nothing waits for a lost region: assumed. */
  async pushedOutside(repository: string, branch: string): Promise<void> {
    for (const pipeline of this.pipelines()) {
      const action = polled(pipeline, 'CodeStarSourceConnection').find(
        ({configuration: {FullRepositoryId, BranchName} = {}}) =>
          FullRepositoryId === repository && BranchName === branch,
      )
      if (!action || this.lab.faults.lost(pipeline.region)) continue
      const arn = action.configuration!.ConnectionArn!
      if ((await connectionOf(this.lab, arn))?.ConnectionStatus !== 'AVAILABLE') continue
      // The type is what users see of AWS; what the detail says is assumed.
      pipeline.start({triggerType: 'WebhookV2', triggerDetail: arn}, defaultsOf(pipeline.declaration))
    }
  }

  private pushed({source, region, detail}: DeliveredEvent): void {
    if (source !== 'aws.codecommit' || detail.referenceType !== 'branch' || detail.commitId === undefined) return
    for (const pipeline of this.pipelines()) {
      const isMeant = ({RepositoryName, BranchName}: Record<string, string>): boolean =>
        RepositoryName === detail.repositoryName && BranchName === detail.referenceName
      const action = polled(pipeline, 'CodeCommit').find(({configuration = {}}) => isMeant(configuration))
      if (pipeline.region === region && action) startFor(pipeline, action.name)
    }
  }

  private async look(): Promise<void> {
    for (const pipeline of this.pipelines()) if (!this.lab.faults.lost(pipeline.region)) await this.lookAt(pipeline)
  }

  /** What an execution has taken up already is no change. */
  private async lookAt(pipeline: Pipeline): Promise<void> {
    const seen = this.seen.get(pipeline) ?? new Map<string, string>()
    this.seen.set(pipeline, seen)
    for (const {name = '', configuration = {}} of polled(pipeline, 'S3')) {
      const input = {Bucket: configuration.S3Bucket, Key: configuration.S3ObjectKey}
      const version = await this.lab.call('s3', 'HeadObject', input, pipeline.region).then(
        ({VersionId}) => VersionId as string | undefined,
        () => undefined,
      )
      const taken = pipeline.executions.flatMap(({runs}) => runs).findLast((run) => run.declaration.name === name)
      const last = seen.get(name) ?? taken?.externalId
      if (version === undefined || version === last || version === taken?.externalId) continue
      seen.set(name, version)
      startFor(pipeline, name)
    }
  }
}

const polled = ({declaration: {stages = []}}: Pipeline, provider: string): Api.ActionDeclaration[] =>
  (stages[0]?.actions ?? []).filter(
    ({actionTypeId, configuration}) =>
      actionTypeId?.provider === provider &&
      ![configuration?.PollForSourceChanges, configuration?.DetectChanges].includes('false'),
  )

function startFor(pipeline: Pipeline, action: string | undefined): void {
  pipeline.start({triggerType: 'PollForSourceChanges', triggerDetail: action}, defaultsOf(pipeline.declaration))
}
