/** The delivery pipeline of a deployment: it stands in the home region, and deploys what is pushed to a branch. Plain data. */

import type {Region} from './deployment.js'

/** Of the template, as are all names here. */
export const deliveryName = (app: string): string => `${app}-delivery`
export const deliveryStack = (app: string, region: Region): string => `${app}-delivery-${region}`
/** The bucket that holds the program that its builds run. */
export const deliveryBucket = (app: string, account: string, region: Region): string =>
  `${app.toLowerCase()}-delivery-${account}-${region}`
/** In CodeCommit. */
export const repositoryName = (app: string): string => `${app}Repo`
/** The action that takes what was pushed. */
export const SOURCE = 'Source'

/** What its builds may take together, with the time that each may wait for a machine. */
export const LONGEST_MINUTES = 420
/** The action that changes the deployment. */
export const DEPLOY = 'Deploy'

/** What config.json of the CDK project says of it. */
export interface Delivery {
  /** `connection`: of a repository that is pushed to without us. */
  source: 'codecommit' | 'connection'
  branch: string
  /** Of a connection: its ARN, and the repository as `owner/name`. */
  connection?: string
  repository?: string
}

/** One action of an execution. `status` is CodePipeline's word on it. */
export interface DeliveryAction {
  stage: string
  action: string
  status: string
  /** Why it failed, where it did. */
  why: string | null
  /** The id of its build, where it is one. */
  build: string | null
}

/** One execution. Times are epoch milliseconds. */
export interface DeliveryExecution {
  id: string
  /** As CodePipeline says it: an open string, such as `InProgress` or `Succeeded`. */
  status: string
  startedAt: number
  /** Null where it has not taken its source yet, or could not. */
  commit: string | null
}
