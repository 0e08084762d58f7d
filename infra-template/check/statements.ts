import type {Statement} from '../lib/config.js'

/** In place of what `todo-dr deploy` gives the build of the failover pipelines, where nothing is deployed. */
export const STATEMENTS: Statement[] = [
  {Effect: 'Allow', Action: ['rds:DescribeDBInstances'], Resource: ['arn:aws:rds:us-east-2:000000000000:db:*']},
]
