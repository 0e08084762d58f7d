/** What the program and its toolkit process say to each other, as JSON over the channel of a forked process. */

import type {Region} from '../../model/deployment.js'
import type {ProjectStack} from '../../model/stack.js'
import type {DeployerEvent, StackDifference} from '../../ports/deployer.js'

export interface OpenArguments {
  /** Of the CDK project; the toolkit is resolved from here. */
  folder: string
  /** The `app` of cdk.json. */
  app: string
  context: Record<string, string>
  /** Of the credentials: where stacks go that name no account. */
  account: string
  /** Run the validation plugins of the project and of aws-cdk-lib. */
  validation: boolean
  /** AWS profile; the environment's credentials where undefined. */
  profile?: string
  /** Between two looks at a stack; the toolkit's own two seconds where undefined. */
  pollMs?: number
}

export interface Calls {
  open: {arguments: OpenArguments; result: ProjectStack[]}
  bootstrap: {arguments: {places: {account: string; region: Region}[]}; result: null}
  prepare: {arguments: {ids: string[]; changeSet: string}; result: null}
  deploy: {arguments: {ids: string[]; concurrency: number; rollback: boolean}; result: null}
  rollback: {arguments: {ids: string[]}; result: null}
  diff: {arguments: {ids: string[]}; result: StackDifference[]}
}

export type CallName = keyof Calls

export type ToWorker = {[Name in CallName]: {call: Name; arguments: Calls[Name]['arguments']}}[CallName]

/** An error without its class, which does not survive the channel. */
export interface ToldError {
  name: string
  message: string
  /** The messages and names of its causes, outermost first. */
  causes: {name: string; message: string}[]
  requestId?: string
  stack?: string
}

export type FromWorker =
  | {type: 'result'; value: unknown}
  | {type: 'error'; error: ToldError}
  | {type: 'event'; event: DeployerEvent}
  /** AWS answered, or the toolkit said something that nobody needs to hear: it is not stuck. */
  | {type: 'alive'}
