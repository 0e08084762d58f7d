/** Looks for changes of sources with `PollForSourceChanges`, which is on where a pipeline does not say otherwise. */

import type {Lab} from '../../kernel.js'
import {defaultsOf} from './defaults.js'
import type {Pipeline} from './pipeline.js'

/** AWS publishes no figure: assumed. */
const EVERY_MS = 60_000

export class SourcePoll {
  private readonly timer: NodeJS.Timeout
  /** The version of a source that was seen last, by pipeline and action. */
  private readonly seen = new WeakMap<Pipeline, Map<string, string>>()

  constructor(
    private readonly lab: Lab,
    private readonly pipelines: () => Pipeline[],
  ) {
    this.timer = setInterval(() => void this.look(), EVERY_MS)
    this.timer.unref()
  }

  end(): void {
    clearInterval(this.timer)
  }

  private async look(): Promise<void> {
    for (const pipeline of this.pipelines()) if (!this.lab.faults.lost(pipeline.region)) await this.lookAt(pipeline)
  }

  /** What an execution has taken up already is no change. */
  private async lookAt(pipeline: Pipeline): Promise<void> {
    const seen = this.seen.get(pipeline) ?? new Map<string, string>()
    this.seen.set(pipeline, seen)
    for (const {name = '', configuration = {}, actionTypeId} of pipeline.declaration.stages?.[0]?.actions ?? []) {
      if (actionTypeId?.provider !== 'S3' || configuration.PollForSourceChanges === 'false') continue
      const input = {Bucket: configuration.S3Bucket, Key: configuration.S3ObjectKey}
      const version = await this.lab.call('s3', 'HeadObject', input, pipeline.region).then(
        ({VersionId}) => VersionId as string | undefined,
        () => undefined,
      )
      const taken = pipeline.executions.flatMap(({runs}) => runs).findLast((run) => run.declaration.name === name)
      const last = seen.get(name) ?? taken?.externalId
      if (version === undefined || version === last || version === taken?.externalId) continue
      seen.set(name, version)
      pipeline.start({triggerType: 'PollForSourceChanges', triggerDetail: name}, defaultsOf(pipeline.declaration))
    }
  }
}
