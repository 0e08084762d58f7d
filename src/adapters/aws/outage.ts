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
import {sendChange} from './send-change.js'
import {FENCE_TAG, OUTAGE_TAG, Reservations} from './reservations.js'

export class AwsOutage implements Outage {
  readonly #clients: Clients
  readonly #deployment: Deployment
  readonly #reservations: Reservations

  constructor(clients: Clients, deployment: Deployment) {
    this.#clients = clients
    this.#deployment = deployment
    this.#reservations = new Reservations(clients, deployment)
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
      Promise.all(this.#functions(region).map((name) => this.#reservations.memory(region, name, options))),
      this.#databaseMemory(region, options),
    ])
    const api = functions.flatMap(({outage}) => (outage ? [outage.startedAt] : []))
    return [
      ...(api.length > 0 ? [{region, kind: 'api' as const, startedAt: Math.min(...api)}] : []),
      ...(database === undefined ? [] : [{region, kind: 'database' as const, startedAt: database}]),
    ]
  }

  /** Remembers first: a function that was closed without a memory could not be told from one that is fenced. */
  async #closeFunction(region: Region, name: string, startedAt: number, options: CallOptions): Promise<void> {
    const {outage, fence} = await this.#reservations.memory(region, name, options)
    if (!outage) {
      const earlier = await this.#reservations.reserved(region, name, options)
      // Of a fence that was cut before it closed anything: it would keep the function closed when the outage ends.
      if (fence && earlier !== 0) await this.#reservations.forget(region, name, FENCE_TAG, options)
      await this.#reservations.remember(region, name, {outage: {startedAt, earlier}}, options)
    }

    await this.#reservations.reserve(region, name, 0, options)
  }

  /**
   * Leaves a fence alone that was made during the outage: an old primary that is opened would acknowledge writes beside the new
   * one. Forgets last: whoever is cut in between can stop the outage again.
   */
  async #openFunction(region: Region, name: string, options: CallOptions): Promise<void> {
    const {outage, fence} = await this.#reservations.memory(region, name, options)
    if (!outage) return
    if (!fence) await this.#reservations.reserve(region, name, outage.earlier, options)
    await this.#reservations.forget(region, name, OUTAGE_TAG, options)
  }

  async #cutDatabase(region: Region, options: CallOptions): Promise<void> {
    const {clusterArn, clusterId, proxyName} = regionOf(this.#deployment, region)
    if ((await this.#databaseMemory(region, options)) === undefined) {
      const remember = {
        ResourceName: clusterArn,
        Tags: [{Key: OUTAGE_TAG, Value: String(Date.now())}],
      }
      await sendChange(
        () => this.#clients.call('rds', region, 'AddTagsToResource', remember, options),
        async () => (await this.#databaseMemory(region, options)) !== undefined,
        options.signal,
      )
    }

    const cut = {DBProxyName: proxyName, DBClusterIdentifiers: [clusterId]}
    const send = () => this.#clients.call('rds', region, 'DeregisterDBProxyTargets', cut, options)
    await unlessSo('DBProxyTargetNotFoundFault', send, options)
  }

  async #joinDatabase(region: Region, options: CallOptions): Promise<void> {
    const {clusterArn, clusterId, proxyName} = regionOf(this.#deployment, region)
    const join = {DBProxyName: proxyName, DBClusterIdentifiers: [clusterId]}
    const send = () => this.#clients.call('rds', region, 'RegisterDBProxyTargets', join, options)
    await unlessSo('DBProxyTargetAlreadyRegisteredFault', send, options)
    const forget = {ResourceName: clusterArn, TagKeys: [OUTAGE_TAG]}
    await sendChange(
      () => this.#clients.call('rds', region, 'RemoveTagsFromResource', forget, options),
      async () => (await this.#databaseMemory(region, options)) === undefined,
      options.signal,
    )
  }

  async #databaseMemory(region: Region, options: CallOptions): Promise<number | undefined> {
    const input = {ResourceName: regionOf(this.#deployment, region).clusterArn}
    const {TagList} = await this.#clients.call('rds', region, 'ListTagsForResource', input, options)
    const value = TagList?.find(({Key}) => Key === OUTAGE_TAG)?.Value
    return value === undefined ? undefined : Number(value)
  }

  #functions(region: Region): string[] {
    const {writers, readers} = regionOf(this.#deployment, region).functions
    return [...writers, ...readers]
  }
}

/** The fault that says that it is so already is no fault; it also tells what became of a sending whose answer was lost. */
async function unlessSo(fault: string, send: () => Promise<unknown>, {signal}: CallOptions): Promise<void> {
  try {
    await sendChange(send, async () => false, signal)
  } catch (error) {
    if (!isFault(error, fault)) throw error
  }
}
