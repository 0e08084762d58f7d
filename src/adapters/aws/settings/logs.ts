/** How long a log group keeps what is in it. */

import type {Item} from '../../../ports/settings.js'
import type {Asked} from './asked.js'

/** None where nobody has made it. */
export async function logItems({clients, region, options}: Asked, name: string): Promise<Item[]> {
  const question = {logGroupNamePrefix: name, limit: 1}
  const {logGroups = []} = await clients.call('logs', region, 'DescribeLogGroups', question, options)
  // Of names that begin alike the shortest comes first.
  const group = logGroups.find(({logGroupName}) => logGroupName === name)
  return group ? [{kind: 'log group', name, settings: {retention: group.retentionInDays ?? null}}] : []
}
