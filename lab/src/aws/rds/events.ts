import type {DescribeEventsMessage, Event, SourceType} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'
import {rdsArn} from './names.js'

/** DescribeEvents looks back one hour unless told otherwise, and 14 days at the most (RDS API). */
const DEFAULT_MINUTES = 60
const KEEP_MINUTES = 14 * 24 * 60

/** A cluster, as far as events tell of it. */
interface Subject {
  region: string
  id: string
  instances: readonly {id: string}[]
}

interface Recorded {
  region: string
  /** Such as `RDS-EVENT-0238`. The API does not show it, on AWS either: there it is EventBridge's. */
  eventId: string
  event: Event
}

/**
 * Texts and ids as listed in the Aurora user guide, "Amazon RDS event categories and event messages for Aurora".
 * `X` stands for `DB cluster ID in Region REGION`.
 */
const GLOBAL_EVENTS = {
  '0181': 'Global switchover to X started.',
  '0182': 'Old primary X successfully shut down.',
  '0183': 'Waiting for data synchronization across global cluster members. Current lags behind primary X.',
  '0184': 'New primary X was successfully promoted.',
  '0185': 'Global switchover to X finished.',
  '0186': 'Global switchover to X is cancelled.',
  '0187': 'Global switchover to X failed.',
  '0238': 'Global failover to X completed.',
  '0239': 'Global failover to X failed.',
  '0240': 'Started resynchronizing members of X after global failover.',
  '0241': 'Finished resynchronizing members of X after global failover.',
  '0390': 'Attempt to block writes for X succeeded.',
  '0391': 'Attempt to block writes for X timed out.',
} as const

/** What ARNs call a type of source, where they call it otherwise. */
const ARN_KINDS: Record<string, string> = {
  'db-instance': 'db',
  'db-cluster': 'cluster',
  'db-cluster-snapshot': 'cluster-snapshot',
}

export type GlobalEventId = keyof typeof GLOBAL_EVENTS

/** What RDS tells of its resources, a region at a time. */
export class EventLog {
  private readonly recorded: Recorded[] = []

  constructor(private readonly now: () => number) {}

  /** An event of a resource, in its region. `number` is the part of the id after `RDS-EVENT-`. */
  add(source: {region: string; id: string; type: SourceType; category: string}, number: string, message: string): void {
    const kind = ARN_KINDS[source.type] ?? source.type
    this.recorded.push({
      region: source.region,
      eventId: `RDS-EVENT-${number}`,
      event: {
        SourceIdentifier: source.id,
        SourceType: source.type,
        SourceArn: rdsArn(source.region, kind, source.id),
        Message: message,
        EventCategories: [source.category],
        Date: new Date(this.now()),
      },
    })
  }

  /** An event of a global database about `subject`, filed under `source`; fence events (0390, 0391) are instance events. */
  addGlobal(number: GlobalEventId, subject: Subject, source: Subject = subject): void {
    const message = GLOBAL_EVENTS[number].replace('X', `DB cluster ${subject.id} in Region ${subject.region}`)
    const {region} = source
    if (number === '0390' || number === '0391') {
      for (const {id} of source.instances) {
        this.add({region, id, type: 'db-instance', category: 'notification'}, number, message)
      }
    } else this.add({region, id: source.id, type: 'db-cluster', category: 'global-failover'}, number, message)
  }

  /** Ids with texts, oldest first: for the lab's own views and tests. */
  history(region: string): {eventId: string; message: string}[] {
    return this.recorded
      .filter((entry) => entry.region === region)
      .map(({eventId, event}) => ({eventId, message: event.Message!}))
  }

  readonly operations: Record<string, Operation> = {
    DescribeEvents: (input: DescribeEventsMessage, {region}) => {
      if (input.SourceIdentifier && !input.SourceType) {
        throw fault('InvalidParameterCombination', 'SourceType must be specified when SourceIdentifier is specified')
      }

      const end = input.EndTime?.getTime() ?? this.now()
      const minutes = Math.min(input.Duration ?? DEFAULT_MINUTES, KEEP_MINUTES)
      const start = input.StartTime?.getTime() ?? end - minutes * 60_000
      const wanted = ({event}: Recorded): boolean =>
        (!input.SourceIdentifier || event.SourceIdentifier === input.SourceIdentifier.toLowerCase()) &&
        (!input.SourceType || event.SourceType === input.SourceType) &&
        (!input.EventCategories?.length || input.EventCategories.some((one) => event.EventCategories!.includes(one))) &&
        event.Date!.getTime() >= start &&
        event.Date!.getTime() <= end
      return {Events: this.recorded.filter((entry) => entry.region === region && wanted(entry)).map(({event}) => event)}
    },
  }
}
