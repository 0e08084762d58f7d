/** Several routes for the same clients, in order of preference: where one cannot be set, the next one is. */

import {setTimeout as sleep} from 'node:timers/promises'
import {DrError, inOneLine} from '../../../errors.js'
import type {Deployment, Region} from '../../../model/deployment.js'
import {regionNames} from '../../../model/regions.js'
import type {CallOptions} from '../../../ports/call.js'
import type {Route, RouteNeeds, Shortcoming, SteerOptions, VerifyOptions} from '../../../ports/route.js'
import {firstOf} from '../../first-of.js'

/** A route that is silent for so long is not waited for where another one has answered. Milliseconds. */
const HEDGE_MS = 1500

export class InOrderRoute implements Route {
  readonly needs: RouteNeeds
  readonly spread: string
  readonly byName: boolean
  readonly prove?: (options?: CallOptions) => Promise<Region>
  readonly #routes: readonly Route[]
  readonly #regions: readonly Region[]
  /** What it says is true since it was steered by: the others may name the other region still. */
  #used: Route | undefined
  /** The one that told last which region serves. */
  #told: Route | undefined

  /** `routes`: at least two. */
  constructor(deployment: Deployment, routes: readonly Route[]) {
    this.#routes = routes
    this.#regions = regionNames(deployment)
    this.needs = needsOf(routes)
    this.spread = orElse(routes.map(({spread}) => spread))
    this.byName = routes.some(({byName}) => byName)
    if (routes.some((route) => route.prove)) this.prove = (options) => this.#prove(options)
  }

  /**
   * Of the route that was steered by in this process; else of the first one that names a region. Where a later one was steered by as
   * the first one failed, that one names the old region when it is back: then `todo-dr steer` brings it in line.
   */
  async serving(options: CallOptions = {}): Promise<Region> {
    if (this.#used) return this.#used.serving(options)
    const asked = this.#routes.map(async (route) => ({route, region: await route.serving(options)}))
    const answers = asked.map((one) => one.catch(() => undefined))
    const ended = new AbortController()
    const late = sleep(HEDGE_MS, undefined, {signal: ended.signal}).catch(() => undefined)
    try {
      for (const answer of answers) {
        const told = await Promise.race([answer, late])
        if (!told || !this.#regions.includes(told.region)) continue
        this.#told = told.route
        return told.region
      }

      return (await firstOf(asked, options.signal)).region
    } finally {
      ended.abort()
    }
  }

  /** Of the route that has told which region serves. */
  async isSet(region: Region, options?: CallOptions): Promise<boolean> {
    return (this.#used ?? this.#told)?.isSet?.(region, options) ?? true
  }

  /** Throws `NoRouteSteered`, with the reason of each route, where none can be set; it passes where one of them may. */
  async steer(region: Region, options: SteerOptions = {}): Promise<void> {
    const {signal, leaving, note} = options
    const failures: {service: string; error: DrError}[] = []
    const routes = this.#preferred(leaving)
    if (routes[0] !== this.#routes[0])
      note?.(
        `${this.#routes[0]!.needs.service} needs ${leaving}, which is left: ${routes[0]!.needs.service} comes first`,
      )
    for (const route of routes) {
      const {service} = route.needs
      const last = failures.at(-1)
      if (last) note?.(`${last.service} cannot be used: ${inWords(last.error)}; clients are sent by ${service}`)
      try {
        await route.steer(region, options)
        this.#used = route
        return
      } catch (error) {
        signal?.throwIfAborted()
        if (!(error instanceof DrError)) throw error
        failures.push({service, error})
      }
    }

    throw noneSteered(failures)
  }

  async verify(served: () => Promise<boolean>, options: VerifyOptions): Promise<void> {
    await (this.#used ?? this.#told ?? this.#routes[0]!).verify(served, options)
  }

  byHand(region: Region): string {
    return orElse(this.#routes.map((route) => route.byHand(region)))
  }

  async shortcomings(options?: CallOptions): Promise<Shortcoming[]> {
    return (await Promise.all(this.#routes.map((route) => route.shortcomings?.(options) ?? []))).flat()
  }

  async #prove(options?: CallOptions): Promise<Region> {
    for (const route of this.#routes) await route.prove?.(options)
    return this.serving(options)
  }

  /** What needs the region that is escaped comes last: it would only be waited for. */
  #preferred(leaving: Region | undefined): Route[] {
    const needsIt = ({needs}: Route): boolean => leaving !== undefined && needs.region === leaving
    return [...this.#routes.filter((route) => !needsIt(route)), ...this.#routes.filter((route) => needsIt(route))]
  }
}

const orElse = (texts: readonly string[]): string => [...new Set(texts)].join(', or else ')

/** A region takes all of them along only where it takes each. */
function needsOf(routes: readonly Route[]): RouteNeeds {
  const all = routes.map(({needs}) => needs)
  const regions = new Set(all.map(({region}) => region))
  const [region] = regions
  return {
    service: orElse(all.map(({service}) => service)),
    plane: all.some(({plane}) => plane === 'data') ? 'data' : 'control',
    ...(regions.size === 1 && region !== undefined && {region}),
  }
}

const inWords = ({message, why}: DrError): string => inOneLine({what: message, why})

function noneSteered(failures: readonly {service: string; error: DrError}[]): DrError {
  const errors = failures.map(({error}) => error)
  const last = errors.at(-1)
  return new DrError({
    code: 'NoRouteSteered',
    exit: errors.every(({exit}) => exit === 'credentials') ? 'credentials' : 'failed',
    what: `none of the routes can be set: ${failures.map(({service, error}) => `${service}: ${inWords(error)}`).join('; ')}`,
    next: last?.next ?? 'todo-dr steer',
    requestId: last?.requestId,
    cause: last,
    passing: errors.some(({passing}) => passing),
  })
}
