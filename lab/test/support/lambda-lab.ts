import {LambdaClient} from '@aws-sdk/client-lambda'

import {CloudFormationService} from '../../src/aws/cloudformation/service.js'
import {providerOf} from '../../src/aws/index.js'
import {LambdaService} from '../../src/aws/lambda/service.js'
import {StsService} from '../../src/aws/sts/service.js'
import {keysOf} from '../wire/support.js'
import {HOME, startTestLab, type TestLab} from './lab-data-plane.js'

/** A lab with functions, and with stacks that have them. */
export async function startLambdaLab(): Promise<TestLab> {
  const test = await startTestLab([LambdaService, StsService as never])
  test.lab.register(new CloudFormationService(test.lab, providerOf))
  return test
}

/** Of the home region; it tries everything once. */
export const lambdaClient = ({lab}: TestLab): LambdaClient =>
  new LambdaClient({region: HOME, endpoint: lab.endpoint, credentials: keysOf(lab), maxAttempts: 1})
