import type * as Api from '@aws-sdk/client-cognito-identity-provider'

import {PoolKeys} from '../../data-plane/identity/pool-keys.js'
import {randomId} from '../../data-plane/http.js'
import {arn, fault, type Listener} from '../../kernel.js'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export interface Domain {
  prefix: string
  hostname: string
  listener: Listener
  /** 1: the classic pages, 2: managed login. */
  managedLoginVersion: number
}

/** What can be set of a pool; the lab has no users, so all of it is recorded only. */
export type PoolSettings = Omit<Api.UserPoolType, 'Arn' | 'CreationDate' | 'Id' | 'LastModifiedDate' | 'Status'>

/** One user pool and what belongs to it. */
export class Pool {
  readonly id: string
  readonly arn: string
  readonly issuer: string
  readonly keys = new PoolKeys()
  readonly clients = new Map<string, Api.UserPoolClientType>()
  readonly servers = new Map<string, Api.ResourceServerType>()
  domain: Domain | undefined
  tags: Record<string, string>
  private readonly createdAt = new Date()
  private modifiedAt = this.createdAt

  constructor(
    readonly region: string,
    private settings: PoolSettings,
  ) {
    this.id = `${region}_${randomId(9, LETTERS)}`
    this.arn = arn('cognito-idp', region, `userpool/${this.id}`)
    this.issuer = `https://cognito-idp.${region}.amazonaws.com/${this.id}`
    this.tags = {...settings.UserPoolTags}
  }

  get name(): string {
    return this.settings.Name ?? ''
  }

  get isProtected(): boolean {
    return this.settings.DeletionProtection === 'ACTIVE'
  }

  update(settings: PoolSettings): void {
    this.settings = {...settings, Name: settings.Name ?? this.settings.Name}
    this.modifiedAt = new Date()
  }

  describe(): Api.UserPoolType {
    return {
      ...this.settings,
      Id: this.id,
      Arn: this.arn,
      Domain: this.domain?.prefix,
      UserPoolTags: {...this.tags},
      CreationDate: this.createdAt,
      LastModifiedDate: this.modifiedAt,
      EstimatedNumberOfUsers: 0,
    }
  }

  summary(): Api.UserPoolDescriptionType {
    return {
      Id: this.id,
      Name: this.name,
      LambdaConfig: this.settings.LambdaConfig ?? {},
      CreationDate: this.createdAt,
      LastModifiedDate: this.modifiedAt,
    }
  }

  /** `identifier/scope` of every resource server. */
  scopes(): string[] {
    return [...this.servers.values()].flatMap(({Identifier, Scopes}) =>
      (Scopes ?? []).map(({ScopeName}) => `${Identifier}/${ScopeName}`),
    )
  }

  client(id: string | undefined): Api.UserPoolClientType {
    const client = this.clients.get(id ?? '')
    if (!client) throw fault('ResourceNotFoundException', `User pool client ${id} does not exist.`)
    return client
  }

  server(identifier: string | undefined): Api.ResourceServerType {
    const server = this.servers.get(identifier ?? '')
    if (!server) throw fault('ResourceNotFoundException', `Resource server ${identifier} does not exist.`)
    return server
  }
}
