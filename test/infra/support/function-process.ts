/* eslint-disable @typescript-eslint/no-explicit-any -- what a function answers is for the test to judge */
import {fork, type ChildProcess} from 'node:child_process'
import {fileURLToPath} from 'node:url'

/** Milliseconds; a function that takes longer has not kept its own deadline. */
const CALL_LIMIT = 15_000

export interface HttpAnswer {
  statusCode: number
  headers: Record<string, string>
  json: {status: string; response: any}
}

interface Waiting {
  resolve(value: any): void
  reject(error: Error): void
  timer: NodeJS.Timeout
}

/** One execution environment of a bundled function. What it prints is kept. */
export class FunctionProcess {
  output = ''
  private readonly child: ChildProcess
  private readonly waiting = new Map<number, Waiting>()
  private lastId = 0

  constructor(bundle: string, env: Record<string, string>) {
    this.child = fork(fileURLToPath(new URL('function-child.mjs', import.meta.url)), [bundle], {
      env: {PATH: process.env.PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...env},
      execArgv: [],
      silent: true,
    })
    this.child.stdout!.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    this.child.stderr!.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    this.child.on(
      'message',
      ({id, result, error}: {id: number; result?: unknown; error?: {name: string; message: string}}) => {
        const call = this.waiting.get(id)
        this.waiting.delete(id)
        clearTimeout(call?.timer)
        if (error) call?.reject(Object.assign(new Error(error.message), {name: error.name}))
        else call?.resolve(result)
      },
    )
    this.child.on('exit', (code) => {
      for (const {reject} of this.waiting.values()) reject(new Error(`the function ended with ${code}: ${this.output}`))
    })
  }

  route(routes: Record<string, number>): void {
    this.child.send({routes})
  }

  /** A direct invocation. */
  invoke<T = any>(event: unknown, remainingMs = 10_000): Promise<T> {
    this.lastId += 1
    const id = this.lastId
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the function did not answer')), CALL_LIMIT)
      this.waiting.set(id, {resolve, reject, timer})
      this.child.send({id, event, remainingMs})
    })
  }

  /** As API Gateway calls it. A body that is no string is sent as JSON. */
  async http(method: string, options: HttpOptions = {}, remainingMs?: number): Promise<HttpAnswer> {
    const {query, body, headers, isBase64Encoded = false} = options
    const event = {
      httpMethod: method,
      path: '/v1',
      requestContext: {requestId: 'gateway'},
      headers: {'Content-Type': 'application/json', Authorization: 'eyJ-token-of-a-test', ...headers},
      queryStringParameters: query ?? null,
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      isBase64Encoded,
    }
    const result = await this.invoke<{statusCode: number; headers: Record<string, string>; body: string}>(
      event,
      remainingMs,
    )
    return {statusCode: result.statusCode, headers: result.headers, json: JSON.parse(result.body)}
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill('SIGKILL')
    await gone
  }
}

export interface HttpOptions {
  query?: Record<string, string>
  body?: unknown
  headers?: Record<string, string>
  isBase64Encoded?: boolean
}
