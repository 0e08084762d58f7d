/** The one way to call AWS: a client a service and region, loaded and made when first asked for, with short deadlines. */

import {Agent} from 'node:http'
import type {LookupFunction} from 'node:net'
import {abortAfter} from '../abort-after.js'
import {mapAwsError} from './errors.js'
import {actionOf, SERVICES} from './services.js'
import type {Input, Operation, Output, Service} from './services.js'
import type {Region} from '../../model/deployment.js'
import type {CallOptions} from '../../ports/world.js'

/** Where and as whom AWS is called. */
export interface AwsAccess {
  /** Of every service; the SDK's own where undefined. */
  endpoint?: string
  /** AWS profile; the default provider chain where undefined. */
  profile?: string
  /** Fixed key pair, for the lab. */
  credentials?: {accessKeyId: string; secretAccessKey: string}
}

export interface AwsCallOptions extends CallOptions {
  /** Milliseconds for the whole call, retries included. */
  deadlineMs?: number
  /** Milliseconds for one attempt. */
  requestMs?: number
  /** Never sent again by itself: what answers InternalFailure may have begun, so the caller looks first. */
  once?: boolean
}

const CONNECT_MS = 1500
const REQUEST_MS = 4000
export const CALL_DEADLINE_MS = 6000
/** A function may have to wake a paused database; none of the template's may run longer. */
export const INVOKE_DEADLINE_MS = 30_000

/** Every poll of every stack counts against one quota of the account. */
const ATTEMPTS: Partial<Record<Service, number>> = {cloudformation: 6}
const USUAL_ATTEMPTS = 2

/** Services that stand in no region, and how errors name where they are. */
const GLOBAL: Partial<Record<Service, {region: Region; where: string}>> = {
  'cloudfront-keyvaluestore': {region: 'us-east-1', where: 'the edge'},
}

/** What probes and steps call. */
const URGENT: Service[] = ['rds', 'cloudwatch', 'lambda', 'cloudfront-keyvaluestore', 'cognito-idp', 's3']

/** As far as it is the same for all services. */
interface AnyClient {
  send(command: AnyCommand, options: {abortSignal: AbortSignal}): Promise<unknown>
  destroy(): void
}
interface AnyCommand {
  middlewareStack: {
    add(
      middleware: (
        next: (args: object) => Promise<{response: unknown}>,
      ) => (args: object) => Promise<{response: unknown}>,
      options: {step: 'deserialize'; name: string},
    ): void
  }
}
type AnyModule = Record<string, new (input: object) => AnyCommand> & {Client: new (settings: object) => AnyClient}

export class Clients {
  readonly #access: AwsAccess
  readonly #made = new Map<string, Promise<AnyClient>>()

  constructor(access: AwsAccess) {
    this.#access = access
  }

  /**
   * Carries out one operation. Throws `Unreachable` where nobody answers within the deadline, another `DrError` where AWS says
   * no. `read` takes what the answer streams, within the same deadline, and the instant of the answer by the service's own clock.
   */
  call<S extends Service, O extends Operation<S>>(
    service: S,
    region: Region,
    operation: O,
    input: Input<S, O>,
    options?: AwsCallOptions,
  ): Promise<Output<S, O>>
  call<S extends Service, O extends Operation<S>, T>(
    service: S,
    region: Region,
    operation: O,
    input: Input<S, O>,
    options: AwsCallOptions | undefined,
    read: (answer: Output<S, O>, serverTime: number) => Promise<T>,
  ): Promise<T>
  async call<S extends Service, O extends Operation<S>>(
    service: S,
    region: Region,
    operation: O,
    input: Input<S, O>,
    options: AwsCallOptions = {},
    read: (answer: Output<S, O>, serverTime: number) => Promise<unknown> = async (answer) => answer,
  ): Promise<unknown> {
    const [module, client] = await Promise.all([this.#load(service), this.#client(service, region, options)])
    const command = new module[`${operation}Command`]!(input as object)
    const serverTime = serverTimeOf(command)
    try {
      return await abortAfter(options.deadlineMs ?? CALL_DEADLINE_MS, options.signal, async (abortSignal) =>
        read((await client.send(command, {abortSignal})) as Output<S, O>, serverTime()),
      )
    } catch (error) {
      const {profile} = this.#access
      throw mapAwsError(error, {
        action: actionOf(service, operation),
        region: GLOBAL[service]?.where ?? region,
        profile,
      })
    }
  }

  /**
   * Loads what probes and steps call, ahead of the first call: loading takes half a second and more on a busy machine,
   * which must not count as a region's silence.
   */
  async preload(): Promise<void> {
    await Promise.all(URGENT.map((service) => this.#load(service)))
  }

  /** Who calls, as the provider chain found it. Throws what the SDK throws where it found nobody. */
  async identity(region: Region): Promise<object> {
    const {config} = (await this.#client('sts', region, {})) as unknown as {config: {credentials(): Promise<object>}}
    return config.credentials()
  }

  async close(): Promise<void> {
    const clients = await Promise.allSettled(this.#made.values())
    for (const client of clients) if (client.status === 'fulfilled') client.value.destroy()
  }

  async #load(service: Service): Promise<AnyModule> {
    return (await SERVICES[service]()) as unknown as AnyModule
  }

  #client(
    service: Service,
    region: Region,
    {once = false, requestMs = REQUEST_MS}: AwsCallOptions,
  ): Promise<AnyClient> {
    const key = [service, region, once, requestMs].join(' ')
    const made = this.#made.get(key) ?? this.#make(service, region, once, requestMs)
    this.#made.set(key, made)
    return made
  }

  async #make(service: Service, region: Region, once: boolean, requestTimeout: number): Promise<AnyClient> {
    const {Client} = await this.#load(service)
    const {credentials, endpoint, profile} = this.#access
    const requestHandler = {connectionTimeout: CONNECT_MS, requestTimeout, throwOnRequestTimeout: true}
    return new Client({
      region: GLOBAL[service]?.region ?? region,
      ...(credentials && {credentials}),
      ...(endpoint && {endpoint}),
      ...(profile && {profile}),
      maxAttempts: once ? 1 : (ATTEMPTS[service] ?? USUAL_ATTEMPTS),
      requestHandler,
      ...(service === 's3' && {forcePathStyle: endpoint !== undefined}),
      ...(service === 'cloudfront-keyvaluestore' &&
        endpoint &&
        isLoopback(endpoint) &&
        named(endpoint, requestHandler)),
    })
  }
}

/** Reads the `Date` of the answer, epoch milliseconds in whole seconds; our own clock where there is none. */
function serverTimeOf(command: AnyCommand): () => number {
  let date: number | undefined
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const {headers} = result.response as {headers?: Record<string, string>}
      date = Date.parse(headers?.date ?? '')
      return result
    },
    {step: 'deserialize', name: 'serverTime'},
  )
  return () => (date === undefined || Number.isNaN(date) ? Date.now() : date)
}

/**
 * The client of the KeyValueStore puts the account id in front of a custom endpoint's host: an address gets a name to carry it,
 * and a look-up that answers loopback for it.
 */
const named = (endpoint: string, requestHandler: object): object => ({
  endpoint: `http://localhost:${new URL(endpoint).port}`,
  requestHandler: {...requestHandler, httpAgent: new Agent({lookup: toLoopback})},
})

const isLoopback = (endpoint: string): boolean => ['127.0.0.1', 'localhost'].includes(new URL(endpoint).hostname)

const toLoopback: LookupFunction = (_hostname, options, callback) => {
  if (options.all) callback(null, [{address: '127.0.0.1', family: 4}])
  else callback(null, '127.0.0.1', 4)
}
