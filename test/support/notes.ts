/** An API that is in nothing like the ToDo sample, over real HTTP, and the workload that speaks to it. */

import {HttpApi} from '../../src/adapters/http/api.js'
import {LabAddresses} from '../../src/adapters/http/address-book.js'
import {systemClock} from '../../src/adapters/clock.js'
import {Http} from '../../src/adapters/http/http.js'
import type {Region} from '../../src/model/deployment.js'
import type {Workload} from '../../src/ports/workload.js'
import type {World} from '../../src/ports/world.js'
import {AWAY, HOME, sampleDeployment} from './deployment.js'
import {serve} from './server.js'
import type {Answer, Asked, TestServer} from './server.js'
import {SimulatedWorld} from './simulated-world.js'

const ENTRIES = '/notebook/entries'

const faultOf = (body: unknown): string | undefined => (body as {fault?: string} | undefined)?.fault

export const notes: Workload = {
  path: ENTRIES,
  write: (requestId, purpose) => ({method: 'PUT', path: `${ENTRIES}/by-key/${requestId}`, body: {by: purpose}}),
  read: (id) => ({method: 'GET', path: id === undefined ? '/notebook/size' : `${ENTRIES}/${id}`}),
  removal: (id) => ({method: 'PATCH', path: `${ENTRIES}/${id}`, body: {archived: true}}),
  warming: () => [{method: 'POST', path: '/notebook/hello'}],
  idOf({status, body}) {
    return status === 202 || status === 208 ? (body as {note: {ref: string}}).note.ref : undefined
  },
  outcomeOf(asked, {status}) {
    if (asked === 'read') return status === 203 ? 'ok' : 'fail'
    if (status === 408) return 'unsure'
    return (asked === 'write' ? [202, 208] : [204]).includes(status) ? 'ok' : 'fail'
  },
  isAbsent: ({status}) => status === 410,
  isTableMissing: ({body}) => faultOf(body) === 'no-notebook',
  errorOf(body) {
    const code = faultOf(body)
    return code === undefined ? undefined : {code}
  },
  presence: {
    most: 7,
    payload: (requestIds) => ({which: requestIds.join(' ')}),
    idsIn: (answer) => (answer as {known?: string[]}).known,
  },
}

interface Note {
  ref: string
  key: string
  by: string
}

/** Two regions of the API, one of which writes, and an edge before them. */
export class Notebook {
  readonly notes = new Map<string, Note>()
  primary: Region = HOME
  serving: Region = HOME
  /** Answers every write so, and stores nothing. */
  refuses: Answer | undefined
  hasTable = true
  #server: TestServer | undefined
  #http: Http | undefined

  get asked(): Asked[] {
    return this.#server!.asked
  }

  async open(): Promise<World> {
    const deployment = sampleDeployment()
    this.#server = await serve((asked) => this.#answer(asked))
    const {port} = this.#server
    const hosts = [HOME, AWAY].map((region) => ({hostname: `api1.execute-api.${region}.amazonaws.com`, port}))
    this.#http = new Http(new LabAddresses(async () => [...hosts, {hostname: 'd1.cloudfront.net', port}]))
    const {world} = new SimulatedWorld().connect()
    const {tokens} = world
    const directHeaders = async () => ({})
    return {
      ...world,
      deployment,
      workload: notes,
      clock: systemClock,
      api: new HttpApi({http: this.#http, deployment, tokens, directHeaders, workload: notes}),
      functions: {
        invoke: async (_, role, payload) => {
          if (role !== 'presence') throw new Error(`${role} is not for a notebook`)
          const held = new Set([...this.notes.values()].map(({key}) => key))
          return {known: (payload as {which: string}).which.split(' ').filter((key) => held.has(key))}
        },
      },
    }
  }

  async close(): Promise<void> {
    await this.#http?.close()
    await this.#server?.close()
  }

  #answer({method, url, headers, body}: Asked): Answer {
    const region = [HOME, AWAY].find((name) => headers.host!.includes(name)) ?? this.serving
    const say = (status: number, content?: object): Answer => ({
      status,
      headers: {'x-served-by-region': region},
      body: content && JSON.stringify(content),
    })
    // Below the stage, where a region is asked directly.
    const path = url.replace('/prod', '')
    if (!this.hasTable) return say(418, {fault: 'no-notebook'})
    if (method === 'GET') return path === '/notebook/size' || this.notes.has(path) ? say(203, {}) : say(410)
    if (this.refuses) return this.refuses
    if (region !== this.primary) return say(451, {fault: 'read-only'})
    if (method === 'POST') return say(path === '/notebook/hello' ? 203 : 404)
    if (method === 'PATCH') return say(this.notes.delete(path) ? 204 : 410)
    const key = path.slice(`${ENTRIES}/by-key/`.length)
    const stored = [...this.notes.values()].find((note) => note.key === key)
    const note = stored ?? {ref: `n-${key}`, key, by: (JSON.parse(body) as {by: string}).by}
    this.notes.set(`${ENTRIES}/${note.ref}`, note)
    return say(stored ? 208 : 202, {note})
  }
}
