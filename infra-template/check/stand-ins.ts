import type {Config} from '../lib/config.js'

/** In place of what `todo-dr deploy` gives, where nothing is deployed. */
export const STAND_INS: Partial<Config> = {
  hostedZone: 'Z0123456789ABC',
  /** Of the build of the failover pipelines. */
  pipelinePolicy: [
    {Effect: 'Allow', Action: ['rds:DescribeDBInstances'], Resource: ['arn:aws:rds:us-east-2:000000000000:db:*']},
  ],
}
