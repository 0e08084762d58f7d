/** The log of one build, line by line, to its stream of CloudWatch Logs. */

import type * as Api from '@aws-sdk/client-codebuild'

import {ServiceFault, type Lab} from '../../kernel.js'

/** The newest time of a line stands in front of what CodeBuild says itself. */
const stamp = (at: number): string =>
  new Date(at).toISOString().replaceAll('-', '/').replace('T', ' ').replace('Z', '000')

export class BuildLog {
  private readonly hidden = new Set<string>()
  private partial = ''
  private ready: Promise<unknown> | undefined

  /** `location` undefined: the project keeps no log. */
  constructor(
    private readonly lab: Lab,
    private readonly region: string,
    private readonly location: {group: string; stream: string} | undefined,
  ) {}

  /** Never shows this value: it comes from the Parameter Store or Secrets Manager ("Build specification reference", CodeBuild user guide). */
  hide(value: string): void {
    for (const line of value.split('\n')) if (line.trim() !== '') this.hidden.add(line)
  }

  /** What the commands print. The last line waits for its end. */
  print(text: string): void {
    const lines = (this.partial + text).split('\n')
    this.partial = lines.pop() ?? ''
    this.write(lines)
  }

  /** A line of CodeBuild's own. */
  say(line: string): void {
    const partial = this.partial === '' ? [] : [this.partial]
    this.partial = ''
    this.write([...partial, ...`[Container] ${stamp(this.lab.now())} ${line}`.split('\n')])
  }

  masked(text: string): string {
    let shown = text
    // The longest first: one may be part of another.
    for (const value of [...this.hidden].sort((left, right) => right.length - left.length))
      shown = shown.replaceAll(value, '***')
    return shown
  }

  /** Resolves when all of it is written. */
  async flush(): Promise<void> {
    await this.ready
  }

  private write(lines: readonly string[]): void {
    const {lab, region, location} = this
    if (!location || lines.length === 0) return
    const timestamp = Math.floor(lab.now())
    const logEvents = lines.map((line) => ({timestamp, message: `${this.masked(line)}\n`}))
    const names = {logGroupName: location.group, logStreamName: location.stream}
    this.ready = (this.ready ?? this.make(names)).then(() =>
      lab.call('logs', 'PutLogEvents', {...names, logEvents}, region).catch((error: unknown) => {
        // Somebody has deleted the group: the build goes on without a log, as on AWS.
        if (!(error instanceof ServiceFault)) throw error
      }),
    )
  }

  private async make(names: {logGroupName: string; logStreamName: string}): Promise<void> {
    for (const operation of ['CreateLogGroup', 'CreateLogStream'])
      await this.lab.call('logs', operation, names, this.region).catch((error: unknown) => {
        if (!(error instanceof ServiceFault) || error.code !== 'ResourceAlreadyExistsException') throw error
      })
  }
}

/** Where a build of this id writes. Source: "CloudWatchLogsConfig", CodeBuild API. */
export function logLocation(
  {name, logsConfig}: Pick<Api.Project, 'name' | 'logsConfig'>,
  uuid: string,
): {group: string; stream: string} | undefined {
  const {status = 'ENABLED', groupName, streamName} = logsConfig?.cloudWatchLogs ?? {}
  if (status === 'DISABLED') return undefined
  return {group: groupName ?? `/aws/codebuild/${name}`, stream: streamName ? `${streamName}/${uuid}` : uuid}
}
