/**
 * Clients' name is a pair of records, each with a health check that follows a routing control of Application Recovery Controller (ARC).
 * One control is On, the other Off. A cluster keeps them in five regions, of which three suffice ("ARC ensures that at least three out of
 * the five Regional cluster endpoints are always accessible to you", ARC developer guide, "Getting and updating routing control states
 * using the ARC API"): no control plane is needed, and neither region of the deployment.
 */

import {DrError} from '../../../errors.js'
import type {Region} from '../../../model/deployment.js'
import type {CallOptions} from '../../../ports/call.js'
import type {Route, RouteNeeds, Shortcoming, SteerOptions, VerifyOptions} from '../../../ports/route.js'
import {inARow} from '../../../ports/waits.js'
import type {Clients} from '../clients.js'
import {isFault} from '../errors.js'
import type {ClientName} from './client-name.js'
import {ClusterEndpoints} from './cluster-endpoints.js'
import type {ClusterEndpoint} from './cluster-endpoints.js'
import {putUntilFollowed} from './route53-follow.js'
import {examine, judgeControl} from './route53-health-check.js'
import {ANSWERS_IN_A_ROW, Fitness, leadInWords, recordsOf, slows, slowTtl, stops, targetOf} from './route53-records.js'
import {CONTROL_PLANE, refusal, rulesFor} from './safety-rules.js'
import type {SafetyRule, State, States} from './safety-rules.js'

export interface RoutingControlsParts {
  clients: Clients
  name: ClientName
  hostedZoneId: string
  /** By region, the ARN of its routing control. */
  controls: Readonly<Record<Region, string>>
  endpoints: readonly ClusterEndpoint[]
  /** How long a steer waits until the name servers follow, in milliseconds. */
  patienceMs: number
}

/** "ARC creates endpoints for each cluster in the following five Regions" (AWS General Reference, ARC endpoints and quotas). */
const ENDPOINTS = 5

/**
 * Of two weighted records that are both healthy, as while one health check has followed and the other has not, each answer is chance. And
 * name servers do not learn of a health check all at once, whatever the records are.
 */
const ANSWERS = 20

export class RoutingControlsRoute implements Route {
  readonly needs: RouteNeeds
  readonly spread =
    'when the health checks have followed the routing controls, for which AWS gives no figure, and the TTL of the records has passed'
  readonly byName = true
  readonly #parts: RoutingControlsParts
  readonly #cluster: ClusterEndpoints
  readonly #fitness: Fitness

  constructor(parts: RoutingControlsParts) {
    this.#parts = parts
    this.#cluster = new ClusterEndpoints(parts.clients, parts.endpoints)
    const [first, ...others] = new Set(parts.endpoints.map(({region}) => region))
    this.needs = {
      service: `a cluster of ARC in ${[first, ...others].join(', ')}`,
      plane: 'data',
      ...(others.length === 0 && {region: first}),
    }
    this.#fitness = new Fitness(
      parts.name.name,
      (options) => this.#ofRecords(options),
      (options) => this.#ofCluster(options),
    )
  }

  async serving(options?: CallOptions): Promise<Region> {
    return this.#fitness.first(this.#parts.name.serving(options), options)
  }

  /**
   * Turns what is not right yet, both controls in one request, until the name servers lead to the region. Throws `RouteUnfit`,
   * `NameForeign` and `SafetyRuleBlocks` (all exit stopped), and `HealthCheckBehind` (it passes) where the name servers do not follow.
   */
  async steer(region: Region, {signal, note}: SteerOptions = {}): Promise<void> {
    const {name, patienceMs} = this.#parts
    await this.#fitness.check({signal})
    await name.refuseForeign({signal})
    await putUntilFollowed(
      {
        name,
        region,
        patienceMs,
        put: (inner) => this.#turn(region, {signal: inner}),
        answers: ANSWERS,
        taken: `the routing control of ${region} is On, and no other; waiting until the health checks and ${name.name} follow`,
        behind: {
          since: 'the first request to its routing controls',
          why: 'its health checks have not followed their routing controls, or its name servers have not followed the health checks',
        },
      },
      {signal, note},
    )
  }

  /** A name may lead to the region by chance, or by the order of its records. Where the controls cannot be read, that must do. */
  async isSet(region: Region, options?: CallOptions): Promise<boolean> {
    try {
      return Object.keys(this.#changeTo(region, await this.#states(options))).length === 0
    } catch (error) {
      options?.signal?.throwIfAborted()
      if (!(error instanceof DrError)) throw error
      return true
    }
  }

  async verify(served: () => Promise<boolean>, {clock, signal}: VerifyOptions): Promise<void> {
    await inARow(ANSWERS_IN_A_ROW, clock, signal, served)
  }

  byHand(region: Region): string {
    const others =
      this.#parts.endpoints.length > 1 ? ', with another of its endpoints where this one does not answer' : ''
    return `run ${this.#command(region)}${others}`
  }

  async shortcomings(options?: CallOptions): Promise<Shortcoming[]> {
    const states = this.#states(options)
    const looks = [
      this.#ofRecords(options),
      this.#ofCluster(options, states),
      this.#ofName(options, states),
      this.#ofRules(options, states),
    ]
    return (await Promise.all(looks)).flat()
  }

  async #ofRecords(options?: CallOptions): Promise<Shortcoming[]> {
    const {clients, name, hostedZoneId} = this.#parts
    const {records, missing} = await recordsOf(clients, {hostedZoneId, name: name.name}, options)
    if (missing) return [missing]
    const led = new Map(records.map((record) => [name.regionOf(targetOf(record)), record]))
    const regions = Object.keys(name.hosts)
    const isPair =
      records.length === regions.length &&
      regions.every((region) => led.has(region)) &&
      (records.every(({Failover}) => Failover !== undefined) || records.every(({Weight}) => Weight !== undefined))
    if (!isPair)
      return [
        stops(
          `its records are ${records.map((record) => leadInWords(record)).join(', ')}, and not a failover or weighted CNAME to the host of each region`,
          'make it such a pair (docs/routes.md)',
        ),
      ]
    const followed = await Promise.all(regions.map((region) => this.#followed(region, led.get(region)!, options)))
    return [...followed.flat(), ...slowTtl(name.name, records)]
  }

  async #followed(
    region: Region,
    {HealthCheckId}: {HealthCheckId?: string},
    options?: CallOptions,
  ): Promise<Shortcoming[]> {
    const {clients, controls} = this.#parts
    const control = controls[region]!
    if (HealthCheckId !== undefined)
      return examine(clients, HealthCheckId, region, (check) => judgeControl(check, control), options)
    return [
      stops(
        `its record of ${region} has no health check`,
        `give it one of the type RECOVERY_CONTROL for ${control} (docs/routes.md)`,
      ),
    ]
  }

  /** A control that cannot be read now may be a moment later, by another endpoint: that stops nothing. */
  async #ofCluster(options?: CallOptions, asked = this.#states(options)): Promise<Shortcoming[]> {
    const {endpoints} = this.#parts
    const few =
      endpoints.length < ENDPOINTS
        ? [
            slows(
              `${endpoints.length} of the ${ENDPOINTS} endpoints of its cluster are configured: AWS has some of them down for maintenance at times`,
              'name all of them as route.clusterEndpoints (docs/routes.md)',
            ),
          ]
        : []
    try {
      const on = this.#on(await asked)
      if (on.length === 1) return few
      const found =
        on.length === 0 ? 'none of its routing controls is On' : `${on.length} of its routing controls are On`
      return [slows(`${found}, so that chance or order decides where it leads`, 'todo-dr steer'), ...few]
    } catch (error) {
      options?.signal?.throwIfAborted()
      if (!(error instanceof DrError)) throw error
      if (isFault(error, 'ResourceNotFoundException'))
        return [stops(`its cluster has not got its routing controls: ${error.why}`, 'correct route.routingControls')]
      return [
        slows(`its routing controls cannot be read: ${error.why ?? error.message}`, error.next ?? 'todo-dr health'),
        ...few,
      ]
    }
  }

  /** Whether it leads where its controls send it. Where one of the two cannot be read, others say so. */
  async #ofName(options: CallOptions | undefined, asked: Promise<States>): Promise<Shortcoming[]> {
    const {name} = this.#parts
    const [states, leads] = await Promise.allSettled([asked, name.serving(options)])
    options?.signal?.throwIfAborted()
    if (states.status === 'rejected' || leads.status === 'rejected') return []
    const [region, ...others] = this.#on(states.value)
    if (region === undefined || others.length > 0 || region === leads.value) return []
    return [
      slows(
        `only its routing control of ${region} is On, and ${name.name} leads to ${leads.value}`,
        'todo-dr steer; where it leads to the primary already, that turns the controls after it',
      ),
    ]
  }

  /**
   * What would refuse a switch, to be known before one: a rule is met only when the database has been promoted. A steer does not ask
   * this, as the control plane may be silent on the night.
   */
  async #ofRules(options: CallOptions | undefined, asked: Promise<States>): Promise<Shortcoming[]> {
    const {clients, controls} = this.#parts
    const states = await asked.catch(() => undefined)
    options?.signal?.throwIfAborted()
    if (!states) return []
    try {
      const rules = await rulesFor(clients, Object.values(controls), options)
      const others = await this.#statesOf(
        [...new Set(rules.flatMap(({counted}) => counted))].filter((arn) => !(arn in states)),
        options,
      )
      return Object.keys(controls).flatMap((region) => {
        const change = this.#changeTo(region, states)
        return rules.flatMap((rule) => {
          const why = refusal(rule, {...others, ...states}, change)
          if (why === undefined) return []
          return [
            stops(
              `its safety rule ${rule.name} (${rule.arn}) would not let clients be sent to ${region}, and a switch would stop behind the promotion: ${why}`,
              this.#remedyOf(rule),
            ),
          ]
        })
      })
    } catch (error) {
      options?.signal?.throwIfAborted()
      if (!(error instanceof DrError)) throw error
      const text = `it is not known whether a safety rule would refuse a switch, as their control plane in ${CONTROL_PLANE} or the cluster does not tell: ${error.why ?? error.message}`
      return [{text, remedy: error.next ?? 'todo-dr health', stops: false, unsure: true}]
    }
  }

  /** What a rule demands cannot be changed: "delete the safety rule and create a new one" (UpdateSafetyRule, ARC API reference). */
  #remedyOf({arn, gating, counted, inverted}: SafetyRule): string {
    if (gating)
      return `turn its gating controls before a switch: ${this.#update(counted.map((gate) => [gate, inverted ? 'Off' : 'On']))}`
    return `delete it, and make one that such a change meets: aws route53-recovery-control-config delete-safety-rule --region ${CONTROL_PLANE} --safety-rule-arn ${arn}`
  }

  /** The regions whose controls are On. */
  #on(states: States): Region[] {
    const {controls} = this.#parts
    return Object.keys(controls).filter((region) => states[controls[region]!] === 'On')
  }

  /** What is right already is not sent again. */
  async #turn(region: Region, options: CallOptions): Promise<void> {
    const change = Object.entries(this.#changeTo(region, await this.#states(options)))
    if (change.length === 0) return
    const UpdateRoutingControlStateEntries = change.map(([RoutingControlArn, RoutingControlState]) => ({
      RoutingControlArn,
      RoutingControlState,
    }))
    try {
      await this.#cluster.call('UpdateRoutingControlStates', {UpdateRoutingControlStateEntries}, options)
    } catch (error) {
      throw this.#blocked(region, error) ?? error
    }
  }

  #states(options?: CallOptions): Promise<States> {
    return this.#statesOf(Object.values(this.#parts.controls), options)
  }

  async #statesOf(controls: readonly string[], options?: CallOptions): Promise<States> {
    const read = controls.map(async (RoutingControlArn): Promise<[string, State]> => {
      const {RoutingControlState} = await this.#cluster.call('GetRoutingControlState', {RoutingControlArn}, options)
      return [RoutingControlArn, RoutingControlState!]
    })
    return Object.fromEntries(await Promise.all(read))
  }

  #statesFor(to: Region): [string, State][] {
    return Object.entries(this.#parts.controls).map(([region, arn]) => [arn, region === to ? 'On' : 'Off'])
  }

  /** What is not yet as a steer to the region leaves it. */
  #changeTo(region: Region, states: States): States {
    return Object.fromEntries(this.#statesFor(region).filter(([arn, state]) => states[arn] !== state))
  }

  #command(to: Region): string {
    return this.#update(this.#statesFor(to))
  }

  #update(to: readonly (readonly [string, State])[]): string {
    const {region, url} = this.#parts.endpoints[0]!
    const entries = to.map(([arn, state]) => `RoutingControlArn=${arn},RoutingControlState=${state}`)
    return [
      'aws route53-recovery-cluster update-routing-control-states',
      `--region ${region} --endpoint-url ${url}`,
      `--update-routing-control-state-entries ${entries.join(' ')}`,
    ].join(' ')
  }

  /**
   * "When a safety rule blocks a routing control state update, the error message includes the ARN of the rule" (ARC developer guide,
   * "Overriding safety rules to reroute traffic"). Somebody has made it so that nobody gets past it unawares: it is not overridden here.
   */
  #blocked(region: Region, error: unknown): DrError | undefined {
    if (!(error instanceof DrError)) return undefined
    const rule = SAFETY_RULE.exec(error.why ?? '')?.[0]
    if (rule === undefined) return undefined
    return new DrError({
      code: 'SafetyRuleBlocks',
      exit: 'stopped',
      what: `a safety rule of ARC does not let clients be sent to ${region}: ${rule}. Only by hand can it be overridden, with --safety-rules-to-override and its ARN`,
      why: error.why,
      next: `meet or change the rule, then todo-dr steer; or override it: ${this.#command(region)} --safety-rules-to-override ${rule}`,
      requestId: error.requestId,
      cause: error,
    })
  }
}

const SAFETY_RULE = /arn:[\w-]+:route53-recovery-control::\d+:controlpanel\/\w+\/safetyrule\/\w+/
