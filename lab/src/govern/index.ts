/** What happens to a call beside being carried out: permission, weather, record. */

import {fault, ServiceFault, type Service} from '../kernel.js'
import type {TaggingService} from '../aws/tagging/service.js'
import type {KeyPair} from '../wire/credentials.js'
import type {Protocol} from '../wire/messages.js'
import {Calls} from './calls.js'
import {Clock} from './clock.js'
import {needsOf, type Need, type WireCall} from './needs.js'
import {judge, type Policy, type PolicyRequest} from './policy.js'
import {internalFailure, throttle, Weather} from './weather.js'

export interface GovernedCall extends WireCall {
  protocol: Protocol
  /** Undefined for an unsigned call, which no policy is asked about. */
  caller: KeyPair | undefined
}

/** In the order in which AWS asks them: the organization's first. */
const KINDS = [
  ['serviceControlPolicy', 'service control policy'],
  ['policy', 'identity-based policy'],
] as const

export class Governance {
  readonly calls = new Calls()
  readonly clock = new Clock()
  readonly weather = new Weather()

  constructor(
    private readonly services: ReadonlyMap<string, Service>,
    /** Policies of principals are enforced. */
    readonly enforcesIam: boolean,
    /** Of the lab, with that of global services. */
    private readonly regions: readonly string[],
  ) {}

  /** Carries the call out, or says why not. */
  async carry<T>(call: GovernedCall, act: () => Promise<T>): Promise<T> {
    const needs = call.caller ? await needsOf(call, this.lookup) : []
    let code = 'OK'
    let injected: true | undefined
    const strike = (error: ServiceFault): ServiceFault => {
      injected = true
      return error
    }

    try {
      const weather = this.weather.next()
      if (weather === 'throttle') throw strike(throttle(call.service, call.protocol))
      if (weather === 'error') throw strike(internalFailure(call.service))
      if (this.enforcesIam && call.caller) this.authorize(call, call.caller, needs)
      const result = await act()
      if (weather === 'lost-answer') throw strike(internalFailure(call.service))
      return result
    } catch (error_) {
      const error = await this.listed(call, needs, error_)
      code = error instanceof ServiceFault ? error.code : 'InternalFailure'
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

  /** Without ListBucket S3 keeps to itself that there is no such object (S3 API, GetObject). Returns what is to be thrown. */
  private async listed(call: GovernedCall, needs: Need[], thrown: unknown): Promise<unknown> {
    const {caller, service, input} = call
    if (service !== 's3' || !caller || !(thrown instanceof ServiceFault) || thrown.code !== 'NoSuchKey') return thrown
    const need = {action: 's3:ListBucket', resources: [`arn:aws:s3:::${String(input.Bucket)}`]}
    needs.push(need)
    try {
      if (this.enforcesIam) this.authorize(call, caller, [need])
      return thrown
    } catch (error) {
      return error
    }
  }

  /** Throws `AccessDenied` in AWS's words. A caller without policies is an administrator: the key pair `lab`, and roles. */
  private authorize(call: GovernedCall, caller: KeyPair, needs: Need[]): void {
    for (const [member, kind] of KINDS) {
      const policy = caller[member]
      if (!policy) continue
      for (const {action, resources} of needs)
        for (const resource of resources) refuse(caller.arn, policy, kind, this.request(call, action, resource))
    }
  }

  private request({region}: GovernedCall, action: string, resource: string): PolicyRequest {
    return {
      action,
      resource,
      context: (key) => {
        if (key === 'aws:requestedregion') return region
        return key.startsWith('aws:resourcetag/') ? this.tag(region, resource, key.slice(16)) : undefined
      },
    }
  }

  private tag(region: string, arn: string, key: string): string | undefined {
    // The ARN of what is global names no region, and its tags are its own wherever it is called.
    const regions = arn.split(':')[3] ? [region] : this.regions
    const tagging = this.services.get('tagging') as TaggingService | undefined
    const all = regions.flatMap((one) => tagging?.all(one) ?? [])
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

function refuse(caller: string, policy: Policy, kind: string, request: PolicyRequest): void {
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
