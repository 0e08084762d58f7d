/** Serves the repositories over HTTP, as git's smart protocol has it, by the installed git's own program for it. */

import type {IncomingMessage, ServerResponse} from 'node:http'
import {basename, dirname} from 'node:path'
import type {Readable, Writable} from 'node:stream'

import type {Lab} from '../kernel.js'
import {spawnWatched} from '../watched.js'
import {RegionGate} from '../wire/region-gate.js'
import type {BareRepository, ChangedReference} from './bare-repository.js'
import {basicCredentials, type GitCredentials} from './credentials.js'
import {GIT_ENV} from './git.js'

/** A push or a fetch that takes longer is cut off. */
const DEADLINE_MS = 10 * 60_000
/** Of what the program says before its answer. */
const MAX_HEADERS = 65_536

/** Who has asked. A request about a region dies with it. */
export interface GitCaller {
  name: string
  region?: string
}

/** What a service that has repositories says of them. */
export interface GitHosting<R extends BareRepository, C extends GitCaller> {
  /** Of the lab's log. */
  part: string
  /** Of the control port, with slashes around it. A repository is below it by its name. */
  path: string
  /** What a name of a repository looks like. */
  name: RegExp
  /** What git is asked credentials for, and with which words. */
  realm: string
  needed: string
  /** The status for credentials that are not good: after 401 git asks its user for others. */
  refusal: 401 | 403
  /** Undefined where the credentials are not good. `host`: with its port. */
  caller(given: GitCredentials, name: string, host: string): C | undefined
  find(name: string, caller: C): R | undefined | Promise<R | undefined>
  allows(repository: R, caller: C, isPush: boolean): boolean
  /** After a push that has changed something. */
  onPush(repository: R, changes: readonly ChangedReference[], caller: C): void
}

export class GitServer<R extends BareRepository, C extends GitCaller> {
  private readonly gate: RegionGate
  /** What git asks for below a repository. */
  private readonly kinds: RegExp

  private constructor(
    private readonly lab: Lab,
    private readonly hosting: GitHosting<R, C>,
  ) {
    this.gate = new RegionGate(lab.faults)
    this.kinds = new RegExp(`^${hosting.path}(${hosting.name.source})(/info/refs|/git-upload-pack|/git-receive-pack)$`)
  }

  static serve<R extends BareRepository, C extends GitCaller>(lab: Lab, hosting: GitHosting<R, C>): void {
    const server = new GitServer(lab, hosting)
    lab.serve(hosting.path, (request, response) => server.handle(request, response))
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    this.answer(request, response).catch((error: unknown) => {
      this.lab.log(this.hosting.part, error instanceof Error ? (error.stack ?? error.message) : String(error))
      if (response.headersSent) response.destroy()
      else end(response, 500, 'The lab has an internal error; see `todo-dr lab logs`.')
    })
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {hosting} = this
    const [path = '', query = ''] = (request.url ?? '').split('?')
    const [, name = '', what = ''] = this.kinds.exec(path) ?? []
    if (name === '') return end(response, 404, 'There is no such page')
    const given = basicCredentials(request.headers.authorization)
    const caller = given && hosting.caller(given, name, request.headers.host ?? '')
    if (!caller) {
      response.setHeader('www-authenticate', `Basic realm="${hosting.realm}"`)
      return end(response, given ? hosting.refusal : 401, hosting.needed)
    }

    if (!this.gate.enter(request, caller.region)) return
    const repository = await hosting.find(name, caller)
    if (!repository) {
      if (this.gate.leave(request)) end(response, 404, `repository ${name} not found`)
      return
    }

    const isPush = what === '/git-receive-pack' || query === 'service=git-receive-pack'
    if (!hosting.allows(repository, caller, isPush)) {
      if (this.gate.leave(request)) end(response, 403, `${caller.name} is not allowed to do this`)
      return
    }

    const serve = (): Promise<void> => this.serve(request, response, {repository, what, query, caller})
    if (what === '/git-receive-pack') {
      const changes = await repository.change(serve)
      if (changes.length > 0) hosting.onPush(repository, changes, caller)
    } else await serve()
    // Not before: who has pushed finds everything as the push has left it.
    if (!response.writableEnded) response.end()
  }

  /** Runs git's program (git-http-backend(1)), which speaks CGI: the request in its environment and input, the answer on its output. */
  private serve(
    request: IncomingMessage,
    response: ServerResponse,
    {repository, what, query, caller}: {repository: R; what: string; query: string; caller: C},
  ): Promise<void> {
    const {headers, method = 'GET'} = request
    const text = (name: string): string => String(headers[name] ?? '')
    const env = {
      ...GIT_ENV,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROJECT_ROOT: dirname(repository.folder),
      GIT_PROTOCOL: text('git-protocol'),
      HTTP_CONTENT_ENCODING: text('content-encoding'),
      PATH_INFO: `/${basename(repository.folder)}${what}`,
      QUERY_STRING: query,
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_USER: caller.name,
      REQUEST_METHOD: method,
      CONTENT_TYPE: text('content-type'),
      // Absent where the body comes in chunks: it then ends where the input does.
      ...(headers['content-length'] !== undefined && {CONTENT_LENGTH: headers['content-length']}),
    }
    const child = spawnWatched('git', ['http-backend'], {env, input: 'pipe', output: 'pipe', leads: true})
    const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS)
    const output = child.stdout as Readable
    const input = child.stdin as Writable
    input.on('error', () => undefined)
    request.pipe(input)
    child.stderr?.on('data', (chunk: Buffer) => this.lab.log(this.hosting.part, chunk.toString().trim()))
    return new Promise((resolve, reject) => {
      let head = Buffer.alloc(0)
      const onData = (chunk: Buffer): void => {
        head = Buffer.concat([head, chunk])
        const at = head.indexOf('\r\n\r\n')
        if (at === -1 && head.length < MAX_HEADERS) return
        output.off('data', onData)
        if (at === -1 || !this.gate.leave(request)) return void child.kill('SIGKILL')
        writeHead(response, head.subarray(0, at).toString('latin1'))
        response.write(head.subarray(at + 4))
        output.pipe(response, {end: false})
      }
      output.on('data', onData)
      child.once('error', reject)
      child.once('close', () => {
        clearTimeout(timer)
        if (!response.headersSent && this.gate.leave(request)) end(response, 500, 'git http-backend failed')
        resolve()
      })
    })
  }
}

/** CGI's headers: `Status: 404 Not Found` among them, 200 without it. */
function writeHead(response: ServerResponse, text: string): void {
  const headers = text.split('\r\n').map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  const status = Number.parseInt(headers.find(([name]) => name === 'status')?.[1] ?? '200', 10)
  response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== 'status')))
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {'content-type': 'text/plain; charset=utf-8'})
  response.end(`${text}\n`)
}
