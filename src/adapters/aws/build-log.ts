/** What a build of CodeBuild has printed. */

import type {Region} from '../../model/deployment.js'
import type {LogPage} from '../../ports/pipelines.js'
import type {CallOptions} from '../../ports/world.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'

/** From the beginning, or from where a page ended. */
export async function buildLog(
  clients: Clients,
  region: Region,
  build: string,
  from: string | undefined,
  options: CallOptions,
): Promise<LogPage> {
  const {builds = []} = await clients.call('codebuild', region, 'BatchGetBuilds', {ids: [build]}, options)
  const {groupName: logGroupName, streamName: logStreamName} = builds[0]?.logs ?? {}
  if (!logGroupName || !logStreamName) return {lines: []}
  const input = {logGroupName, logStreamName, startFromHead: true, nextToken: from}
  try {
    const {events = [], nextForwardToken} = await clients.call('logs', region, 'GetLogEvents', input, options)
    return {lines: events.map(({message = ''}) => message.replace(/\r?\n$/, '')), next: nextForwardToken}
  } catch (error) {
    // The stream comes with its first line.
    if (isFault(error, 'ResourceNotFoundException')) return {lines: []}
    throw error
  }
}
