/**
 * Custom resources: the ServiceToken's function is really invoked, and its reply to the ResponseURL awaited. The URL has the
 * host below; the Lambda runtime's preload leads it to `/_cfn-response/<token>` on the control port, whose router hands the body here.
 */

import {randomUUID} from 'node:crypto'
import type {Properties, Provisioned, ResourceContext, ResourceProvider} from './provider.js'
import {isRecord} from './template.js'

const RESPONSE_HOST = 'cloudformation-custom-resource-response.lab'

/** The path on the control port under which replies arrive. */
export const RESPONSE_PATH = '/_cfn-response/'

/** ServiceTimeout, seconds (AWS::CloudFormation::CustomResource, CloudFormation template reference). */
const TIMEOUT = {default: 3600, least: 1, most: 3600}

/** What a function puts to the ResponseURL. */
interface Reply {
  Status?: string
  Reason?: string
  PhysicalResourceId?: string
  NoEcho?: boolean
  Data?: unknown
}

/** Replies that are waited for. Tokens are random, so that several labs in a process do not meet. */
const waiting = new Map<string, (reply: Reply) => void>()

/** Takes a reply that was put to a ResponseURL. False where nobody waits for this token, or the body is not a JSON object. */
export function handleCustomResourceReply(token: string, body: Buffer): boolean {
  const resolve = waiting.get(token)
  if (resolve === undefined) return false
  try {
    const reply: unknown = JSON.parse(body.toString('utf8'))
    if (!isRecord(reply)) return false
    resolve(reply)
    return true
  } catch {
    return false
  }
}

type RequestType = 'Create' | 'Update' | 'Delete'

async function request(
  type: string,
  requestType: RequestType,
  properties: Properties,
  context: ResourceContext,
  physicalId?: string,
  previous?: Properties,
): Promise<Provisioned> {
  const {ServiceToken, ServiceTimeout} = properties
  if (typeof ServiceToken !== 'string') throw new Error(`${type} needs a ServiceToken`)
  if (!ServiceToken.includes(':lambda:'))
    throw new Error(`The lab supports functions only as ServiceToken of ${type}, not ${ServiceToken}`)
  const token = randomUUID()
  const event = {
    RequestType: requestType,
    ResponseURL: `https://${RESPONSE_HOST}/${token}`,
    StackId: context.stackId,
    RequestId: randomUUID(),
    ResourceType: type,
    LogicalResourceId: context.logicalId,
    ...(physicalId === undefined ? {} : {PhysicalResourceId: physicalId}),
    ServiceToken,
    ResourceProperties: asTexts(properties),
    ...(previous === undefined ? {} : {OldResourceProperties: asTexts(previous)}),
  }
  const seconds = Number(ServiceTimeout ?? TIMEOUT.default)
  if (!Number.isInteger(seconds) || seconds < TIMEOUT.least || seconds > TIMEOUT.most)
    throw new Error(
      `ServiceTimeout of ${type} must be ${TIMEOUT.least} to ${TIMEOUT.most} seconds, not ${ServiceTimeout}`,
    )
  const reply = await exchange(token, ServiceToken, event, seconds, context)
  if (reply.PhysicalResourceId) context.allocated(reply.PhysicalResourceId)
  if (reply.Status !== 'SUCCESS')
    throw new Error(
      `Received response status [${reply.Status}] from custom resource. Message returned: ${reply.Reason ?? 'none'}`,
    )
  const id = reply.PhysicalResourceId ?? physicalId
  if (!id) throw new Error('Invalid PhysicalResourceId: the custom resource replied without one')
  return {physicalId: id, attributes: isRecord(reply.Data) ? reply.Data : {}}
}

/**
 * Invokes the function and waits for its reply. A function that throws is not waited for: AWS would retry it and then wait for
 * the timeout, and end in the same failure.
 */
async function exchange(
  token: string,
  functionArn: string,
  event: object,
  seconds: number,
  context: ResourceContext,
): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined
  const replied = new Promise<Reply>((resolve, reject) => {
    waiting.set(token, resolve)
    timer = setTimeout(
      () =>
        reject(
          new Error(
            `CloudFormation did not receive a response from your Custom Resource within ${seconds} s (${functionArn})`,
          ),
        ),
      seconds * 1000,
    )
  })
  const failed = invoke(functionArn, event, context)
  try {
    return await Promise.race([replied, failed])
  } finally {
    clearTimeout(timer)
    waiting.delete(token)
  }
}

/** Never returns: rejects where the function cannot be invoked or fails, and otherwise leaves it to the reply. */
async function invoke(functionArn: string, event: object, context: ResourceContext): Promise<never> {
  const region = functionArn.split(':')[3] || context.region
  const input = {
    FunctionName: functionArn,
    InvocationType: 'RequestResponse',
    Payload: new Uint8Array(Buffer.from(JSON.stringify(event))),
  }
  const {FunctionError, Payload} = await context.lab.call('lambda', 'Invoke', input, region)
  if (FunctionError)
    throw new Error(
      `The custom resource's function failed before it replied: ${Buffer.from(Payload ?? []).toString('utf8')}`,
    )
  return new Promise<never>(() => {})
}

/** CloudFormation hands a custom resource all scalars as text. */
function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts)
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asTexts(member)]))
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
}

export const isCustom = (type: string): boolean =>
  type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource'

/** The provider of `Custom::...` and `AWS::CloudFormation::CustomResource`. */
export const customResource = (type: string): ResourceProvider => ({
  createOnly: ['ServiceToken'],
  create: (properties, context) => request(type, 'Create', properties, context),
  update: (physicalId, properties, previous, context) =>
    request(type, 'Update', properties, context, physicalId, previous),
  async delete(physicalId, properties, context) {
    await request(type, 'Delete', properties, context, physicalId)
  },
})
