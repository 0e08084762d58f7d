/** All that carries an application's ownership tag in the regions that it may be in. Plain data; read from AWS alone. */

import type {Region} from './deployment.js'

/** What every taggable resource of the template carries; its value is the application's name. */
export const OWNER_TAG = 'todo-dr:app'

/** Kinds that a teardown deletes by their own API; the others go with their stack or stay and are listed. */
export const DELETABLE = [
  'bucket',
  'db-cluster',
  'db-instance',
  'db-snapshot',
  'global-cluster',
  'key',
  'log-group',
  'secret',
  'user-pool',
] as const
export type DeletableKind = (typeof DELETABLE)[number]
export type ResourceKind = DeletableKind | 'other'

export interface EstateStack {
  /** The stack's ARN: a deleted stack is found by nothing else. */
  id: string
  name: string
  region: Region
  /** An open string, such as `UPDATE_ROLLBACK_FAILED`. */
  status: string
  /** It carries the tag, or it is CDK's bootstrap stack and was asked for. */
  owned: boolean
  /** CDK's bootstrap stack: other stacks are deleted with its roles, so that it goes last. */
  toolkit: boolean
  /** Termination protection. */
  protected: boolean
  /** Ids of stacks that read this one's outputs, and so must go before it. */
  consumers: string[]
}

export interface EstateResource {
  kind: ResourceKind
  /** Unique within an estate. */
  arn: string
  /** As its own API names it. */
  id: string
  region: Region
  owned: boolean
  /** Deletion protection. */
  protected: boolean
  /** The id of the standing stack that holds it. */
  stack?: string
  /** Its stack leaves it behind (`DeletionPolicy: Retain`). */
  retained?: boolean
  /** The ARN of the cluster that an instance belongs to. */
  cluster?: string
  /** A copy that another region's resource keeps: it goes with that one. */
  replica?: boolean
  /** Of a global cluster. */
  members?: {arn: string; region: Region; isWriter: boolean}[]
  /** Of a global cluster: a switchover or failover is under way. */
  switching?: boolean
}

export interface Estate {
  app: string
  /** Where was looked. */
  regions: Region[]
  unreachable: {region: Region; reason: string}[]
  stacks: EstateStack[]
  resources: EstateResource[]
  /** Keys that AWS deletes after a waiting time, and that cost nothing until then. */
  pendingDeletion: EstateResource[]
  /** Foreign stacks that were deployed with the bootstrap roles that are to go; empty unless that was asked for. */
  toolkitUsers: {name: string; region: Region}[]
}

/**
 * The buckets that keep the operator lease, where they still stand: what the template names so, and is ours. They go last
 * of all that can wait for them.
 */
export function leaseBucketsOf({app, resources}: Estate): EstateResource[] {
  const prefix = `${app.toLowerCase()}-lease-`
  return resources.filter(
    ({kind, id, owned, region}) => kind === 'bucket' && owned && id.startsWith(prefix) && id.endsWith(`-${region}`),
  )
}

/** A vault of AWS Backup: it goes only when it is empty, and todo-dr deletes no recovery point. */
export const isBackupVault = ({arn}: {arn: string}): boolean => /^arn:[\w-]+:backup:[\w-]+:\d+:backup-vault:/.test(arn)

/** What is there and is ours, as a result lists it. */
export interface Left {
  kind: ResourceKind | 'stack'
  region: Region
  id: string
  arn: string
}

/** What is ours and stands. */
export function remainingOf({stacks, resources}: Estate): Left[] {
  return [
    ...stacks
      .filter(({owned}) => owned)
      .map(({region, name, id}): Left => ({kind: 'stack', region, id: name, arn: id})),
    ...resources.filter(({owned}) => owned).map((resource) => leftOf(resource)),
  ]
}

export const leftOf = ({kind, region, id, arn}: EstateResource): Left => ({kind, region, id, arn})
