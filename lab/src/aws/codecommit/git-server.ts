/** Serves the repositories over HTTP, as git's smart protocol has it, by the installed git's own program for it. */

import type {IncomingMessage, ServerResponse} from 'node:http'
import type {Readable, Writable} from 'node:stream'

import type {Lab} from '../../kernel.js'
import {spawnWatched} from '../../watched.js'
import {dependsOn, RegionGate} from '../../wire/region-gate.js'
import {GIT_ENV} from './git.js'
import {basicCredentials, signedRegion} from './git-signature.js'
import type {ChangedReference, Repository} from './repository.js'

export const REPOSITORIES_PATH = '/v1/repos/'

/** A push or a fetch that takes longer is cut off. */
const DEADLINE_MS = 10 * 60_000
/** Of what the program says before its answer. */
const MAX_HEADERS = 65_536

export interface GitServerOptions {
  lab: Lab
  find(name: string, region: string): Repository | undefined
  /** After a push that has changed something. `by`: the ARN of who has signed it. */
  onPush(repository: Repository, changes: readonly ChangedReference[], by: string): void
}

/** What git asks for below a repository. */
const KINDS = /^\/v1\/repos\/([\w.-]+)(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/

export class GitServer {
  private readonly gate: RegionGate

  constructor(private readonly options: GitServerOptions) {
    this.gate = new RegionGate(options.lab.faults)
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const {lab} = this.options
    this.answer(request, response).catch((error: unknown) => {
      lab.log('codecommit', error instanceof Error ? (error.stack ?? error.message) : String(error))
      if (response.headersSent) response.destroy()
      else end(response, 500, 'The lab has an internal error; see `todo-dr lab logs`.')
    })
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {lab} = this.options
    const [path = '', query = ''] = (request.url ?? '').split('?')
    const [, name = '', what = ''] = KINDS.exec(path) ?? []
    if (name === '') return end(response, 404, 'There is no such page')
    const given = basicCredentials(request.headers.authorization)
    const signed =
      given &&
      signedRegion(
        given,
        {host: request.headers.host ?? '', path: `${REPOSITORIES_PATH}${name}`},
        (accessKeyId) => lab.credentials.find(accessKeyId),
        [lab.home, lab.away],
        lab.now(),
      )
    if (!signed) {
      response.setHeader('www-authenticate', 'Basic realm="CodeCommit"')
      return end(response, given ? 403 : 401, 'The request needs credentials of the AWS CLI’s credential helper')
    }

    if (!this.gate.enter(request, dependsOn('regional', signed.region))) return
    const repository = this.options.find(name, signed.region)
    if (!repository) {
      if (this.gate.leave(request)) end(response, 404, `repository ${name} not found`)
      return
    }

    const isPush = what === '/git-receive-pack' || query === 'service=git-receive-pack'
    if (!this.allows(signed.arn, isPush ? 'GitPush' : 'GitPull', repository)) {
      if (this.gate.leave(request)) end(response, 403, `${signed.arn} is not allowed to do this`)
      return
    }

    const serve = (): Promise<void> =>
      this.serve(request, response, repository, `/${name}.git${what}`, query, signed.arn)
    if (what === '/git-receive-pack') {
      const changes = await repository.change(serve)
      if (changes.length > 0) this.options.onPush(repository, changes, signed.arn)
    } else await serve()
    // Not before: who has pushed finds everything as the push has left it.
    if (!response.writableEnded) response.end()
  }

  /** By the policies of a user who has some; nobody else's are enforced. */
  private allows(by: string, action: string, {arn: resource, region}: Repository): boolean {
    const context = (key: string): string | undefined => (key === 'aws:requestedregion' ? region : undefined)
    const judged = this.options.lab.credentials.judge(by, {action: `codecommit:${action}`, resource, context})
    return judged === undefined || [judged.identity, judged.organization ?? 'allowed'].every((one) => one === 'allowed')
  }

  /** Runs git's program (git-http-backend(1)), which speaks CGI: the request in its environment and input, the answer on its output. */
  private serve(
    request: IncomingMessage,
    response: ServerResponse,
    repository: Repository,
    pathInfo: string,
    query: string,
    user: string,
  ): Promise<void> {
    const {headers, method = 'GET'} = request
    const text = (name: string): string => String(headers[name] ?? '')
    const env = {
      ...GIT_ENV,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROJECT_ROOT: repository.folder.slice(0, -`/${repository.name}.git`.length),
      GIT_PROTOCOL: text('git-protocol'),
      HTTP_CONTENT_ENCODING: text('content-encoding'),
      PATH_INFO: pathInfo,
      QUERY_STRING: query,
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_USER: user,
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
    child.stderr?.on('data', (chunk: Buffer) => this.options.lab.log('codecommit', chunk.toString().trim()))
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
