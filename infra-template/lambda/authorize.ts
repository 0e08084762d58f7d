/**
 * The API's token authorizer, in each region: lets in who brings an access token of either region's user pool, with the scope, by
 * public keys that are kept in this region. API Gateway's own authorizer for user pools asks the pool's region for them, and a
 * client that holds a token of a lost region is refused until it gets another one.
 *
 * The same function keeps the keys: CloudFormation calls it when a deployment is made, changed and deleted, and a schedule calls it
 * every few minutes, which also keeps an environment of it warm in the region that serves nobody.
 */

import type {APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent} from 'aws-lambda'
import {setTimeout as pause} from 'node:timers/promises'
import {need} from './shared/environment.js'
import {framesOf, log} from './shared/log.js'
import {TokenKeys} from './tokens/keys.js'
import {reply, type ResourceEvent} from './tokens/reply.js'
import {fetchKeys, KeysParameter} from './tokens/sources.js'
import {flawOf, hasScope, isSignedBy, issuerOf, keyOf, tokenOf, type Pool} from './tokens/token.js'

const pools = JSON.parse(need('TOKEN_POOLS')) as Pool[]
const scope = need('TOKEN_SCOPE')
const parameter = need('TOKEN_KEYS_PARAMETER')
const store = new KeysParameter(parameter, JSON.parse(need('TOKEN_KEYS_TAG')) as {Key: string; Value: string})
const keys = new TokenKeys({issuers: pools.map(issuerOf), store, fetch: fetchKeys, now: Date.now, pause})

/** Milliseconds for which a deployment tries, of the 30 s that the function has: the last attempt takes up to 12 s more. */
const PATIENCE_MS = 15_000

/** Neither a request nor CloudFormation: the schedule. */
type Event = APIGatewayTokenAuthorizerEvent | ResourceEvent | {type?: undefined}

export async function handler(event: Event): Promise<APIGatewayAuthorizerResult | undefined> {
  if ('RequestType' in event) return void (await keep(event))
  if (event.type === 'TOKEN') return authorize(event)
  await keys.refresh()
}

/**
 * The caller's policy, which API Gateway keeps under the token for all methods, so that it must speak of all of them.
 * Throws `Unauthorized`, which stands for 401, for every token that is not surely good (API Gateway developer guide, "Use API Gateway
 * Lambda authorizers").
 */
async function authorize({
  authorizationToken,
  methodArn,
}: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const {claims, flaw} = await judged(authorizationToken.replace(/^Bearer +/i, ''))
  if (!claims) {
    log({event: 'token', code: flaw})
    throw new Error('Unauthorized')
  }

  const [api, stage] = methodArn.split('/')
  const Effect: 'Allow' | 'Deny' = hasScope(claims, scope) ? 'Allow' : 'Deny'
  const Statement = [{Action: 'execute-api:Invoke', Effect, Resource: `${api}/${stage}/*`}]
  return {
    principalId: String(claims.client_id),
    policyDocument: {Version: '2012-10-17', Statement},
    // What is kept outlives the token: the functions behind look at the end of it themselves.
    context: {exp: Number(claims.exp)},
  }
}

type Judgement = {claims: Record<string, unknown>; flaw?: undefined} | {claims?: undefined; flaw: string}

/** The signature before all else: nothing that an unsigned token says is worth a word but which key it names. */
async function judged(text: string): Promise<Judgement> {
  try {
    const token = tokenOf(text)
    const pool = pools.find((one) => issuerOf(one) === token?.claims.iss)
    if (!token || !pool) return {flaw: 'NoToken'}
    const key = await keys.find(issuerOf(pool), token.kid)
    if (!key) return {flaw: 'UnknownKey'}
    if (!isSignedBy(keyOf(key), token)) return {flaw: 'BadSignature'}
    const flaw = flawOf(token.claims, pool, Date.now() / 1000)
    return flaw === undefined ? {claims: token.claims} : {flaw}
  } catch (error) {
    log({event: 'bug', code: error instanceof Error ? error.name : 'Error', frames: framesOf(error)})
    return {flaw: 'Unsure'}
  }
}

/** A deployment without the keys of both pools fails: it would refuse tokens that it ought to take. */
async function keep(event: ResourceEvent): Promise<void> {
  let problem: string | undefined
  try {
    if (event.RequestType === 'Delete') await store.remove()
    else {
      const missing = await keys.collect(PATIENCE_MS)
      if (missing.length > 0) problem = `The public keys of ${missing.join(' and ')} cannot be had.`
    }
  } catch (error) {
    log({event: 'bug', code: error instanceof Error ? error.name : 'Error', frames: framesOf(error)})
    problem = 'The public keys cannot be kept; the log of the function says why.'
  }

  await reply(event, parameter, problem)
}
