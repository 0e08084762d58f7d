import http from 'node:http'

export interface Job {
  id: string
  payload: string
  deadlineMs: number
  functionArn: string
  /** Host name -> port, where the table has changed since the environment was last told. */
  hosts?: Record<string, number>
}

interface Reply {
  headers: http.IncomingHttpHeaders
  body: string
}

/** The client of the Lambda Runtime API, version 2018-06-01. A connection that fails means that the lab is gone. */
export class RuntimeClient {
  private readonly agent = new http.Agent({keepAlive: true, maxSockets: 1})
  private readonly base: URL

  /** `api` is the value of AWS_LAMBDA_RUNTIME_API: `host:port/prefix`. */
  constructor(api: string) {
    this.base = new URL(`http://${api}/2018-06-01/runtime/`)
  }

  async next(): Promise<Job> {
    const {headers, body} = await this.call('GET', 'invocation/next')
    const hosts = headers['lab-hosts']
    return {
      id: String(headers['lambda-runtime-aws-request-id']),
      deadlineMs: Number(headers['lambda-runtime-deadline-ms']),
      functionArn: String(headers['lambda-runtime-invoked-function-arn']),
      payload: body,
      hosts: typeof hosts === 'string' ? (JSON.parse(hosts) as Record<string, number>) : undefined,
    }
  }

  async respond(id: string, body: string): Promise<void> {
    await this.call('POST', `invocation/${id}/response`, body)
  }

  async fail(id: string, error: unknown): Promise<void> {
    await this.call('POST', `invocation/${id}/error`, describe(error))
  }

  async failInit(error: unknown): Promise<void> {
    await this.call('POST', 'init/error', describe(error))
  }

  private call(method: string, path: string, body?: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const request = http.request(new URL(path, this.base), {method, agent: this.agent}, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve({headers: response.headers, body: Buffer.concat(chunks).toString()}))
        response.on('error', reject)
      })
      request.on('error', reject)
      request.end(body)
    })
  }
}

/** An error as the Node.js runtime of Lambda reports it. */
function describe(error: unknown): string {
  if (!(error instanceof Error))
    return JSON.stringify({errorType: typeof error, errorMessage: String(error), trace: []})
  return JSON.stringify({errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n')})
}
