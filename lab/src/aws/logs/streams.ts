/** The streams of log groups, and what has been written to them. */

import type {
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
  GetLogEventsRequest,
  GetLogEventsResponse,
  InputLogEvent,
  OutputLogEvent,
  PutLogEventsRequest,
} from '@aws-sdk/client-cloudwatch-logs'

import type {ResourceRecord} from '../../cloudformation/records.js'
import {arn, fault, type Operation} from '../../kernel.js'
import {page} from '../by-region.js'

/** Of DescribeLogStreams, and its default (CloudWatch Logs API). */
const STREAMS_PAGE = 50
/** The most events of GetLogEvents, and its default (CloudWatch Logs API). */
const EVENTS_PAGE = 10_000

interface Stream {
  name: string
  createdAt: number
  events: Required<OutputLogEvent>[]
}

/** They go with their group. */
const streams = new WeakMap<ResourceRecord, Map<string, Stream>>()

function streamsOf(group: ResourceRecord): Map<string, Stream> {
  const found = streams.get(group) ?? new Map<string, Stream>()
  streams.set(group, found)
  return found
}

function find(group: ResourceRecord, name = ''): Stream {
  const found = streamsOf(group).get(name)
  if (!found) throw fault('ResourceNotFoundException', 'The specified log stream does not exist.')
  return found
}

/** `groupOf` throws ResourceNotFoundException. Times are epoch milliseconds. */
export function streamOperations(
  groupOf: (name: string | undefined, region: string) => ResourceRecord,
  now: () => number,
): Record<string, Operation> {
  return {
    CreateLogStream({logGroupName, logStreamName = ''}: {logGroupName?: string; logStreamName?: string}, {region}) {
      const here = streamsOf(groupOf(logGroupName, region))
      if (here.has(logStreamName))
        throw fault('ResourceAlreadyExistsException', 'The specified log stream already exists')
      here.set(logStreamName, {name: logStreamName, createdAt: now(), events: []})
      return {}
    },
    PutLogEvents({logGroupName, logStreamName, logEvents = []}: PutLogEventsRequest, {region}) {
      const {events} = find(groupOf(logGroupName, region), logStreamName)
      const ingestionTime = now()
      for (const {timestamp = ingestionTime, message = ''} of logEvents as InputLogEvent[])
        events.push({timestamp, message, ingestionTime})
      return {}
    },
    GetLogEvents(input: GetLogEventsRequest, {region}) {
      const {logGroupName, logGroupIdentifier, logStreamName} = input
      return eventsOf(find(groupOf(logGroupName ?? nameOf(logGroupIdentifier), region), logStreamName), input)
    },
    DescribeLogStreams(input: DescribeLogStreamsRequest, {region}) {
      const {logGroupName, logGroupIdentifier} = input
      const name = logGroupName ?? nameOf(logGroupIdentifier)
      return described(name, groupOf(name, region), input, region)
    },
  }
}

/** An identifier is a name or an ARN. */
const nameOf = (identifier = ''): string => identifier.replace(/^arn:.*?:log-group:/, '').replace(/:\*$/, '')

/**
 * The newest events first in pages, the oldest first within one, unless `startFromHead` is set. A token that leads no further comes back
 * unchanged (GetLogEvents, CloudWatch Logs API). It holds the place between two events.
 */
function eventsOf(
  {events}: Stream,
  {startTime = 0, endTime = Infinity, limit = EVENTS_PAGE, startFromHead, nextToken}: GetLogEventsRequest,
): GetLogEventsResponse {
  const [, direction = startFromHead ? 'f' : 'b', at] = /^([bf])\/(\d+)$/.exec(nextToken ?? '') ?? []
  if (nextToken !== undefined && at === undefined)
    throw fault('InvalidParameterException', 'The specified nextToken is invalid.')
  const place = at === undefined ? (direction === 'f' ? 0 : events.length) : Math.min(Number(at), events.length)
  const [from, to] = direction === 'f' ? [place, place + limit] : [Math.max(0, place - limit), place]
  const within = events.slice(from, to).filter(({timestamp}) => timestamp >= startTime && timestamp < endTime)
  return {
    events: within,
    nextForwardToken: `f/${Math.min(to, events.length)}`,
    nextBackwardToken: `b/${from}`,
  }
}

function described(
  groupName: string | undefined,
  group: ResourceRecord,
  {logStreamNamePrefix = '', orderBy, descending = false, limit = STREAMS_PAGE, nextToken}: DescribeLogStreamsRequest,
  region: string,
): DescribeLogStreamsResponse {
  if (orderBy === 'LastEventTime' && logStreamNamePrefix !== '')
    throw fault('InvalidParameterException', 'Cannot order by LastEventTime with a logStreamNamePrefix.')
  const lastOf = ({events, createdAt}: Stream): number => events.at(-1)?.timestamp ?? createdAt
  const all = [...streamsOf(group).values()]
    .filter(({name}) => name.startsWith(logStreamNamePrefix))
    .sort((left, right) =>
      orderBy === 'LastEventTime' ? lastOf(left) - lastOf(right) : left.name < right.name ? -1 : 1,
    )
  const {items, next} = page(descending ? all.reverse() : all, limit, nextToken)
  const logStreams = items.map(({name, createdAt, events}) => ({
    logStreamName: name,
    creationTime: createdAt,
    firstEventTimestamp: events[0]?.timestamp,
    lastEventTimestamp: events.at(-1)?.timestamp,
    lastIngestionTime: events.at(-1)?.ingestionTime,
    uploadSequenceToken: undefined,
    arn: arn('logs', region, `log-group:${groupName}:log-stream:${name}`),
    storedBytes: 0,
  }))
  return {logStreams, nextToken: next}
}
