/** Where keys come from, a pool's public address, and where they are kept, a parameter of this region. */

import {request} from 'node:https'
import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import type {Keys, Store} from './keys.js'
import type {PublicKey} from './token.js'

/** Milliseconds, and bytes: an issuer that does not answer, or answers something else, must not hold up a client for long. */
const FETCH_MS = 2000
const MAX_BYTES = 65_536

/** The keys that an issuer publishes (Cognito developer guide, "Verifying JSON web tokens"). Throws where they cannot be had. */
export async function fetchKeys(issuer: string): Promise<PublicKey[]> {
  const {keys} = JSON.parse(await get(`${issuer}/.well-known/jwks.json`)) as {keys: Record<string, unknown>[]}
  return keys.filter(isPublicKey).map(({kid, n, e}) => ({kid, n, e}))
}

const isPublicKey = (key: Record<string, unknown>): key is Record<string, unknown> & PublicKey =>
  key.kty === 'RSA' && ['kid', 'n', 'e'].every((name) => typeof key[name] === 'string')

function get(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {signal: AbortSignal.timeout(FETCH_MS)}, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > MAX_BYTES) sent.destroy(new Error('The answer is too large.'))
        else chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () =>
        response.statusCode === 200 ? resolve(Buffer.concat(chunks).toString()) : reject(new Error('Not 200.')),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

/** A parameter: readable, as public keys are no secret. It bears the deployment's tag, so that a teardown knows whose it is. */
export class KeysParameter implements Store {
  private readonly client = new SSMClient({
    maxAttempts: 2,
    requestHandler: {connectionTimeout: 1000, requestTimeout: 2000},
  })

  constructor(
    private readonly name: string,
    private readonly tag: {Key: string; Value: string},
  ) {}

  async load(): Promise<Keys | undefined> {
    try {
      const {Parameter} = await this.client.send(new GetParameterCommand({Name: this.name}))
      return JSON.parse(Parameter?.Value ?? '{}') as Keys
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined
      throw error
    }
  }

  /** Beyond 4 KB, with more keys than pools have had yet, it becomes an advanced parameter. */
  async save(keys: Keys): Promise<void> {
    const parameter = {
      Name: this.name,
      Value: JSON.stringify(keys),
      Type: 'String',
      Tier: 'Intelligent-Tiering',
      Description: 'Public keys of the user pools of both regions',
    } as const
    try {
      await this.client.send(new PutParameterCommand({...parameter, Tags: [this.tag]}))
    } catch (error) {
      if (!(error instanceof ParameterAlreadyExists)) throw error
      await this.client.send(new PutParameterCommand({...parameter, Overwrite: true}))
    }
  }

  async remove(): Promise<void> {
    try {
      await this.client.send(new DeleteParameterCommand({Name: this.name}))
    } catch (error) {
      if (!(error instanceof ParameterNotFound)) throw error
    }
  }
}
