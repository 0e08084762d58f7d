/** The one way to call AWS: a client a service and region, loaded and made when first asked for, with short deadlines. */

import {Agent} from 'node:http'
import type {LookupFunction} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'
import {abortAfter} from '../abort-after.js'
import {askAgain} from '../ask-again.js'
import type {Again} from '../ask-again.js'
import {isClockSkew, isHiccup, isOfAws, isRefusedIdentity, mapAwsError, notAws, wasNotDone} from './errors.js'
import type {FailedCall, HttpHead} from './errors.js'
import {actionOf, SERVICES} from './services.js'
import type {Input, Operation, Output, Service} from './services.js'
import {Unreachable} from '../../errors.js'
import type {Region} from '../../model/deployment.js'
import type {CallOptions} from '../../ports/world.js'

/** Where and as whom AWS is called. */
export interface AwsAccess {
  /** Of every service; the SDK's own where undefined. */
  endpoint?: string
  /** AWS profile; the default provider chain where undefined. */
  profile?: string
  /** Fixed keys, for the lab. */
  credentials?: {accessKeyId: string; secretAccessKey: string; sessionToken?: string; expiration?: Date}
}

export interface AwsCallOptions extends CallOptions {
  /** Milliseconds for the whole call, retries included. */
  deadlineMs?: number
  /** Milliseconds for one attempt. */
  requestMs?: number
  /** A change that is sent once, even where AWS says that it did nothing: who calls judges that. */
  once?: boolean
  /** Of this call, where the service has several in a region. Where all services have one, as on a lab, that is asked. */
  endpoint?: string
}

const CONNECT_MS = 1500
const REQUEST_MS = 4000
export const CALL_DEADLINE_MS = 6000
/**
 * For what changes something, as one attempt. In a regional event a control plane may take long to say yes, and an answer that we do
 * not wait for leaves open whether it was carried out, which costs more than the wait.
 */
export const CHANGE_MS = 30_000
/** A function may have to wake a paused database; none of the template's may run longer. */
export const INVOKE_DEADLINE_MS = 30_000

/** So often is a change sent that surely was not carried out. Every poll of every stack counts against one quota of the account. */
const ATTEMPTS: Partial<Record<Service, number>> = {cloudformation: 6}
const USUAL_ATTEMPTS = 3

/** A read that is silent for so long is asked for once more beside it. Milliseconds. */
const HEDGE_MS = 1000
/** The last attempt has at least so many milliseconds. Cut off sooner, it would pass for silence, and hide what AWS said to those before. */
const LAST_ATTEMPT_MS = 1000
/** A read that AWS throttles or fails is asked for again until so many milliseconds after the first, then the error is told. */
const PATIENCE_MS = 2500
/**
 * A read of which the connection fails is sent at once on another one, as a kept one may just have been closed, and then given up: a
 * region that is gone must cost no more.
 */
const BROKEN_CONNECTIONS = 2
/** Where the second one failed too, reads are sent once for so many milliseconds: a look asks a lost region a dozen things. */
const BROKEN_MS = 10_000
const PAUSE_MS = 100

/** A clock that is off by so much is told. AWS refuses signatures that are five minutes off (IAM user guide, signed requests). */
const SKEW_MS = 4 * 60_000
/** HTTP's dates are cut to the second, and an answer takes its time. */
const ROUNDING_MS = 2500

/**
 * To an address that all services of a region share, as a lab's. A look asks some thirty things at once, and a connection of its own
 * for each costs more than the answer. AWS has an address for each service: there the SDK's own limit stays.
 */
const CONNECTIONS = 8

/**
 * For a logger that has `info` the SDK goes through every answer by its schema once more, to leave out what is secret, and its own
 * silent one has it. Nobody reads that: this one has only what the SDK calls without looking whether it is there.
 */
const QUIET = {debug() {}, warn() {}}

/** Services that stand in no region, and how errors name where they are. */
const GLOBAL: Partial<Record<Service, {region: Region; where: string}>> = {
  cloudfront: {region: 'us-east-1', where: 'CloudFront'},
  iam: {region: 'us-east-1', where: 'IAM'},
  route53: {region: 'us-east-1', where: 'Route 53'},
  'cloudfront-keyvaluestore': {region: 'us-east-1', where: 'the edge'},
}

/** What probes and steps call. */
const URGENT: Service[] = ['rds', 'cloudwatch', 'lambda', 'cloudfront-keyvaluestore', 'cognito-idp', 's3']

/** As far as it is the same for all services. */
interface AnyClient {
  config: object
  send(command: AnyCommand, options: {abortSignal: AbortSignal}): Promise<unknown>
  destroy(): void
}
type Step = (args: {request: object}) => Promise<{response: object}>
interface AnyCommand {
  middlewareStack: {
    add(middleware: (next: Step) => Step, options: {step: 'deserialize'; name: string}): void
  }
}
type AnyModule = Record<string, new (input: object) => AnyCommand> & {Client: new (settings: object) => AnyClient}

export class Clients {
  readonly #access: AwsAccess
  readonly #skewed: (offsetMs: number) => void
  #made = new Map<string, Promise<AnyClient>>()
  /** A region that is silent must not hold up the other one. */
  readonly #agents = new Map<Region, Agent>()
  /** With credentials that were refused: their calls may still be under way. */
  readonly #former: Promise<AnyClient>[] = []
  #renewing: Promise<void> | undefined
  /** When a second connection failed, and no answer has come since; by `#placeOf`, as `performance.now()` tells it. */
  readonly #brokenAt = new Map<string, number>()
  #offsetMs = 0
  #told = false

  /** `skewed` is called once, where this machine's clock is off: `offsetMs` is above 0 where it is behind AWS's. */
  constructor(access: AwsAccess, skewed: (offsetMs: number) => void = () => undefined) {
    this.#access = access
    this.#skewed = skewed
  }

  /** Epoch milliseconds by AWS's clock, as far as its answers have told it. */
  now(): number {
    return Date.now() + (Math.abs(this.#offsetMs) > ROUNDING_MS ? this.#offsetMs : 0)
  }

  /**
   * Carries out one operation. Throws `Unreachable` where nobody answers within the deadline, another `DrError` where AWS says
   * no. `read` takes what the answer streams, within the same deadline, and the instant of the answer by the service's own clock.
   * What only reads is asked again within the deadline, where it is slow, throttled or failed. What changes something is sent again only
   * where it surely was not carried out: throttled, or never connected. Otherwise the error says that it is `unclear`, and who calls
   * looks (`sendChange`). A call that was refused for its
   * credentials, or for the time of its signature, has done nothing: it is sent once more, with credentials that are asked for anew
   * or with AWS's time, even where it is sent `once`.
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
    const isRead = READS.test(operation)
    const {deadlineMs = isRead ? CALL_DEADLINE_MS : CHANGE_MS, requestMs = isRead ? REQUEST_MS : CHANGE_MS} = options
    const {signal, once = false, endpoint} = options
    const module = await this.#load(service)
    const {profile, credentials} = this.#access
    const place = this.#placeOf(service, region, endpoint)
    let failed = false
    const told: FailedCall = {
      action: actionOf(service, operation),
      region: GLOBAL[service]?.where ?? region,
      profile,
      lab: credentials !== undefined,
    }
    const send = async (abortSignal: AbortSignal): Promise<unknown> => {
      const client = await this.#client(service, region, requestMs, endpoint)
      const command = new module[`${operation}Command`]!(input as object)
      const envelope = envelopeOf(command, (endpoint) => (told.endpoint = endpoint))
      try {
        const output = (await client.send(command, {abortSignal})) as Output<S, O>
        const head = envelope()
        if (!isOfAws(head)) throw notAws(told, head)
        this.#brokenAt.delete(place)
        return await read(output, serverTimeOf(head))
      } catch (error) {
        const mapped = mapAwsError(error, told)
        if (mapped instanceof Unreachable) {
          if (failed || this.#isBroken(place)) this.#brokenAt.set(place, performance.now())
          // Who is not waited for any more has not failed.
          failed ||= !abortSignal.aborted
        } else this.#brokenAt.delete(place)
        throw mapped
      }
    }

    const attempt = (inner: AbortSignal): Promise<unknown> => this.#corrected(() => send(inner))
    // The deadline counts from when there is a client: loading takes its time on a busy machine.
    await this.#client(service, region, requestMs, endpoint)
    const tries = once ? 1 : (ATTEMPTS[service] ?? USUAL_ATTEMPTS)
    try {
      return await abortAfter(deadlineMs, signal, (inner) =>
        isRead
          ? askAgain(patience(inner, service, deadlineMs, this.#isBroken(place) ? 1 : BROKEN_CONNECTIONS), attempt)
          : sentUntilTaken(tries, inner, () => attempt(inner)),
      )
    } catch (error) {
      throw mapAwsError(error, told)
    }
  }

  /**
   * Loads what probes and steps call, or those services, ahead of the first call: loading takes half a second and more on a busy
   * machine, which must not count as a region's silence.
   */
  async preload(services: readonly Service[] = URGENT): Promise<void> {
    await Promise.all(services.map((service) => this.#load(service)))
  }

  /** Who calls, as the provider chain found it. Throws what the SDK throws where it found nobody. */
  async identity(region: Region): Promise<object> {
    const {config} = (await this.#client('sts', region, REQUEST_MS)) as unknown as {
      config: {credentials(): Promise<object>}
    }
    return config.credentials()
  }

  async close(): Promise<void> {
    const clients = await Promise.allSettled([...this.#made.values(), ...this.#former])
    for (const client of clients) if (client.status === 'fulfilled') client.value.destroy()
  }

  /** Sends it once more where AWS refused the credentials or the time, and either is better now. */
  async #corrected<T>(send: () => Promise<T>): Promise<T> {
    const used = this.#made
    try {
      return await send()
    } catch (error) {
      if (isClockSkew(error)) return send()
      if (!isRefusedIdentity(error) || this.#access.credentials) throw error
      // Of calls that were refused together, the first one renews.
      if (this.#made === used) await (this.#renewing ??= this.#renew())
      return send()
    }
  }

  /** The SDK keeps credentials until shortly before their end, and files for ever. */
  async #renew(): Promise<void> {
    const {loadSharedConfigFiles} = await import('@smithy/core/config')
    await loadSharedConfigFiles({ignoreCache: true})
    this.#former.push(...this.#made.values())
    this.#made = new Map()
    this.#renewing = undefined
  }

  /** What one client learns of AWS's time, all know: a promotion is sent once, by a client that may have sent nothing before. */
  #shareClock(client: AnyClient): AnyClient {
    const learn = (offsetMs: number): void => {
      this.#offsetMs = offsetMs
      if (this.#told || Math.abs(offsetMs) < SKEW_MS) return
      this.#told = true
      this.#skewed(offsetMs)
    }

    Object.defineProperty(client.config, 'systemClockOffset', {get: () => this.#offsetMs, set: learn})
    return client
  }

  /** What is lost together: on a lab a region, which has one address, and else one address of a service. */
  #placeOf(service: Service, region: Region, endpoint = ''): string {
    return this.#access.endpoint === undefined ? [service, region, endpoint].join(' ') : region
  }

  #isBroken(place: string): boolean {
    return performance.now() - (this.#brokenAt.get(place) ?? Number.NEGATIVE_INFINITY) < BROKEN_MS
  }

  async #load(service: Service): Promise<AnyModule> {
    return (await SERVICES[service]()) as unknown as AnyModule
  }

  #client(service: Service, region: Region, requestMs: number, endpoint?: string): Promise<AnyClient> {
    const key = [service, region, requestMs, endpoint].join(' ')
    const made = this.#made.get(key) ?? this.#make(service, region, requestMs, endpoint)
    this.#made.set(key, made)
    return made
  }

  #agent(region: Region): Agent {
    const agent = this.#agents.get(region) ?? new Agent({keepAlive: true, maxSockets: CONNECTIONS})
    this.#agents.set(region, agent)
    return agent
  }

  async #make(service: Service, region: Region, requestTimeout: number, ofCall?: string): Promise<AnyClient> {
    const {Client} = await this.#load(service)
    const {credentials, endpoint, profile} = this.#access
    const requestHandler = {
      // The SDK counts the wait for one of few connections as connecting: a busy lab would be taken for a lost region.
      connectionTimeout: endpoint ? requestTimeout : CONNECT_MS,
      requestTimeout,
      throwOnRequestTimeout: true,
      ...(endpoint && {httpAgent: this.#agent(region)}),
    }
    const client = new Client({
      region: GLOBAL[service]?.region ?? region,
      ...(credentials && {credentials}),
      ...((endpoint ?? ofCall) && {endpoint: endpoint ?? ofCall}),
      ...(profile && {profile}),
      // The SDK sends again what may have been carried out.
      maxAttempts: 1,
      logger: QUIET,
      requestHandler,
      ...(service === 's3' && {forcePathStyle: endpoint !== undefined}),
      ...(service === 'cloudfront-keyvaluestore' &&
        endpoint &&
        isLoopback(endpoint) &&
        named(endpoint, requestHandler)),
    })
    return this.#shareClock(client)
  }
}

/** What AWS names so changes nothing. */
const READS = /^(BatchGet|Describe|Get|Head|List|Simulate)/

/**
 * Nearly the whole deadline for CloudFormation, whose quota a deployment fills; else the error is told while there is time for another
 * way. `connections`: so many may fail.
 */
function patience(signal: AbortSignal, service: Service, deadlineMs: number, connections: number): Again {
  const patienceMs = service === 'cloudformation' ? deadlineMs - LAST_ATTEMPT_MS : Math.min(PATIENCE_MS, deadlineMs / 2)
  return {
    signal,
    hedgeMs: HEDGE_MS,
    pauseAfter(error, failures, elapsedMs) {
      if (error instanceof Unreachable) return failures < connections ? 0 : undefined
      const pauseMs = PAUSE_MS * 2 ** (failures - 1) * (0.5 + Math.random())
      return isHiccup(error) && elapsedMs + pauseMs < patienceMs ? pauseMs : undefined
    },
  }
}

/** Sends a change again where AWS surely did nothing. */
async function sentUntilTaken<T>(tries: number, signal: AbortSignal, send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send()
    } catch (error) {
      if (attempt >= tries || signal.aborted || !wasNotDone(error)) throw error
      await sleep(PAUSE_MS * 2 ** attempt * (0.5 + Math.random()), undefined, {signal})
    }
  }
}

/** Tells who is asked, as soon as that is known, and keeps the head of the answer. */
function envelopeOf(command: AnyCommand, asked: (endpoint: string) => void): () => HttpHead {
  let head: HttpHead = {}
  command.middlewareStack.add(
    (next) => async (args) => {
      const {protocol, hostname, port} = args.request as {protocol: string; hostname: string; port?: number}
      asked(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`)
      const result = await next(args)
      head = result.response
      return result
    },
    {step: 'deserialize', name: 'envelope'},
  )
  return () => head
}

/** Epoch milliseconds in whole seconds; our own clock where the answer has no date. */
function serverTimeOf({headers}: HttpHead): number {
  const date = Date.parse(headers?.date ?? '')
  return Number.isNaN(date) ? Date.now() : date
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
