import type * as Api from '@aws-sdk/client-cognito-identity-provider'

import {sendJson} from '../../data-plane/http.js'
import {serveTokens} from '../../data-plane/identity/token-endpoint.js'
import {
  ACCOUNT,
  fault,
  type Lab,
  type Listener,
  type Operation,
  type Service,
  type TaggedResource,
} from '../../kernel.js'
import {tagList} from '../../cloudformation/tags.js'
import {page} from '../by-region.js'
import {newClient, tokenClient, updatedClient} from './client.js'
import {Pool} from './pool.js'
import {api} from './api.js'

/**
 * Amazon Cognito user pools for machines: client credentials, signed tokens, public keys. There are no users, and what
 * asks for one is told so. Signing keys live in memory and die with the lab.
 */
export class CognitoService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly pools = new Map<string, Pool>()
  private readonly issuers = new Map<string, Promise<Listener>>()

  constructor(private readonly lab: Lab) {
    this.operations = {
      CreateUserPool: (input: Api.CreateUserPoolRequest, {region}) => this.createPool(input, region),
      DescribeUserPool: (input: Api.DescribeUserPoolRequest, {region}): Api.DescribeUserPoolResponse => ({
        UserPool: this.pool(input.UserPoolId, region).describe(),
      }),
      ListUserPools: (input: Api.ListUserPoolsRequest, {region}) => this.listPools(input, region),
      UpdateUserPool: ({UserPoolId, PoolName, ...settings}: Api.UpdateUserPoolRequest, {region}) => {
        this.pool(UserPoolId, region).update({...settings, Name: PoolName})
        return {}
      },
      DeleteUserPool: (input: Api.DeleteUserPoolRequest, {region}) => this.deletePool(input, region),
      CreateUserPoolDomain: (input: Api.CreateUserPoolDomainRequest, {region}) => this.createDomain(input, region),
      DescribeUserPoolDomain: (input: Api.DescribeUserPoolDomainRequest, {region}) =>
        this.describeDomain(input, region),
      UpdateUserPoolDomain: (input: Api.UpdateUserPoolDomainRequest, {region}) => this.updateDomain(input, region),
      DeleteUserPoolDomain: (input: Api.DeleteUserPoolDomainRequest, {region}) => this.deleteDomain(input, region),
      CreateResourceServer: (input: Api.CreateResourceServerRequest, {region}) => this.createServer(input, region),
      DescribeResourceServer: (
        input: Api.DescribeResourceServerRequest,
        {region},
      ): Api.DescribeResourceServerResponse => ({
        ResourceServer: this.pool(input.UserPoolId, region).server(input.Identifier),
      }),
      ListResourceServers: (input: Api.ListResourceServersRequest, {region}): Api.ListResourceServersResponse => {
        const {items, next} = page(
          [...this.pool(input.UserPoolId, region).servers.values()],
          input.MaxResults ?? 50,
          input.NextToken,
        )
        return {ResourceServers: items, NextToken: next}
      },
      UpdateResourceServer: (input: Api.UpdateResourceServerRequest, {region}) => this.updateServer(input, region),
      DeleteResourceServer: (input: Api.DeleteResourceServerRequest, {region}) => {
        const pool = this.pool(input.UserPoolId, region)
        pool.server(input.Identifier)
        pool.servers.delete(input.Identifier ?? '')
        return {}
      },
      CreateUserPoolClient: (input: Api.CreateUserPoolClientRequest, {region}) => this.createClient(input, region),
      DescribeUserPoolClient: (
        input: Api.DescribeUserPoolClientRequest,
        {region},
      ): Api.DescribeUserPoolClientResponse => ({
        UserPoolClient: this.pool(input.UserPoolId, region).client(input.ClientId),
      }),
      ListUserPoolClients: (input: Api.ListUserPoolClientsRequest, {region}): Api.ListUserPoolClientsResponse => {
        const {items, next} = page(
          [...this.pool(input.UserPoolId, region).clients.values()],
          input.MaxResults ?? 60,
          input.NextToken,
        )
        return {
          UserPoolClients: items.map(({ClientId, ClientName, UserPoolId}) => ({ClientId, ClientName, UserPoolId})),
          NextToken: next,
        }
      },
      UpdateUserPoolClient: (input: Api.UpdateUserPoolClientRequest, {region}): Api.UpdateUserPoolClientResponse => {
        const pool = this.pool(input.UserPoolId, region)
        const client = updatedClient(pool, input)
        pool.clients.set(client.ClientId ?? '', client)
        return {UserPoolClient: client}
      },
      DeleteUserPoolClient: (input: Api.DeleteUserPoolClientRequest, {region}) => {
        const pool = this.pool(input.UserPoolId, region)
        pool.client(input.ClientId)
        pool.clients.delete(input.ClientId ?? '')
        return {}
      },
      InitiateAuth: (input: Api.InitiateAuthRequest, {region}) => this.initiateAuth(input, region),
      ListTagsForResource: (input: Api.ListTagsForResourceRequest, {region}) => ({
        Tags: {...this.poolByArn(input.ResourceArn, region).tags},
      }),
      TagResource: (input: Api.TagResourceRequest, {region}) => {
        const pool = this.poolByArn(input.ResourceArn, region)
        pool.tags = {...pool.tags, ...input.Tags}
        return {}
      },
      UntagResource: (input: Api.UntagResourceRequest, {region}) => {
        const {tags} = this.poolByArn(input.ResourceArn, region)
        for (const key of input.TagKeys ?? []) delete tags[key]
        return {}
      },
    }
  }

  tagged(region: string): TaggedResource[] {
    const here = [...this.pools.values()].filter((pool) => pool.region === region)
    return here.map(({arn, tags}) => ({arn, tags: tagList(tags) ?? []}))
  }

  private async createPool(input: Api.CreateUserPoolRequest, region: string): Promise<Api.CreateUserPoolResponse> {
    const {PoolName, Schema, ...settings} = input
    if (!PoolName) throw fault('InvalidParameterException', 'PoolName is required')
    await this.serveKeys(region)
    const pool = new Pool(region, {...settings, Name: PoolName, SchemaAttributes: Schema})
    this.pools.set(pool.id, pool)
    return {UserPool: pool.describe()}
  }

  private listPools(input: Api.ListUserPoolsRequest, region: string): Api.ListUserPoolsResponse {
    const size = input.MaxResults ?? 0
    if (size < 1 || size > 60)
      throw fault('InvalidParameterException', `MaxResults must be between 1 and 60, not ${size}`)
    const pools = [...this.pools.values()].filter((pool) => pool.region === region)
    const {items, next} = page(pools, size, input.NextToken)
    return {UserPools: items.map((pool) => pool.summary()), NextToken: next}
  }

  private deletePool(input: Api.DeleteUserPoolRequest, region: string): object {
    const pool = this.pool(input.UserPoolId, region)
    if (pool.domain) {
      throw fault(
        'InvalidParameterException',
        'User pool cannot be deleted. It has a domain configured that should be deleted first.',
      )
    }

    if (pool.isProtected) {
      throw fault(
        'InvalidParameterException',
        'The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.',
      )
    }

    this.pools.delete(pool.id)
    return {}
  }

  private async createDomain(
    input: Api.CreateUserPoolDomainRequest,
    region: string,
  ): Promise<Api.CreateUserPoolDomainResponse> {
    const pool = this.pool(input.UserPoolId, region)
    const prefix = input.Domain ?? ''
    if (input.CustomDomainConfig)
      throw fault('NotImplemented', 'cognito-idp: the lab does not support custom domains', 501)
    if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(prefix)) {
      throw fault(
        'InvalidParameterException',
        `1 validation error detected: Value '${prefix}' at 'domain' failed to satisfy constraint`,
      )
    }

    if (pool.domain) throw fault('InvalidParameterException', 'User pool already has a domain configured.')
    const hostname = `${prefix}.auth.${region}.amazoncognito.com`
    if (this.lab.hosts.resolve(hostname))
      throw fault('InvalidParameterException', 'Domain already associated with another user pool.')
    const listener = await this.lab.ports.http(region, hostname, (request, response) => {
      serveTokens(request, response, {
        issuer: pool.issuer,
        client(id) {
          const client = pool.clients.get(id)
          return client && tokenClient(client)
        },
        sign: (claims) => pool.keys.sign(claims),
      }).catch((error: Error) => this.failed(response, error))
    })
    pool.domain = {prefix, hostname, listener, managedLoginVersion: input.ManagedLoginVersion ?? 1}
    this.lab.hosts.register(hostname, region, listener.port)
    return {}
  }

  /** A domain that does not exist is described by nothing, as on AWS. */
  private describeDomain(input: Api.DescribeUserPoolDomainRequest, region: string): Api.DescribeUserPoolDomainResponse {
    const pool = [...this.pools.values()].find((one) => one.region === region && one.domain?.prefix === input.Domain)
    if (!pool) return {DomainDescription: {}}
    const {prefix: Domain, managedLoginVersion: ManagedLoginVersion} = pool.domain!
    return {
      DomainDescription: {UserPoolId: pool.id, AWSAccountId: ACCOUNT, Domain, ManagedLoginVersion, Status: 'ACTIVE'},
    }
  }

  /** Of a prefix domain only the version of its pages can change, and the lab shows no pages. */
  private updateDomain(input: Api.UpdateUserPoolDomainRequest, region: string): Api.UpdateUserPoolDomainResponse {
    const {domain} = this.pool(input.UserPoolId, region)
    if (input.CustomDomainConfig)
      throw fault('NotImplemented', 'cognito-idp: the lab does not support custom domains', 501)
    if (!domain || domain.prefix !== input.Domain)
      throw fault('ResourceNotFoundException', `No such domain or user pool exists.`)
    const ManagedLoginVersion = input.ManagedLoginVersion ?? domain.managedLoginVersion
    domain.managedLoginVersion = ManagedLoginVersion
    return {ManagedLoginVersion}
  }

  private async deleteDomain(input: Api.DeleteUserPoolDomainRequest, region: string): Promise<object> {
    const pool = this.pool(input.UserPoolId, region)
    const {domain} = pool
    if (domain?.prefix !== input.Domain || !domain) {
      throw fault('ResourceNotFoundException', `No such domain or user pool exists.`)
    }

    pool.domain = undefined
    this.lab.hosts.unregister(domain.hostname)
    await domain.listener.close()
    return {}
  }

  private createServer(input: Api.CreateResourceServerRequest, region: string): Api.CreateResourceServerResponse {
    const pool = this.pool(input.UserPoolId, region)
    const identifier = input.Identifier ?? ''
    if (pool.servers.has(identifier))
      throw fault('InvalidParameterException', `${identifier} already exists in user pool ${pool.id}.`)
    pool.servers.set(identifier, {...input})
    return {ResourceServer: pool.server(identifier)}
  }

  private updateServer(input: Api.UpdateResourceServerRequest, region: string): Api.UpdateResourceServerResponse {
    const pool = this.pool(input.UserPoolId, region)
    pool.server(input.Identifier)
    pool.servers.set(input.Identifier ?? '', {...input})
    return {ResourceServer: pool.server(input.Identifier)}
  }

  private createClient(input: Api.CreateUserPoolClientRequest, region: string): Api.CreateUserPoolClientResponse {
    const pool = this.pool(input.UserPoolId, region)
    const client = newClient(pool, input)
    pool.clients.set(client.ClientId ?? '', client)
    return {UserPoolClient: client}
  }

  /** Unsigned, and addressed by client id alone. Nobody can sign in where there are no users. */
  private initiateAuth({ClientId, AuthFlow}: Api.InitiateAuthRequest, region: string): never {
    const pool = [...this.pools.values()].find((one) => one.region === region && one.clients.has(ClientId ?? ''))
    if (!pool) throw fault('ResourceNotFoundException', `User pool client ${ClientId} does not exist.`)
    const flows = pool.client(ClientId).ExplicitAuthFlows ?? []
    if (!flows.some((flow) => flow === AuthFlow || flow === `ALLOW_${AuthFlow}`)) {
      throw fault('InvalidParameterException', `${AuthFlow} flow not enabled for this client`)
    }

    throw fault('NotAuthorizedException', 'Incorrect username or password.')
  }

  private pool(id: string | undefined, region: string): Pool {
    const pool = this.pools.get(id ?? '')
    if (pool?.region !== region || !pool) throw fault('ResourceNotFoundException', `User pool ${id} does not exist.`)
    return pool
  }

  private poolByArn(arn: string | undefined, region: string): Pool {
    return this.pool(arn?.split('/').at(-1), region)
  }

  /** One listener a region serves the public keys of all its pools: `cognito-idp.<region>.amazonaws.com`. */
  private serveKeys(region: string): Promise<Listener> {
    const hostname = `cognito-idp.${region}.amazonaws.com`
    const open = async () => {
      const listener = await this.lab.ports.http(region, hostname, (request, response) => {
        this.answerKeys(request.url ?? '', region)
          .then((body) => (body ? sendJson(response, 200, body) : sendJson(response, 404, {message: 'Not found'})))
          .catch((error: Error) => this.failed(response, error))
      })
      this.lab.hosts.register(hostname, region, listener.port)
      return listener
    }

    const listener = this.issuers.get(region) ?? open()
    this.issuers.set(region, listener)
    return listener
  }

  private async answerKeys(url: string, region: string): Promise<object | undefined> {
    const [, id, ...path] = (url.split('?')[0] ?? '').split('/')
    const pool = this.pools.get(id ?? '')
    if (pool?.region !== region) return undefined
    if (path.join('/') === '.well-known/jwks.json') return pool.keys.jwks()
    if (path.join('/') === '.well-known/openid-configuration') return this.configuration(pool)
    return undefined
  }

  private configuration(pool: Pool): object {
    return {
      issuer: pool.issuer,
      jwks_uri: `${pool.issuer}/.well-known/jwks.json`,
      token_endpoint: pool.domain && `https://${pool.domain.hostname}/oauth2/token`,
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    }
  }

  private failed(response: import('node:http').ServerResponse, error: Error): void {
    this.lab.log('cognito', error.stack ?? error.message)
    if (!response.headersSent) sendJson(response, 500, {error: 'server_error'})
  }
}
