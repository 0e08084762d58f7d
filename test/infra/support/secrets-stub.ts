import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'

/** Answers GetSecretValue, and an error where it is told to. */
export class SecretsStub {
  readonly secrets = new Map<string, object>()
  /** ARNs in the order in which they were asked for. */
  readonly asked: string[] = []
  /** The wire code of an error to answer with. */
  error: string | undefined
  private readonly server: Server

  constructor() {
    this.server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        const {SecretId} = JSON.parse(body) as {SecretId: string}
        this.asked.push(SecretId)
        const secret = this.secrets.get(SecretId)
        const code = this.error ?? (secret ? undefined : 'ResourceNotFoundException')
        response.writeHead(code ? 400 : 200, {'content-type': 'application/x-amz-json-1.1'})
        response.end(
          JSON.stringify(code ? {__type: code, message: code} : {ARN: SecretId, SecretString: JSON.stringify(secret)}),
        )
      })
    })
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}
