/** CloudFormation's own drift detection. It reads each resource with the rights of whoever asks. */

import type {StackResourceDrift} from '@aws-sdk/client-cloudformation'
import {DrError} from '../../errors.js'
import type {Region} from '../../model/deployment.js'
import {OWNER_TAG} from '../../model/estate.js'
import type {CallOptions, Clock} from '../../ports/call.js'
import type {DetectOptions, ResourceDrift, StackDrifts, StackName} from '../../ports/stack-drift.js'
import type {Clients} from './clients.js'
import {pages} from './pages.js'
import {callCloudFormation} from './stacks.js'

/** AWS gives no bound: "this may take several minutes, depending on the number of resources" (CloudFormation API, DetectStackDrift). */
const DETECTION_MS = 5 * 60_000
const FIRST_POLL_MS = 100
const LONGEST_POLL_MS = 2000

export class AwsStackDrifts implements StackDrifts {
  constructor(
    private readonly clients: Clients,
    private readonly clock: Clock,
  ) {}

  async stacks(app: string, region: Region, options: CallOptions = {}): Promise<StackName[]> {
    const found = await pages((NextToken) =>
      callCloudFormation(this.clients, region, 'DescribeStacks', {NextToken}, options),
    )
    return found
      .flatMap(({Stacks = []}) => Stacks)
      .filter(({Tags = []}) => Tags.some(({Key, Value}) => Key === OWNER_TAG && Value === app))
      .map(({StackName: name = ''}) => ({region, name}))
  }

  async detect(stack: StackName, {resources, ...options}: DetectOptions = {}): Promise<ResourceDrift[]> {
    const {region, name: StackName} = stack
    const question = {StackName, LogicalResourceIds: resources}
    const detection = await callCloudFormation(this.clients, region, 'DetectStackDrift', question, options)
    await this.#ended(stack, {StackDriftDetectionId: detection.StackDriftDetectionId}, options)
    const found = await this.#found(stack, options)
    // What an earlier detection has found of other resources stays in the list.
    return found.filter(({logicalId}) => resources?.includes(logicalId) ?? true)
  }

  async #ended(
    {region, name}: StackName,
    detection: {StackDriftDetectionId: string | undefined},
    options: CallOptions,
  ): Promise<void> {
    const until = this.clock.now() + DETECTION_MS
    for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 2, LONGEST_POLL_MS)) {
      const operation = 'DescribeStackDriftDetectionStatus'
      const state = await callCloudFormation(this.clients, region, operation, detection, options)
      if (state.DetectionStatus === 'DETECTION_COMPLETE') return
      if (state.DetectionStatus === 'DETECTION_FAILED') throw notDetected(name, state.DetectionStatusReason)
      if (this.clock.now() > until) throw notDetected(name, `it has not ended within ${DETECTION_MS / 60_000} minutes`)
      await this.clock.sleep(wait, options.signal)
    }
  }

  async #found({region, name: StackName}: StackName, options: CallOptions): Promise<ResourceDrift[]> {
    const StackResourceDriftStatusFilters = ['MODIFIED' as const, 'DELETED' as const]
    const found = await pages((NextToken) => {
      const question = {StackName, NextToken, StackResourceDriftStatusFilters}
      return callCloudFormation(this.clients, region, 'DescribeStackResourceDrifts', question, options)
    })
    return found.flatMap(({StackResourceDrifts = []}) => StackResourceDrifts).map((one) => resourceDrift(one))
  }
}

const resourceDrift = (found: StackResourceDrift): ResourceDrift => ({
  logicalId: found.LogicalResourceId ?? '',
  physicalId: found.PhysicalResourceId,
  type: found.ResourceType ?? '',
  deleted: found.StackResourceDriftStatus === 'DELETED',
  properties: (found.PropertyDifferences ?? []).map(
    ({PropertyPath: path = '', ExpectedValue: expected = '', ActualValue: actual = ''}) => ({path, expected, actual}),
  ),
})

const notDetected = (stack: string, why: string | undefined): DrError =>
  new DrError({
    code: 'DriftNotDetected',
    exit: 'failed',
    what: `CloudFormation could not look at all of ${stack}`,
    why,
    next: 'run it with rights to read every resource of the stack, such as those of the policy ReadOnlyAccess',
  })
