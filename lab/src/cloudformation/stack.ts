/** A stack's state: what the engine changes and the service describes. */

import {randomUUID} from 'node:crypto'
import type {Difference} from './drift.js'
import type {StackParameters} from './parameters.js'
import type {Template} from './template.js'
import type {Tag} from './tags.js'

export interface StackResource {
  logicalId: string
  type: string
  physicalId?: string
  /** Resolved, but with dynamic references as written. */
  properties: Record<string, unknown>
  attributes: Record<string, unknown>
  status: string
  reason?: string
  timestamp: Date
  deletionPolicy?: string
  updateReplacePolicy?: string
  dependencies: string[]
  /** As it was last found. */
  drift?: ResourceDrift
}

/** What differed between a resource and its template when that was last looked at. */
export interface ResourceDrift {
  status: 'DELETED' | 'IN_SYNC' | 'MODIFIED'
  at: Date
  physicalId: string
  /** Of the properties that were compared. */
  expected?: object
  actual?: object
  differences: Difference[]
}

/** How to take back one act of an update. */
export interface Undo {
  logicalId: string
  /** Whether the resource itself is changed back, and not only the stack's knowledge of it. */
  touches: boolean
  act(): Promise<void>
}

/** What an update has done so far. One that stopped without a rollback is gone on with by the next update. */
export interface UpdateRun {
  undo: Undo[]
  /** Resources that go once the update (or its rollback) is complete: replaced ones, or new ones of a failed update. */
  replaced: StackResource[]
  added: StackResource[]
}

export interface StackOutput {
  key: string
  value: string
  description?: string
  exportName?: string
}

export interface StackEvent {
  EventId: string
  StackId: string
  StackName: string
  LogicalResourceId: string
  PhysicalResourceId: string
  ResourceType: string
  Timestamp: Date
  ResourceStatus: string
  ResourceStatusReason?: string
  ResourceProperties?: string
  ClientRequestToken?: string
}

export class Stack {
  status = 'REVIEW_IN_PROGRESS'
  reason: string | undefined
  readonly created = new Date()
  updated: Date | undefined
  deleted: Date | undefined
  description: string | undefined
  template: Template | undefined
  templateBody = ''
  parameters: StackParameters = {}
  tags: Tag[] = []
  capabilities: string[] = []
  roleArn: string | undefined
  disableRollback = false
  onFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING' = 'ROLLBACK'
  terminationProtection = false
  /** A rollback deletes what is new although its policy is to retain it. */
  retainExceptOnCreate = false
  /** Whether there is a state to which a rollback leads, other than nothing. */
  isStable = false
  /** What an update did that neither succeeded nor has been taken back. */
  unfinished: UpdateRun | undefined
  clientRequestToken: string | undefined
  changeSetId: string | undefined
  outputs: StackOutput[] = []
  driftCheckedAt: Date | undefined
  /** Names of other stacks' exports that this stack's current template reads. */
  imports = new Set<string>()
  readonly resources = new Map<string, StackResource>()
  /** Oldest first; no two bear the same millisecond, as clients put them in order by their time. */
  readonly events: StackEvent[] = []
  /** Aborted by a deletion that comes before it has ended. */
  readonly creation = new AbortController()
  /** The running or last operation. Never rejects. */
  operation: Promise<void> = Promise.resolve()

  constructor(
    readonly id: string,
    readonly name: string,
    readonly region: string,
  ) {}

  /** Sets the stack's own status and records the event. */
  become(status: string, reason?: string): void {
    this.status = status
    this.reason = reason
    this.record(this.name, this.id, 'AWS::CloudFormation::Stack', status, reason)
  }

  /** Sets a resource's status and records the event. */
  mark(resource: StackResource, status: string, reason?: string): void {
    resource.status = status
    resource.reason = reason
    resource.timestamp = new Date()
    this.record(resource.logicalId, resource.physicalId ?? '', resource.type, status, reason, resource.properties)
  }

  private record(
    logicalId: string,
    physicalId: string,
    type: string,
    status: string,
    reason: string | undefined,
    properties?: Record<string, unknown>,
  ): void {
    this.events.push({
      EventId: type === 'AWS::CloudFormation::Stack' ? randomUUID() : `${logicalId}-${status}-${randomUUID()}`,
      StackId: this.id,
      StackName: this.name,
      LogicalResourceId: logicalId,
      PhysicalResourceId: physicalId,
      ResourceType: type,
      Timestamp: new Date(Math.max(Date.now(), (this.events.at(-1)?.Timestamp.getTime() ?? 0) + 1)),
      ResourceStatus: status,
      ResourceStatusReason: reason,
      ResourceProperties: properties && JSON.stringify(properties),
      ClientRequestToken: this.clientRequestToken,
    })
  }

  /** Resources that were found to differ from their template. */
  get drifted(): StackResource[] {
    return [...this.resources.values()].filter(({drift}) => drift !== undefined && drift.status !== 'IN_SYNC')
  }

  get driftStatus(): 'DRIFTED' | 'IN_SYNC' | 'NOT_CHECKED' {
    if (this.driftCheckedAt === undefined) return 'NOT_CHECKED'
    return this.drifted.length > 0 ? 'DRIFTED' : 'IN_SYNC'
  }

  get isDeleted(): boolean {
    return this.status === 'DELETE_COMPLETE'
  }

  get isBusy(): boolean {
    return this.status.endsWith('_IN_PROGRESS') && this.status !== 'REVIEW_IN_PROGRESS'
  }
}
