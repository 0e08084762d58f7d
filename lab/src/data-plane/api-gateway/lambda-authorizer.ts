import type {Authorizer} from '@aws-sdk/client-api-gateway'

import {judge, PolicyProblem, readPolicy, type Policy} from '../../govern/policy.js'
import {arn, ServiceFault, type Lab} from '../../kernel.js'
import {mayInvoke} from '../lambda/may-invoke.js'
import {GatewayError} from './gateway-response.js'
import {functionArnOf, GATEWAY} from './lambda-integration.js'
import {headerOf, type GatewayRequest} from './request.js'
import type {Snapshot} from './snapshot.js'

/** Seconds that a result is kept where the authorizer does not say (Authorizer, API Gateway API reference). */
const DEFAULT_TTL = 300

/** One request, as an authorizer is asked about it. */
export interface Question {
  apiId: string
  stage: {name: string; snapshot: Snapshot; variables: Record<string, string>}
  request: GatewayRequest
  /** The event of a REQUEST authorizer, without its own members. */
  event(): object
}

/** What a function said of a caller. */
interface Result {
  policy: Policy
  /** What the integration is told of the caller. */
  context: Record<string, string>
}

/**
 * TOKEN and REQUEST authorizers: a Lambda function that takes the caller's identity and returns a policy, which is kept under the
 * identity for all methods of the stage [AWS: Use API Gateway Lambda authorizers]. A new deployment begins with nothing kept:
 * assumed. Requests that come together before the first answer wait for it. On AWS each has an environment of its own started, all at
 * once; here they would queue for a few processes, and wait far longer.
 */
export class LambdaAuthorizers {
  /** Calls under way, by identity. */
  private readonly asked = new Map<string, Promise<Result>>()
  private readonly kept = new WeakMap<Snapshot, Map<string, {result: Result; until: number}>>()

  constructor(
    private readonly lab: Lab,
    private readonly region: string,
  ) {}

  /**
   * What the integration is told of the caller.
   * @throws GatewayError: 401 without an identity, or where the function throws `Unauthorized`; 403 where the policy does not allow
   * the method; 500 where the function fails otherwise, cannot be called, or returns something else
   */
  async authorize(authorizer: Authorizer, question: Question): Promise<Record<string, unknown>> {
    const {apiId, request, stage} = question
    const identity = identityOf(authorizer, request, stage.variables)
    const methodArn = arn('execute-api', this.region, `${apiId}/${stage.name}/${request.method}${request.path}`)
    const began = performance.now()
    const {policy, context} = await this.result(authorizer, identity, methodArn, question)
    const verdict = judge(policy, {action: 'execute-api:Invoke', resource: methodArn, context: () => undefined})
    if (verdict !== 'allowed') {
      const how = verdict === 'denied' ? ' with an explicit deny' : ''
      throw new GatewayError('ACCESS_DENIED', 403, `User is not authorized to access this resource${how}`)
    }

    return {...context, integrationLatency: Math.round(performance.now() - began)}
  }

  private async result(
    authorizer: Authorizer,
    identity: string[],
    methodArn: string,
    question: Question,
  ): Promise<Result> {
    const {id, authorizerResultTtlInSeconds: ttl = DEFAULT_TTL} = authorizer
    const {snapshot, name} = question.stage
    const kept = this.kept.get(snapshot) ?? new Map()
    this.kept.set(snapshot, kept)
    const key = JSON.stringify([name, id, ...identity])
    const found = kept.get(key)
    if (ttl > 0 && found && found.until > this.lab.now()) return found.result
    const result = this.asked.get(key) ?? this.ask(authorizer, identity, methodArn, question)
    if (ttl > 0) this.asked.set(key, result)
    try {
      const answer = await result
      if (ttl > 0) kept.set(key, {result: answer, until: this.lab.now() + ttl * 1000})
      return answer
    } finally {
      this.asked.delete(key)
    }
  }

  private async ask(
    authorizer: Authorizer,
    [token]: string[],
    methodArn: string,
    {apiId, event}: Question,
  ): Promise<Result> {
    const functionArn = functionArnOf(authorizer.authorizerUri) ?? ''
    const region = functionArn.split(':')[3] || this.region
    const source = arn('execute-api', this.region, `${apiId}/authorizers/${authorizer.id}`)
    const allowed =
      authorizer.authorizerCredentials ||
      (await mayInvoke(this.lab, region, functionArn, {service: GATEWAY, arn: source}))
    if (!allowed) throw this.unusable(`${functionArn} does not let authorizer ${authorizer.id} call it`)
    const payload =
      authorizer.type === 'TOKEN'
        ? {type: 'TOKEN', methodArn, authorizationToken: token}
        : {type: 'REQUEST', methodArn, ...event()}
    const input = {FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(payload))}
    const {FunctionError, Payload} = await this.lab.call('lambda', 'Invoke', input, region).catch((error) => {
      if (error instanceof ServiceFault) throw this.unusable(`${functionArn}: ${error.message}`)
      throw error
    })
    const output: unknown = JSON.parse(Buffer.from(Payload as Uint8Array).toString())
    if (FunctionError) throw this.failed(functionArn, output)
    try {
      return resultOf(output)
    } catch (error) {
      if (error instanceof PolicyProblem) throw this.unusable(`${functionArn} answered: ${error.message}`)
      throw error
    }
  }

  /** An error of this very message stands for 401 [AWS: Use API Gateway Lambda authorizers, example functions]. */
  private failed(functionArn: string, output: unknown): GatewayError {
    const {errorMessage} = (output ?? {}) as {errorMessage?: unknown}
    if (errorMessage === 'Unauthorized') return new GatewayError('UNAUTHORIZED')
    this.lab.log('apigateway', `authorizer ${functionArn} failed: ${String(errorMessage)}`)
    return new GatewayError('AUTHORIZER_FAILURE')
  }

  private unusable(why: string): GatewayError {
    this.lab.log('apigateway', why)
    return new GatewayError('AUTHORIZER_CONFIGURATION_ERROR')
  }
}

/**
 * The values of the identity sources. One that is missing or empty, and a token that its expression does not match, end the request
 * before any function is called [AWS: Configure an API Gateway Lambda authorizer].
 * @throws GatewayError 401
 */
function identityOf(authorizer: Authorizer, request: GatewayRequest, variables: Record<string, string>): string[] {
  const values = sourcesOf(authorizer.identitySource).map((source) => {
    const name = source.slice(source.lastIndexOf('.') + 1)
    if (source.startsWith('method.request.header.')) return headerOf(request, name)
    if (source.startsWith('method.request.querystring.'))
      return request.query.findLast(([given]) => given === name)?.[1]
    return variables[name]
  })
  const expression = authorizer.type === 'TOKEN' ? authorizer.identityValidationExpression : undefined
  if (values.some((value) => !value)) throw new GatewayError('UNAUTHORIZED')
  if (expression && !new RegExp(`^(?:${expression})$`).test(values[0]!)) throw new GatewayError('UNAUTHORIZED')
  return values as string[]
}

export const sourcesOf = (identitySource: string | undefined): string[] =>
  (identitySource ?? '')
    .split(',')
    .map((source) => source.trim())
    .filter(Boolean)

/** [AWS: Output from an API Gateway Lambda authorizer] @throws PolicyProblem */
function resultOf(output: unknown): Result {
  const {principalId, policyDocument, context = {}} = (output ?? {}) as Record<string, unknown>
  if (typeof principalId !== 'string') throw new PolicyProblem('principalId must be a text')
  const values = Object.entries((context ?? {}) as Record<string, unknown>)
  const wrong = values.find(([, value]) => !['boolean', 'number', 'string'].includes(typeof value))
  if (wrong) throw new PolicyProblem(`${wrong[0]} of the context must be a text, a number or a boolean`)
  return {
    policy: readPolicy(policyDocument),
    context: {principalId, ...Object.fromEntries(values.map(([name, value]) => [name, String(value)]))},
  }
}
