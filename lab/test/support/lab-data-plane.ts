/** A lab with nothing in it but the services that a test names: real ports, real processes, real certificates. */
import {request} from 'node:http'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {strToU8, zipSync} from 'fflate'

import type {Lab, Profile, Service} from '../../src/kernel.js'
import {LocalLab} from '../../src/lab.js'
import {PROFILES} from '../../src/profile.js'

export const HOME = 'us-east-1'
export const AWAY = 'us-east-2'

export interface TestLab {
  lab: LocalLab
  logs: string[]
  stop(): Promise<void>
}

export async function startTestLab(
  services: (new (lab: Lab) => Service)[],
  profile: Partial<Profile> = {},
): Promise<TestLab> {
  const folder = await mkdtemp(join(tmpdir(), 'todo-dr-lab-'))
  const logs: string[] = []
  const lab = await LocalLab.start({
    name: 'test',
    home: HOME,
    away: AWAY,
    folder,
    profile: {...PROFILES.instant, ...profile},
    port: 0,
    log: (part, text) => logs.push(`${part}: ${text}`),
  })
  for (const Constructor of services) lab.register(new Constructor(lab))
  return {
    lab,
    logs,
    async stop() {
      await lab.stop()
      await rm(folder, {recursive: true, force: true})
    },
  }
}

/** A bundle: file name -> source. */
export const zip = (files: Record<string, string>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])))

/** Creates a function out of the source of its `index.mjs`, whose handler is `handler`. */
export async function createFunction(
  lab: Lab,
  name: string,
  source: string,
  {
    region = HOME,
    ...more
  }: {region?: string; Timeout?: number; Environment?: {Variables: Record<string, string>}; VpcConfig?: object} = {},
): Promise<string> {
  const {FunctionArn} = await lab.call(
    'lambda',
    'CreateFunction',
    {
      FunctionName: name,
      Runtime: 'nodejs22.x',
      Role: 'arn:aws:iam::000000000000:role/test',
      Handler: 'index.handler',
      Code: {ZipFile: zip({'index.mjs': source})},
      ...more,
    },
    region,
  )
  return FunctionArn as string
}

export interface Answer {
  status: number | undefined
  error: string | undefined
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  payload: any
  log: string
}

export async function invoke(lab: Lab, name: string, event: unknown = {}, region = HOME): Promise<Answer> {
  const {StatusCode, FunctionError, Payload, LogResult} = await lab.call(
    'lambda',
    'Invoke',
    {FunctionName: name, Payload: Buffer.from(JSON.stringify(event)), LogType: 'Tail'},
    region,
  )
  return {
    status: StatusCode,
    error: FunctionError,
    payload: Payload && JSON.parse(Buffer.from(Payload).toString()),
    log: Buffer.from(LogResult ?? '', 'base64').toString(),
  }
}

/** Waits for what the world, not this process, makes true. Fails after the deadline. */
export async function eventually(
  what: string,
  check: () => boolean | Promise<boolean>,
  deadlineMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + deadlineMs
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** False once the process is gone, reaped or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export interface Identity {
  poolId: string
  poolArn: string
  clientId: string
  clientSecret: string
  tokenUrl: string
}

/** A pool with the sample's resource server and a client for it, at a domain of its own. */
export async function createIdentity(lab: Lab, region = HOME, validitySeconds = 3600): Promise<Identity> {
  const call = (operation: string, input: object) => lab.call('cognito-idp', operation, input, region)
  const {UserPool} = await call('CreateUserPool', {PoolName: `pool-${region}`})
  const UserPoolId = UserPool.Id
  const prefix = `todo-${UserPoolId.slice(-9).toLowerCase()}`
  await call('CreateUserPoolDomain', {UserPoolId, Domain: prefix})
  const scope = (ScopeName: string) => ({ScopeName, ScopeDescription: ScopeName})
  await call('CreateResourceServer', {
    UserPoolId,
    Identifier: 'api',
    Name: 'api',
    Scopes: [scope('upsert-delete'), scope('other')],
  })
  const {UserPoolClient} = await call('CreateUserPoolClient', {
    UserPoolId,
    ClientName: 'client',
    GenerateSecret: true,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthScopes: ['api/upsert-delete', 'api/other'],
    AccessTokenValidity: validitySeconds,
    TokenValidityUnits: {AccessToken: 'seconds'},
  })
  const port = lab.hosts.resolve(`${prefix}.auth.${region}.amazoncognito.com`)?.port
  return {
    poolId: UserPoolId,
    poolArn: UserPool.Arn,
    clientId: UserPoolClient.ClientId,
    clientSecret: UserPoolClient.ClientSecret,
    tokenUrl: `http://127.0.0.1:${port}/oauth2/token`,
  }
}

export async function fetchToken(
  {tokenUrl, clientId, clientSecret}: Identity,
  scope = 'api/upsert-delete',
): Promise<string> {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: {authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`},
    body: new URLSearchParams({grant_type: 'client_credentials', scope}),
    signal: AbortSignal.timeout(20_000),
  })
  if (response.status !== 200) throw new Error(`token endpoint: ${response.status} ${await response.text()}`)
  return ((await response.json()) as {access_token: string}).access_token
}

export interface TestApi {
  id: string
  hostname: string
  /** With the stage. */
  url: string
  resourceId: string
  authorizerId: string | undefined
  call(operation: string, input?: object): Promise<any> // eslint-disable-line @typescript-eslint/no-explicit-any
}

/** A REST API with the sample's `/v1`: GET and POST lead to the function, behind the pools where there are any. */
export async function createApi(
  lab: Lab,
  functionArn: string,
  {
    region = HOME,
    pools = [],
    binaryMediaTypes,
    timeoutInMillis,
  }: {region?: string; pools?: string[]; binaryMediaTypes?: string[]; timeoutInMillis?: number} = {},
): Promise<TestApi> {
  const {id: restApiId, rootResourceId} = await lab.call(
    'apigateway',
    'CreateRestApi',
    {name: 'api', binaryMediaTypes, endpointConfiguration: {types: ['REGIONAL']}},
    region,
  )
  const call = (operation: string, input: object = {}) =>
    lab.call('apigateway', operation, {restApiId, ...input}, region)
  const {id: resourceId} = await call('CreateResource', {parentId: rootResourceId, pathPart: 'v1'})
  const authorizerId =
    pools.length > 0
      ? (
          await call('CreateAuthorizer', {
            name: 'pools',
            type: 'COGNITO_USER_POOLS',
            providerARNs: pools,
            identitySource: 'method.request.header.Authorization',
          })
        ).id
      : undefined
  for (const httpMethod of ['GET', 'POST']) {
    await call('PutMethod', {
      resourceId,
      httpMethod,
      ...(authorizerId
        ? {authorizationType: 'COGNITO_USER_POOLS', authorizerId, authorizationScopes: ['api/upsert-delete']}
        : {authorizationType: 'NONE'}),
    })
    await call('PutIntegration', {
      resourceId,
      httpMethod,
      type: 'AWS_PROXY',
      integrationHttpMethod: 'POST',
      timeoutInMillis,
      uri: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
    })
  }
  await lab.call(
    'lambda',
    'AddPermission',
    {
      FunctionName: functionArn,
      StatementId: restApiId,
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: `arn:aws:execute-api:${region}:000000000000:${restApiId}/*/*/v1`,
    },
    region,
  )
  await call('CreateDeployment', {stageName: 'prod'})
  const hostname = `${restApiId}.execute-api.${region}.amazonaws.com`
  return {
    id: restApiId,
    hostname,
    url: `http://127.0.0.1:${lab.hosts.resolve(hostname)?.port}/prod`,
    resourceId,
    authorizerId,
    call,
  }
}

export interface HttpReply {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Names and values in turn: `headers` can hold no `__proto__`. */
  raw: string[]
  text: string
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  json: any
}

/** One HTTP request on a connection of its own, with whatever headers: `fetch` would not send another Host. */
export async function http(
  url: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: {method?: string; headers?: Record<string, string>; body?: string | Buffer} = {},
): Promise<HttpReply> {
  // Node sends the body of a DELETE without a length unless told.
  const length = body === undefined ? {} : {'content-length': String(Buffer.byteLength(body))}
  return new Promise((resolve, reject) => {
    const sent = request(url, {method, headers: {...length, ...headers}, agent: false, timeout: 15_000}, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        let json: unknown
        try {
          json = JSON.parse(text)
        } catch {
          json = undefined
        }
        resolve({status: response.statusCode ?? 0, headers: response.headers, raw: response.rawHeaders, text, json})
      })
    })
    sent.on('timeout', () => sent.destroy(new Error(`no answer from ${url}`)))
    sent.on('error', reject)
    sent.end(body)
  })
}

/** The error of a call that must be refused. */
export async function refusal(promise: Promise<unknown>): Promise<{name: string; status: number; message: string}> {
  const outcome = await promise.then(
    () => undefined,
    (error) => error,
  )
  if (!outcome) throw new Error('was expected to be refused')
  return outcome
}
