import {expect} from 'chai'
import {createLocalJWKSet, jwtVerify} from 'jose'

import {CognitoService} from '../../../src/aws/cognito-idp/service.js'
import {
  AWAY,
  HOME,
  createIdentity,
  fetchToken,
  http,
  refusal,
  startTestLab,
  type Identity,
  type TestLab,
} from '../../support/lab-data-plane.js'

describe('cognito', () => {
  let test: TestLab
  let identity: Identity
  const call = (operation: string, input: object, region = HOME) =>
    test.lab.call('cognito-idp', operation, input, region)
  const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
  const ask = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    http(identity.tokenUrl, {
      method: 'POST',
      headers: {'content-type': 'application/x-www-form-urlencoded', ...headers},
      body: new URLSearchParams(form).toString(),
    })
  const jwks = async (region = HOME) => {
    const port = test.lab.hosts.resolve(`cognito-idp.${region}.amazonaws.com`)?.port
    return http(`http://127.0.0.1:${port}/${identity.poolId}/.well-known/jwks.json`)
  }

  before(async () => {
    test = await startTestLab([CognitoService])
    identity = await createIdentity(test.lab)
  })

  after(() => test.stop())

  it('issues tokens with the claims of a Cognito access token, signed by the key of its JWKS', async () => {
    const token = await fetchToken(identity)
    const keys = createLocalJWKSet((await jwks()).json)
    const {payload, protectedHeader} = await jwtVerify(token, keys, {
      issuer: `https://cognito-idp.${HOME}.amazonaws.com/${identity.poolId}`,
    })
    expect(protectedHeader.alg).equal('RS256')
    expect(payload).include({
      sub: identity.clientId,
      client_id: identity.clientId,
      token_use: 'access',
      scope: 'api/upsert-delete',
      version: 2,
      auth_time: payload.iat,
    })
    expect(payload.exp! - payload.iat!).equal(3600)
    expect(payload.jti).match(/^[\da-f-]{36}$/)
  })

  it('takes the secret in the form too, and grants every scope where none is named', async () => {
    const {status, json, headers} = await ask({
      grant_type: 'client_credentials',
      client_id: identity.clientId,
      client_secret: identity.clientSecret,
    })
    expect(status).equal(200)
    expect(json).include({token_type: 'Bearer', expires_in: 3600})
    expect(headers['cache-control']).equal('no-store')
    expect(JSON.parse(Buffer.from(json.access_token.split('.')[1], 'base64url').toString()).scope).equal(
      'api/upsert-delete api/other',
    )
  })

  it('refuses with OAuth 2 errors', async () => {
    const good = {authorization: basic(identity.clientId, identity.clientSecret)}
    const grant = {grant_type: 'client_credentials'}
    const cases: [expected: string, answer: Promise<{status: number; json: unknown}>][] = [
      ['invalid_client', ask(grant, {authorization: basic(identity.clientId, 'wrong')})],
      ['invalid_client', ask(grant, {authorization: basic('nobody', identity.clientSecret)})],
      ['invalid_client', ask(grant)],
      ['invalid_client', ask(grant, {authorization: 'Basic %%%'})],
      ['invalid_scope', ask({...grant, scope: 'api/upsert-delete api/unknown'}, good)],
      ['invalid_request', ask({}, good)],
      ['unsupported_grant_type', ask({grant_type: 'password'}, good)],
    ]
    for (const [error, answer] of cases) {
      const {status, json} = await answer
      expect({status, json}).deep.equal({status: 400, json: {error}})
    }

    expect((await http(identity.tokenUrl)).status).equal(405)
    const {UserPoolClient} = await call('CreateUserPoolClient', {
      UserPoolId: identity.poolId,
      ClientName: 'no-flow',
      GenerateSecret: true,
    })
    const {json} = await ask(grant, {authorization: basic(UserPoolClient.ClientId, UserPoolClient.ClientSecret)})
    expect(json).deep.equal({error: 'unauthorized_client'})
  })

  it('describes a client with its secret, and refuses a machine client without one, or with an unknown scope', async () => {
    const {UserPoolClient} = await call('DescribeUserPoolClient', {
      UserPoolId: identity.poolId,
      ClientId: identity.clientId,
    })
    expect(UserPoolClient.ClientSecret).equal(identity.clientSecret)
    const machine = {UserPoolId: identity.poolId, ClientName: 'x', AllowedOAuthFlows: ['client_credentials']}
    expect((await refusal(call('CreateUserPoolClient', machine))).name).equal('InvalidOAuthFlowException')
    const scoped = {...machine, GenerateSecret: true, AllowedOAuthScopes: ['api/none']}
    expect((await refusal(call('CreateUserPoolClient', scoped))).name).equal('ScopeDoesNotExistException')
    const long = {...machine, GenerateSecret: true, AccessTokenValidity: 25}
    expect((await refusal(call('CreateUserPoolClient', long))).name).equal('InvalidParameterException')
  })

  it('lists pools in pages, each region its own', async () => {
    await createIdentity(test.lab)
    await createIdentity(test.lab, AWAY)
    const first = await call('ListUserPools', {MaxResults: 1})
    const second = await call('ListUserPools', {MaxResults: 1, NextToken: first.NextToken})
    expect([...first.UserPools, ...second.UserPools].map(({Id}) => Id))
      .length(2)
      .include(identity.poolId)
    expect(second.NextToken).equal(undefined)
    expect((await call('ListUserPools', {MaxResults: 60}, AWAY)).UserPools).length(1)
    expect((await refusal(call('ListUserPools', {}))).name).equal('InvalidParameterException')
    expect((await refusal(call('DescribeUserPool', {UserPoolId: identity.poolId}, AWAY))).name).equal(
      'ResourceNotFoundException',
    )
  })

  it('has no users to sign in', async () => {
    const auth = {
      ClientId: identity.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: {USERNAME: 'a', PASSWORD: 'b'},
    }
    expect((await refusal(call('InitiateAuth', auth))).name).equal('InvalidParameterException')
    expect((await refusal(call('InitiateAuth', {...auth, ClientId: 'nobody'}))).name).equal('ResourceNotFoundException')
  })

  it('goes silent with its region: tokens and keys alike', async () => {
    const {clientId} = identity
    await test.lab.faults.start({kind: 'region-loss', region: HOME})
    expect(await ask({}).catch((error) => error.code)).equal('ECONNREFUSED')
    expect(await jwks().catch((error) => error.code)).equal('ECONNREFUSED')
    await test.lab.faults.lift({kind: 'region-loss', region: HOME})
    const {json} = await ask({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: identity.clientSecret,
    })
    const [, body = ''] = json.access_token.split('.')
    expect(JSON.parse(Buffer.from(body, 'base64url').toString()).client_id).equal(clientId)
  })

  it('deletes a pool only after its domain, which then no longer resolves', async () => {
    const other = await createIdentity(test.lab)
    const {UserPool} = await call('DescribeUserPool', {UserPoolId: other.poolId})
    expect((await refusal(call('DeleteUserPool', {UserPoolId: other.poolId}))).name).equal('InvalidParameterException')
    const {DomainDescription} = await call('DescribeUserPoolDomain', {Domain: UserPool.Domain})
    expect(DomainDescription).include({UserPoolId: other.poolId, Status: 'ACTIVE'})
    await call('DeleteUserPoolDomain', {UserPoolId: other.poolId, Domain: UserPool.Domain})
    expect(test.lab.hosts.resolve(`${UserPool.Domain}.auth.${HOME}.amazoncognito.com`)).equal(undefined)
    expect(await call('DescribeUserPoolDomain', {Domain: UserPool.Domain})).deep.equal({DomainDescription: {}})
    await call('DeleteUserPool', {UserPoolId: other.poolId})
    expect((await refusal(call('DescribeUserPool', {UserPoolId: other.poolId}))).name).equal(
      'ResourceNotFoundException',
    )
  })
})
