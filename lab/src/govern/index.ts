/** What happens to a call beside being carried out: permission, weather, record. */

import {setTimeout as sleep} from 'node:timers/promises'

import {fault, ServiceFault, type PolicyQuestion, type Profile, type Service, type TaggedResource} from '../kernel.js'
import type {Need, Protocol, ServiceApi, WireCall} from '../service.js'
import {Calls} from './calls.js'
import {Clock} from './clock.js'
import {needsOf} from './needs.js'
import {judge, type Policy, type Principal} from './policy.js'
import {StaleReads} from './stale-reads.js'
import {AnswerLost, internalFailure, throttle, Weather} from './weather.js'

export interface GovernedCall extends WireCall {
  protocol: Protocol
  /** Undefined for an unsigned call, which no policy is asked about. */
  caller: Principal | undefined
}

/** In the order in which AWS asks them: the organization's first. */
const KINDS = [
  ['serviceControlPolicy', 'service control policy'],
  ['policy', 'identity-based policy'],
] as const

export class Governance {
  readonly calls = new Calls()
  readonly clock = new Clock()
  readonly weather: Weather
  private readonly staleReads: StaleReads

  constructor(
    private readonly services: ReadonlyMap<string, Service>,
    /** Policies of principals are enforced. */
    readonly enforcesIam: boolean,
    /** Of the lab, with that of global services. */
    private readonly regions: readonly string[],
    private readonly tagged: (region: string) => TaggedResource[],
    {weather, staleMs}: Pick<Profile, 'weather' | 'staleMs'>,
    seed: number,
  ) {
    this.weather = new Weather({...weather, seed})
    this.staleReads = new StaleReads(staleMs, seed)
  }

  /** What an operation answers now, or has answered lately where it tells a status. */
  read<T>({statusReads}: ServiceApi, {service, operation, region, input}: WireCall, ask: () => Promise<T>): Promise<T> {
    if (!statusReads?.has(operation)) return ask()
    return this.staleReads.answer([service, operation, region, JSON.stringify(input)].join(' '), ask)
  }

  /** Carries the call out, or says why not. */
  async carry<T>(api: ServiceApi, call: GovernedCall, act: () => Promise<T>): Promise<T> {
    const needs = call.caller ? await needsOf(api, call, this.lookup) : []
    let code = 'OK'
    let injected: true | undefined
    const strike = (error: Error): Error => {
      injected = true
      return error
    }

    try {
      const weather = this.weather.next(call.operation)
      if (weather === 'throttle') throw strike(throttle(api, call.protocol))
      if (weather === 'error') throw strike(internalFailure(api))
      if (weather === 'slow') await sleep(this.weather.forecast.slowMs, undefined, {ref: false})
      if (this.enforcesIam && call.caller) this.authorize(call, call.caller, needs)
      const result = await act()
      if (weather === 'reset') throw strike(new AnswerLost(`the answer to ${call.operation} is lost`))
      if (weather === 'lost-answer') throw strike(internalFailure(api))
      return result
    } catch (error_) {
      const error = this.told(api, call, needs, error_)
      code = error instanceof ServiceFault ? error.code : error instanceof AnswerLost ? 'AnswerLost' : 'InternalFailure'
      throw error
    } finally {
      const {service, operation, region, caller} = call
      const at = new Date(this.clock.now()).toISOString()
      const {accessKeyId, arn} = caller ?? {accessKeyId: undefined, arn: undefined}
      this.calls.add({
        at,
        accessKeyId,
        caller: arn,
        service,
        operation,
        needs,
        region,
        code,
        ...(injected && {injected}),
      })
    }
  }

  /** Some errors are for those alone who may see what they tell. Returns what is to be thrown. */
  private told({permissions}: ServiceApi, call: GovernedCall, needs: Need[], thrown: unknown): unknown {
    const {caller, input} = call
    if (!caller || !(thrown instanceof ServiceFault)) return thrown
    const need = permissions?.toBeTold?.(thrown.code, input)
    if (!need) return thrown
    needs.push(need)
    try {
      if (this.enforcesIam) this.authorize(call, caller, [need])
      return thrown
    } catch (error) {
      return error
    }
  }

  /** Throws `AccessDenied` in AWS's words. A caller without policies is an administrator: the key pair `lab`, and roles. */
  private authorize(call: GovernedCall, caller: Principal, needs: Need[]): void {
    for (const [member, kind] of KINDS) {
      const policy = caller[member]
      if (!policy) continue
      for (const need of needs)
        for (const resource of need.resources) refuse(caller.arn, policy, kind, this.request(call, need, resource))
    }
  }

  private request({region}: GovernedCall, {action, context = {}}: Need, resource: string): PolicyQuestion {
    return {
      action,
      resource,
      context: (key) => {
        if (key === 'aws:requestedregion') return region
        if (Object.hasOwn(context, key)) return context[key]
        return key.startsWith('aws:resourcetag/') ? this.tag(region, resource, key.slice(16)) : undefined
      },
    }
  }

  private tag(region: string, arn: string, key: string): string | undefined {
    // The ARN of what is global names no region, and its tags are its own wherever it is called.
    const regions = arn.split(':')[3] ? [region] : this.regions
    const all = regions.flatMap((one) => this.tagged(one))
    return all.find((one) => one.arn === arn)?.tags.find(({Key}) => Key?.toLowerCase() === key)?.Value
  }

  private readonly lookup = async (service: string, operation: string, input: object, region: string) => {
    try {
      const found = this.services.get(service)
      return await found?.operations[operation]?.call(found, input, {region, requestId: ''})
    } catch {
      return undefined
    }
  }
}

function refuse(caller: string, policy: Policy, kind: string, request: PolicyQuestion): void {
  const verdict = judge(policy, request)
  if (verdict === 'allowed') return
  const {action} = request
  // S3 alone quotes it.
  const resource = action.startsWith('s3:') ? `"${request.resource}"` : request.resource
  const why =
    verdict === 'denied'
      ? `with an explicit deny in a${kind.startsWith('i') ? 'n' : ''} ${kind}`
      : `because no ${kind} allows the ${action} action`
  throw fault(
    'AccessDenied',
    `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
    403,
  )
}
