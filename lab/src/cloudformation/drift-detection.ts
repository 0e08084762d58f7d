/** The operations of drift detection. */

import {randomUUID} from 'node:crypto'

import type {Lab, Operation} from '../kernel.js'
import {reasonOf} from './engine.js'
import {comparable, differences} from './drift.js'
import type {ProviderOf} from './provider.js'
import type {ResourceDrift, Stack, StackResource} from './stack.js'
import type {StackStore} from './store.js'
import {validationError} from './template.js'

/** Of stacks whose drift can be detected (CloudFormation user guide). */
const DETECTABLE = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED'])
const PAGE = 100

interface Detection {
  id: string
  stack: Stack
  startedAt: Date
  status: 'DETECTION_COMPLETE' | 'DETECTION_FAILED' | 'DETECTION_IN_PROGRESS'
  reason?: string
}

interface StackInput {
  StackName?: string
  LogicalResourceIds?: string[]
  LogicalResourceId?: string
  StackDriftDetectionId?: string
  StackResourceDriftStatusFilters?: string[]
  MaxResults?: number
  NextToken?: string
}

/** A resource whose type nobody can read back is not checked, as one whose type AWS does not support. */
export function driftOperations(lab: Lab, store: StackStore, providerOf: ProviderOf): Record<string, Operation> {
  const detections = new Map<string, Detection>()

  const stackOf = (name: string | undefined, region: string): Stack => {
    const stack = store.get(name, region, `Stack [${name}] does not exist`)
    if (!DETECTABLE.has(stack.status))
      throw validationError(
        `Drift detection cannot be performed on stack [${stack.id}] while it is in ${stack.status}.`,
      )
    return stack
  }

  const isSupported = ({type, physicalId}: StackResource): boolean =>
    physicalId !== undefined && providerOf(type)?.read !== undefined

  async function check(stack: Stack, resource: StackResource): Promise<ResourceDrift> {
    const {physicalId = '', properties, attributes, logicalId} = resource
    const context = {
      lab,
      region: stack.region,
      stackName: stack.name,
      stackId: stack.id,
      logicalId,
      allocated: () => undefined,
    }
    const live = await providerOf(resource.type)!.read!(physicalId, {...properties, ...attributes}, context)
    const at = new Date(lab.now())
    if (live === undefined) resource.drift = {status: 'DELETED', at, physicalId, differences: []}
    else {
      const expected = comparable(properties, live)
      const actual = Object.fromEntries(Object.keys(expected).map((name) => [name, live[name]]))
      const found = differences(expected, actual)
      const status = found.length > 0 ? 'MODIFIED' : 'IN_SYNC'
      resource.drift = {status, at, physicalId, expected, actual, differences: found}
    }

    return resource.drift
  }

  async function detect(detection: Detection, resources: StackResource[]): Promise<void> {
    const {stack} = detection
    const outcomes = await Promise.allSettled(resources.map((resource) => check(stack, resource)))
    const failed = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? [`${resources[index]!.logicalId}: ${reasonOf(outcome.reason)}`] : [],
    )
    stack.driftCheckedAt = new Date(lab.now())
    detection.reason = failed.length > 0 ? `Failed to detect drift on resource [${failed.join('; ')}]` : undefined
    detection.status = failed.length > 0 ? 'DETECTION_FAILED' : 'DETECTION_COMPLETE'
  }

  return {
    DetectStackDrift({StackName, LogicalResourceIds}: StackInput, {region}) {
      const stack = stackOf(StackName, region)
      if ([...detections.values()].some((one) => one.stack === stack && one.status === 'DETECTION_IN_PROGRESS'))
        throw validationError(`Drift detection is already in progress for stack [${stack.id}].`)
      const unknown = LogicalResourceIds?.find((id) => !stack.resources.has(id))
      if (unknown) throw validationError(`Resource ${unknown} does not exist for stack ${stack.name}`)
      const resources = [...stack.resources.values()].filter(
        (resource) => isSupported(resource) && (LogicalResourceIds?.includes(resource.logicalId) ?? true),
      )
      const detection: Detection = {
        id: randomUUID(),
        stack,
        startedAt: new Date(lab.now()),
        status: 'DETECTION_IN_PROGRESS',
      }
      detections.set(detection.id, detection)
      // It goes on beside; what fails is part of its result.
      void detect(detection, resources)
      return {StackDriftDetectionId: detection.id}
    },

    DescribeStackDriftDetectionStatus({StackDriftDetectionId = ''}: StackInput, {region}) {
      const detection = detections.get(StackDriftDetectionId)
      if (!detection || detection.stack.region !== region)
        throw validationError(`StackDriftDetectionId [${StackDriftDetectionId}] does not exist`)
      const {stack, status, reason, startedAt} = detection
      return {
        StackId: stack.id,
        StackDriftDetectionId,
        DetectionStatus: status,
        DetectionStatusReason: reason,
        ...(status !== 'DETECTION_IN_PROGRESS' && {
          StackDriftStatus: stack.driftStatus,
          DriftedStackResourceCount: stack.drifted.length,
        }),
        Timestamp: startedAt,
      }
    },

    DescribeStackResourceDrifts(input: StackInput, {region}) {
      const {StackName, StackResourceDriftStatusFilters: filters, MaxResults = PAGE, NextToken = '0'} = input
      const stack = store.get(StackName, region, `Stack [${StackName}] does not exist`)
      const found = [...stack.resources.values()].filter(
        ({drift}) => drift !== undefined && (!filters?.length || filters.includes(drift.status)),
      )
      const [start, end] = [Number(NextToken), Number(NextToken) + MaxResults]
      return {
        StackResourceDrifts: found.slice(start, end).map((resource) => describe(stack, resource, resource.drift!)),
        NextToken: end < found.length ? String(end) : undefined,
      }
    },

    async DetectStackResourceDrift({StackName, LogicalResourceId = ''}: StackInput, {region}) {
      const stack = stackOf(StackName, region)
      const resource = stack.resources.get(LogicalResourceId)
      if (!resource) throw validationError(`Resource ${LogicalResourceId} does not exist for stack ${stack.name}`)
      if (!isSupported(resource))
        throw validationError(`Drift detection is not supported for the resource type ${resource.type}.`)
      return {StackResourceDrift: describe(stack, resource, await check(stack, resource))}
    },
  }
}

const describe = (stack: Stack, {logicalId, type}: StackResource, drift: ResourceDrift) => ({
  StackId: stack.id,
  LogicalResourceId: logicalId,
  PhysicalResourceId: drift.physicalId,
  ResourceType: type,
  ExpectedProperties: drift.expected && JSON.stringify(drift.expected),
  ActualProperties: drift.actual && JSON.stringify(drift.actual),
  PropertyDifferences: drift.differences,
  StackResourceDriftStatus: drift.status,
  Timestamp: drift.at,
})
