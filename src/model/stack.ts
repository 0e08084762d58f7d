/** Stacks of a CDK project, as they are wanted and as they stand. Plain data. */

import type {Region} from './deployment.js'

/** A CloudFormation template, as far as gates look into it. */
export interface Template {
  Resources?: Record<string, {Type: string; Properties?: Record<string, unknown>}>
}

/** Which stack it is: CloudFormation gives a name once in each region. */
export interface StackPlace {
  name: string
  region: Region
}

/** What a stack is known by: two stacks of one name in two regions are two. */
export const stackKey = ({name, region}: StackPlace): string => `${region}/${name}`

/** What a person reads: the name, and the region where the name does not end with it. */
export const stackTitle = ({name, region}: StackPlace): string => (name.endsWith(region) ? name : `${name} (${region})`)

/** A stack as the project wants it. */
export interface ProjectStack extends StackPlace {
  /** Within the project; what `--stack` takes, beside the name. */
  id: string
  account: string
  /** Ids of the stacks that must stand before this one. */
  dependencies: string[]
  template: Template
  /** What the stack needs of CDK's bootstrap resources; absent where it needs none. */
  bootstrap?: {parameter: string; version: number}
}

/** A stack as CloudFormation describes it. */
export interface StackState {
  /** An open string, such as `UPDATE_ROLLBACK_FAILED`. */
  status: string
  reason?: string
}

/** One property or attribute that a change set names as changing. */
export interface ChangeDetail {
  property: string
  recreation: 'Never' | 'Conditionally' | 'Always'
  /** False where CloudFormation knows only after the cause has changed whether the value changes at all. */
  certain: boolean
  /** The resource, or `Resource.Attribute`, whose change causes this one. */
  cause?: string
}

/** One resource of a change set. */
export interface ResourceChange {
  action: 'Add' | 'Modify' | 'Remove' | 'Import' | 'Dynamic'
  logicalId: string
  type: string
  replacement: 'True' | 'False' | 'Conditional'
  details: ChangeDetail[]
}

/** What a deploy would do to one stack that stands. */
export interface StackChange {
  stack: string
  region: Region
  /** The template that is deployed, and the one that is wanted. */
  deployed: Template
  wanted: Template
  changes: ResourceChange[]
}

export type StackOutcomeStatus = 'created' | 'updated' | 'unchanged' | 'failed' | 'in-progress' | 'not-started'

/** What became of one stack. */
export interface StackOutcome extends StackPlace {
  status: StackOutcomeStatus
  /** Null where it was not begun. */
  seconds: number | null
  outputs: Record<string, string>
  /** Resources that were created, updated or deleted. */
  changed: {logicalId: string; type: string; action: 'created' | 'updated' | 'deleted'}[]
  /** The first root cause: what was cancelled because of it is left out. */
  failure: {logicalId: string | null; type: string | null; reason: string} | null
}
