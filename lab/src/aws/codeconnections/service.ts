import {randomUUID} from 'node:crypto'

import {
  ACCOUNT,
  arn,
  fault,
  type Lab,
  type Offering,
  type Operation,
  type ServiceFault,
  type SourceTree,
  type TaggedResource,
} from '../../kernel.js'
import {ByRegion, page} from '../by-region.js'
import {api} from './api.js'
import {Outside} from './outside.js'

/** What a new connection is made of; the members are those of the API. */
interface CreateInput {
  ConnectionName: string
  ProviderType?: string
  HostArn?: string
  Tags?: Tag[]
}

interface Tag {
  Key: string
  Value: string
}

interface Connection {
  ConnectionName: string
  ConnectionArn: string
  ProviderType: string
  OwnerAccountId: string
  ConnectionStatus: 'AVAILABLE' | 'PENDING'
}

/** Of ListConnections (CodeConnections API). */
const PAGE = 100
/** Of a connection that nobody has made by a call. */
const PROVIDER = 'GitHub'

/**
 * CodeConnections: a connection is PENDING until a person completes it ("Workflow to create or update connections", Developer Tools console
 * user guide), which `PUT /_lab/connection` stands for. Each one leads to all repositories outside.
 */
export class CodeConnectionsService implements Offering<'codeconnections'> {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly connections = new ByRegion<Connection>()
  private readonly tags = new WeakMap<Connection, Tag[]>()
  private readonly outside: Outside

  constructor(lab: Lab) {
    this.outside = new Outside(lab, (repository, branch) => lab.service('codepipeline').startByPush(repository, branch))
    this.operations = {
      CreateConnection: (input: CreateInput, {region}) => this.create(input, region),
      GetConnection: ({ConnectionArn}: Connection, {region}) => ({Connection: {...this.find(ConnectionArn, region)}}),
      ListConnections: (
        {ProviderTypeFilter, HostArnFilter, MaxResults, NextToken}: Record<string, never>,
        {region},
      ) => {
        const found = [...this.connections.of(region).values()].filter(
          ({ProviderType}) => HostArnFilter === undefined && [undefined, ProviderType].includes(ProviderTypeFilter),
        )
        const {items, next} = page(found, MaxResults || PAGE, NextToken)
        return {Connections: items, NextToken: next}
      },
      DeleteConnection: ({ConnectionArn}: Connection, {region}) => {
        this.find(ConnectionArn, region)
        this.connections.of(region).delete(ConnectionArn)
        return {}
      },
      TagResource: ({ResourceArn, Tags}: {ResourceArn: string; Tags: Tag[]}, {region}) => {
        const keys = new Set(Tags.map(({Key}) => Key))
        this.retag(ResourceArn, region, (tags) => [...tags.filter(({Key}) => !keys.has(Key)), ...Tags])
        return {}
      },
      UntagResource: ({ResourceArn, TagKeys}: {ResourceArn: string; TagKeys: string[]}, {region}) => {
        this.retag(ResourceArn, region, (tags) => tags.filter(({Key}) => !TagKeys.includes(Key)))
        return {}
      },
      ListTagsForResource: ({ResourceArn}: {ResourceArn: string}, {region}) => ({
        Tags: this.tags.get(this.find(ResourceArn, region)),
      }),
    }
  }

  get gitUrl(): string {
    return this.outside.url
  }

  complete(connectionArn: string): void {
    const [region = '', account = ''] = connectionArn.split(':').slice(3)
    const here = this.connections.of(region)
    const name = connectionArn.split('/').at(-1)!.slice(0, 32)
    const found = here.get(connectionArn) ?? this.add(connectionArn, {ConnectionName: name}, region, account)
    found.ConnectionStatus = 'AVAILABLE'
  }

  makeRepository(name: string): Promise<void> {
    return this.outside.make(name)
  }

  sourceOf(repository: string, branch: string): Promise<SourceTree | undefined> {
    return this.outside.sourceOf(repository, branch)
  }

  tagged(region: string): TaggedResource[] {
    return [...this.connections.of(region).values()].map((one) => ({
      arn: one.ConnectionArn,
      tags: this.tags.get(one) ?? [],
    }))
  }

  private create(input: CreateInput, region: string): object {
    const {ConnectionName, ProviderType, HostArn, Tags} = input
    if (HostArn !== undefined) throw unsupported('HostArn')
    if (ProviderType === undefined) throw invalid('A connection needs a ProviderType or a HostArn')
    // "Connection names must be unique in an AWS account" (Connection, CodeConnections API); here each region's, and what AWS then says is assumed.
    if ([...this.connections.of(region).values()].some((one) => one.ConnectionName === ConnectionName))
      throw invalid(`A connection named ${ConnectionName} already exists`)
    const ConnectionArn = arn('codeconnections', region, `connection/${randomUUID()}`)
    this.add(ConnectionArn, input, region, ACCOUNT)
    return {ConnectionArn, Tags}
  }

  private add(ConnectionArn: string, input: CreateInput, region: string, OwnerAccountId: string): Connection {
    const {ConnectionName, ProviderType = PROVIDER, Tags = []} = input
    const ConnectionStatus = 'PENDING'
    const made: Connection = {ConnectionName, ConnectionArn, ProviderType, OwnerAccountId, ConnectionStatus}
    this.connections.of(region).set(ConnectionArn, made)
    this.tags.set(made, Tags)
    return made
  }

  private retag(resourceArn: string, region: string, change: (tags: Tag[]) => Tag[]): void {
    const found = this.find(resourceArn, region)
    this.tags.set(found, change(this.tags.get(found)!))
  }

  /** The text is assumed. */
  private find(connectionArn: string, region: string): Connection {
    const found = this.connections.of(region).get(connectionArn)
    if (!found) throw fault('ResourceNotFoundException', `Connection not found: ${connectionArn}`)
    return found
  }
}

const invalid = (message: string): ServiceFault => fault('InvalidInputException', message)

const unsupported = (what: string): ServiceFault =>
  fault('NotImplemented', `The lab does not support ${what} of CodeConnections`, 501)
