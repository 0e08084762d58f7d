/** Database credentials from Secrets Manager in the function's own region, cached for as long as they are accepted. */

import {GetSecretValueCommand, SecretsManagerClient} from '@aws-sdk/client-secrets-manager'
import {unavailable} from './answer.js'
import {codeOf} from './failure.js'
import {log} from './log.js'

export interface Credentials {
  username: string
  password: string
}

const cache = new Map<string, Promise<Credentials>>()
let client: SecretsManagerClient | undefined

/** The region is that of the ARN, which is the function's own; every call has a deadline. */
function secretsManager(arn: string): SecretsManagerClient {
  client ??= new SecretsManagerClient({
    region: arn.split(':')[3],
    maxAttempts: 2,
    requestHandler: {connectionTimeout: 1000, requestTimeout: 2000},
  })
  return client
}

export function credentials(arn: string): Promise<Credentials> {
  let known = cache.get(arn)
  if (!known) {
    known = fetchSecret(arn)
    cache.set(arn, known)
    known.catch(() => cache.delete(arn))
  }

  return known
}

/** After the database refused them: the next use fetches them anew. */
export const forget = (arn: string): void => void cache.delete(arn)

async function fetchSecret(arn: string): Promise<Credentials> {
  let text: string | undefined
  try {
    text = (await secretsManager(arn).send(new GetSecretValueCommand({SecretId: arn}))).SecretString
  } catch (error) {
    log({event: 'secret', code: codeOf(error) === 'Error' ? 'SecretError' : codeOf(error)})
    throw unavailable('SecretUnavailable', 'The database credentials could not be read.')
  }

  return parseSecret(text)
}

/** Throws where the secret is not what this deployment makes: a person must see to it, no retry helps. */
export function parseSecret(text: string | undefined): Credentials {
  let value: unknown
  try {
    value = JSON.parse(text ?? '')
  } catch {
    value = undefined
  }

  const {username, password} = (value ?? {}) as {username?: unknown; password?: unknown}
  if (typeof username !== 'string' || typeof password !== 'string' || username === '' || password === '') {
    const error = new Error('The database secret holds no username and password.')
    error.name = 'SecretMalformed'
    throw error
  }

  return {username, password}
}
