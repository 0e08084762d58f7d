/**
 * The reserved concurrency of functions, and what todo-dr remembers where it has set it to 0: tags of the function. They outlive
 * the operator's machine, and nobody has to guess what was there before. A fence and an outage each have their own, so that the
 * end of one leaves the other alone.
 */

import type {Deployment, Region} from '../../model/deployment.js'
import {regionOf} from '../../model/regions.js'
import type {CallOptions} from '../../ports/world.js'
import type {Clients} from './clients.js'
import {sendChange} from './send-change.js'

/** Its value: the beginning in epoch milliseconds and the earlier reservation, `none` where there was none. */
export const OUTAGE_TAG = 'todo-dr-outage'
/** Its value: the earlier reservation, or `none`. A fence of a function that had none and no outage leaves no tag. */
export const FENCE_TAG = 'todo-dr-fence'
const NO_RESERVATION = 'none'

/** Undefined: no reservation. */
export interface Earlier {
  earlier?: number
}

export interface Memory {
  outage?: Earlier & {startedAt: number}
  fence?: Earlier
}

export class Reservations {
  readonly #clients: Clients
  readonly #deployment: Deployment

  constructor(clients: Clients, deployment: Deployment) {
    this.#clients = clients
    this.#deployment = deployment
  }

  async reserved(region: Region, FunctionName: string, options?: CallOptions): Promise<number | undefined> {
    const answer = await this.#clients.call('lambda', region, 'GetFunctionConcurrency', {FunctionName}, options)
    return answer.ReservedConcurrentExecutions
  }

  /** Takes the reservation away where the count is undefined. */
  async reserve(region: Region, FunctionName: string, count: number | undefined, options?: CallOptions): Promise<void> {
    const send = () =>
      count === undefined
        ? this.#clients.call('lambda', region, 'DeleteFunctionConcurrency', {FunctionName}, options)
        : this.#clients.call(
            'lambda',
            region,
            'PutFunctionConcurrency',
            {FunctionName, ReservedConcurrentExecutions: count},
            options,
          )
    const isDone = async () => (await this.reserved(region, FunctionName, options)) === count
    await sendChange(send, isDone, options?.signal)
  }

  async memory(region: Region, name: string, options?: CallOptions): Promise<Memory> {
    const Tags = await this.#tags(region, name, options)
    const [startedAt, before] = Tags[OUTAGE_TAG]?.split(' ') ?? []
    const fence = Tags[FENCE_TAG]
    return {
      ...(startedAt !== undefined && {outage: {startedAt: Number(startedAt), ...read(before)}}),
      ...(fence !== undefined && {fence: read(fence)}),
    }
  }

  async remember(region: Region, name: string, {outage, fence}: Memory, options?: CallOptions): Promise<void> {
    const Tags = {
      ...(outage && {[OUTAGE_TAG]: `${outage.startedAt} ${written(outage)}`}),
      ...(fence && {[FENCE_TAG]: written(fence)}),
    }
    const input = {Resource: this.#arn(region, name), Tags}
    const isDone = async () => {
      const found = await this.#tags(region, name, options)
      return Object.entries(Tags).every(([key, value]) => found[key] === value)
    }

    await sendChange(() => this.#clients.call('lambda', region, 'TagResource', input, options), isDone, options?.signal)
  }

  async forget(region: Region, name: string, tag: string, options?: CallOptions): Promise<void> {
    const forgotten = {Resource: this.#arn(region, name), TagKeys: [tag]}
    await sendChange(
      () => this.#clients.call('lambda', region, 'UntagResource', forgotten, options),
      async () => (await this.#tags(region, name, options))[tag] === undefined,
      options?.signal,
    )
  }

  async #tags(region: Region, name: string, options?: CallOptions): Promise<Record<string, string>> {
    const Resource = this.#arn(region, name)
    const {Tags = {}} = await this.#clients.call('lambda', region, 'ListTags', {Resource}, options)
    return Tags
  }

  #arn(region: Region, name: string): string {
    const parts = regionOf(this.#deployment, region).clusterArn.split(':')
    return `arn:${parts[1]}:lambda:${region}:${parts[4]}:function:${name}`
  }
}

const written = ({earlier}: Earlier): string => String(earlier ?? NO_RESERVATION)

/** Nothing for what nobody here has written: it must not become a reservation. */
const read = (text = ''): Earlier => (/^\d+$/.test(text) ? {earlier: Number(text)} : {})
