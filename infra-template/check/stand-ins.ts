import {DELIVERY_PARTS, type Config, type Statement} from '../lib/config.js'

/** Of a build of a pipeline. */
const POLICY: Statement[] = [
  {Effect: 'Allow', Action: ['rds:DescribeDBInstances'], Resource: ['arn:aws:rds:us-east-2:000000000000:db:*']},
]

/** In place of what `todo-dr deploy` gives, where nothing is deployed. */
export const STAND_INS: Partial<Config> = {
  hostedZone: 'Z0123456789ABC',
  pipelinePolicy: POLICY,
  deliveryPolicy: Object.fromEntries(DELIVERY_PARTS.map((part) => [part, POLICY])) as Config['deliveryPolicy'],
}
