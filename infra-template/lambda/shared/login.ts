/** How a function proves to the proxy who it is: by a password from a secret, or by a token that it signs with the keys of its role. */

import {createHash, createHmac} from 'node:crypto'
import type {PoolOptions} from 'mysql2/promise'
import {environment, need, type Login} from './environment.js'
import {credentials, forget} from './secret.js'

export const PORT = 3306
/** Seconds; the most that AWS allows. A token is looked at when a connection begins, and not again. */
const TOKEN_LIFE = 900

/** Distinguishes logins, as text. */
export const nameOf = (login: Login): string => ('iamUser' in login ? login.iamUser : login.secretArn)

/** What a pool of connections to this host logs in with. Each connection signs a token of its own, and asks nobody for it. */
export async function accountOf(
  host: string,
  login: Login,
): Promise<Pick<PoolOptions, 'user' | 'password' | 'authPlugins'>> {
  if ('iamUser' in login) {
    const {iamUser: user} = login
    // The proxy asks for the token as it is, inside the TLS that the pool demands.
    return {user, authPlugins: {mysql_clear_password: () => () => Buffer.from(`${signToken(host, user)}\0`)}}
  }

  const {username: user, password} = await credentials(login.secretArn)
  return {user, password}
}

/** After the database refused it: a secret is fetched anew, as a token is signed anew anyway. */
export function renounce(login: Login): void {
  if ('secretArn' in login) forget(login.secretArn)
}

/**
 * A URL without its scheme, presigned for 15 minutes ("Connecting to your DB cluster using IAM authentication", Aurora user guide; "Signature
 * Version 4", IAM user guide). The keys are those of the execution environment, which Lambda replaces before they expire. Written out here: a
 * cold start would have to load a library for it.
 */
export function signToken(host: string, user: string, at = new Date()): string {
  const stamp = at.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const scope = [stamp.slice(0, 8), environment.region, 'rds-db', 'aws4_request']
  const sessionToken = process.env.AWS_SESSION_TOKEN
  const authority = `${host}:${PORT}`
  // In the order of the alphabet, as they are signed.
  const members: [string, string][] = [
    ['Action', 'connect'],
    ['DBUser', user],
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', [need('AWS_ACCESS_KEY_ID'), ...scope].join('/')],
    ['X-Amz-Date', stamp],
    ['X-Amz-Expires', String(TOKEN_LIFE)],
    ...(sessionToken ? [['X-Amz-Security-Token', sessionToken] as [string, string]] : []),
    ['X-Amz-SignedHeaders', 'host'],
  ]
  const query = new URLSearchParams(members).toString()
  const request = ['GET', '/', query, `host:${authority}`, '', 'host', sha256('')].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope.join('/'), sha256(request)].join('\n')
  const key = scope.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${need('AWS_SECRET_ACCESS_KEY')}`)
  return `${authority}/?${query}&X-Amz-Signature=${hmac(key, toSign).toString('hex')}`
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
