/**
 * Rehearsal outages. Their memory is a tag on what was changed: on each function the reservation that it had, on the
 * cluster the beginning. It outlives the operator's machine, and nobody has to guess what was there before.
 */

import type {Deployment, Region} from '../../model/deployment.js'
import {regionOf} from '../../model/regions.js'
import type {ActiveOutage, Outage, OutageKind} from '../../ports/outage.js'
import type {CallOptions} from '../../ports/world.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'

/** Its value on a function: the beginning in epoch milliseconds and the earlier reservation, `none` where there was none. */
const OUTAGE_TAG = 'todo-dr-outage'
const NO_RESERVATION = 'none'

export class AwsOutage implements Outage {
  readonly #clients: Clients
  readonly #deployment: Deployment

  constructor(clients: Clients, deployment: Deployment) {
    this.#clients = clients
    this.#deployment = deployment
  }

  async start(region: Region, kind: OutageKind, options: CallOptions = {}): Promise<void> {
    if (kind === 'database') return this.#cutDatabase(region, options)
    const now = Date.now()
    await Promise.all(this.#functions(region).map((name) => this.#closeFunction(region, name, now, options)))
  }

  async stop(region: Region, options: CallOptions = {}): Promise<ActiveOutage[]> {
    const ended = await this.active(region, options)
    await Promise.all([
      ...this.#functions(region).map((name) => this.#openFunction(region, name, options)),
      ended.some(({kind}) => kind === 'database') ? this.#joinDatabase(region, options) : undefined,
    ])
    return ended
  }

  async active(region: Region, options: CallOptions = {}): Promise<ActiveOutage[]> {
    const [functions, database] = await Promise.all([
      Promise.all(this.#functions(region).map((name) => this.#functionMemory(region, name, options))),
      this.#databaseMemory(region, options),
    ])
    const api = functions.flatMap((memory) => (memory ? [memory.startedAt] : []))
    return [
      ...(api.length > 0 ? [{region, kind: 'api' as const, startedAt: Math.min(...api)}] : []),
      ...(database === undefined ? [] : [{region, kind: 'database' as const, startedAt: database}]),
    ]
  }

  /** Remembers first: a function that was closed without a memory could not be told from one that is fenced. */
  async #closeFunction(region: Region, name: string, now: number, options: CallOptions): Promise<void> {
    if (!(await this.#functionMemory(region, name, options))) {
      const {ReservedConcurrentExecutions: earlier} = await this.#clients.call(
        'lambda',
        region,
        'GetFunctionConcurrency',
        {FunctionName: name},
        options,
      )
      const tags = {
        Resource: this.#functionArn(region, name),
        Tags: {[OUTAGE_TAG]: `${now} ${earlier ?? NO_RESERVATION}`},
      }
      await this.#clients.call('lambda', region, 'TagResource', tags, options)
    }

    const close = {FunctionName: name, ReservedConcurrentExecutions: 0}
    await this.#clients.call('lambda', region, 'PutFunctionConcurrency', close, options)
  }

  /** Forgets last: whoever is cut in between can stop the outage again. */
  async #openFunction(region: Region, name: string, options: CallOptions): Promise<void> {
    const memory = await this.#functionMemory(region, name, options)
    if (!memory) return
    if (memory.earlier === undefined) {
      const open = {FunctionName: name}
      await this.#clients.call('lambda', region, 'DeleteFunctionConcurrency', open, options)
    } else {
      const open = {FunctionName: name, ReservedConcurrentExecutions: memory.earlier}
      await this.#clients.call('lambda', region, 'PutFunctionConcurrency', open, options)
    }

    const forget = {Resource: this.#functionArn(region, name), TagKeys: [OUTAGE_TAG]}
    await this.#clients.call('lambda', region, 'UntagResource', forget, options)
  }

  async #functionMemory(
    region: Region,
    name: string,
    options: CallOptions,
  ): Promise<{startedAt: number; earlier?: number} | undefined> {
    const {Tags} = await this.#clients.call(
      'lambda',
      region,
      'ListTags',
      {Resource: this.#functionArn(region, name)},
      options,
    )
    const value = Tags?.[OUTAGE_TAG]
    if (value === undefined) return undefined
    const [startedAt, earlier] = value.split(' ')
    return {startedAt: Number(startedAt), ...(earlier !== NO_RESERVATION && {earlier: Number(earlier)})}
  }

  async #cutDatabase(region: Region, options: CallOptions): Promise<void> {
    const {clusterArn, clusterId, proxyName} = regionOf(this.#deployment, region)
    if ((await this.#databaseMemory(region, options)) === undefined) {
      const remember = {
        ResourceName: clusterArn,
        Tags: [{Key: OUTAGE_TAG, Value: String(Date.now())}],
      }
      await this.#clients.call('rds', region, 'AddTagsToResource', remember, options)
    }

    const cut = {DBProxyName: proxyName, DBClusterIdentifiers: [clusterId]}
    await this.#unlessSo('DBProxyTargetNotFoundFault', () =>
      this.#clients.call('rds', region, 'DeregisterDBProxyTargets', cut, options),
    )
  }

  async #joinDatabase(region: Region, options: CallOptions): Promise<void> {
    const {clusterArn, clusterId, proxyName} = regionOf(this.#deployment, region)
    const join = {DBProxyName: proxyName, DBClusterIdentifiers: [clusterId]}
    await this.#unlessSo('DBProxyTargetAlreadyRegisteredFault', () =>
      this.#clients.call('rds', region, 'RegisterDBProxyTargets', join, options),
    )
    const forget = {ResourceName: clusterArn, TagKeys: [OUTAGE_TAG]}
    await this.#clients.call('rds', region, 'RemoveTagsFromResource', forget, options)
  }

  async #databaseMemory(region: Region, options: CallOptions): Promise<number | undefined> {
    const input = {ResourceName: regionOf(this.#deployment, region).clusterArn}
    const {TagList} = await this.#clients.call('rds', region, 'ListTagsForResource', input, options)
    const value = TagList?.find(({Key}) => Key === OUTAGE_TAG)?.Value
    return value === undefined ? undefined : Number(value)
  }

  /** The fault that says that it is so already is no fault. */
  async #unlessSo(fault: string, call: () => Promise<unknown>): Promise<void> {
    try {
      await call()
    } catch (error) {
      if (!isFault(error, fault)) throw error
    }
  }

  #functions(region: Region): string[] {
    const {writers, readers} = regionOf(this.#deployment, region).functions
    return [...writers, ...readers]
  }

  #functionArn(region: Region, name: string): string {
    const parts = regionOf(this.#deployment, region).clusterArn.split(':')
    return `arn:${parts[1]}:lambda:${region}:${parts[4]}:function:${name}`
  }
}
