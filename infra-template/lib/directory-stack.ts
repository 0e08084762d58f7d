import {CfnOutput} from 'aws-cdk-lib'
import {StringParameter} from 'aws-cdk-lib/aws-ssm'
import type {Construct} from 'constructs'
import type {ApiStack} from './api-stack.js'
import {AUTHORIZER, WRITER_TIMEOUT_SECONDS} from './config.js'
import type {DataStack} from './data-stack.js'
import {EDGE_HEADER} from './edge-lock.js'
import {ROUTING_KEY, type EdgeStack} from './edge-stack.js'
import type {IdentityStack} from './identity-stack.js'
import type {NameStack} from './name-stack.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'

/** The map as todo-dr reads it: schemaVersion 2, restated here since the template shares no code with the tool. */
interface DeploymentMap {
  schemaVersion: 2
  app: string
  /** Home first. */
  regions: RegionMap[]
  globalClusterId: string
  edge: {
    url: string
    distributionId: string
    /** With lockToEdge: the header that the APIs want, and the secret that holds its value in each region. */
    lock?: {header: string; secretName: string}
  }
  route: RouteMap
}

type RouteMap =
  /** The edge asks a key of its KeyValueStore which region serves. */
  | {kind: 'keyvaluestore'; storeArn: string; key: string}
  /** The edge sends everybody to the origin of its default behavior. */
  | {kind: 'origin'}
  /** Clients use a name, which leads to the host of one region. `steerSeconds`: how long a steer may take. */
  | {
      kind: 'route53'
      via: 'data-plane'
      hostedZoneId: string
      name: string
      domains: Record<string, string>
      steerSeconds: number
    }

/** A health check follows its metric within minutes, for which AWS gives no figure. */
const STEER_SECONDS = 300

interface RegionMap {
  region: string
  apiUrl: string
  clusterArn: string
  clusterId: string
  proxyName: string
  userPoolId: string
  clientId: string
  tokenUrl: string
  /**
   * All that write and all that only read; of these the one that knows which request ids are stored, the one that makes the table,
   * and the one that tells what the tables hold. Beside them the one that judges tokens.
   */
  functions: {
    writers: string[]
    readers: string[]
    presence: string
    migrate: string
    compare: string
    authorizer: string
  }
  writerTimeoutSeconds: number
  leaseBucket: string
}

export interface DirectoryStackProps extends RegionStackProps {
  identity: Record<string, IdentityStack>
  data: Record<string, DataStack>
  api: Record<string, ApiStack>
  edge: EdgeStack
  /** With the route `route53`. */
  name?: Record<string, NameStack>
}

/** The map of the whole deployment, kept in every region: whoever survives can still be asked where everything is. */
export class DirectoryStack extends RegionStack {
  constructor(scope: Construct, id: string, props: DirectoryStackProps) {
    super(scope, id, props)
    const {app, home, away, lockToEdge} = this.config

    const map: DeploymentMap = {
      schemaVersion: 2,
      app,
      regions: [home, away].map((region) => this.regionMap(region, props)),
      globalClusterId: this.names.globalCluster,
      edge: {
        url: props.edge.url,
        distributionId: props.edge.distribution.ref,
        ...(lockToEdge && {lock: {header: EDGE_HEADER, secretName: this.names.edgeSecret}}),
      },
      route: this.routeMap(props),
    }

    const parameter = new StringParameter(this, 'Deployment', {
      parameterName: this.names.mapParameter,
      description: `Where everything of ${app} is, in both regions`,
      stringValue: this.toJsonString(map),
    })
    new CfnOutput(this, 'DeploymentParameter', {value: parameter.parameterName})
  }

  private routeMap({edge: {store}, name}: DirectoryStackProps): RouteMap {
    const {domain, hostedZone} = this.config
    if (store) return {kind: 'keyvaluestore', storeArn: store.keyValueStoreArn, key: ROUTING_KEY}
    if (!name) return {kind: 'origin'}
    const domains = Object.fromEntries(Object.entries(name).map(([region, {host}]) => [region, host]))
    return {
      kind: 'route53',
      via: 'data-plane',
      hostedZoneId: hostedZone!,
      name: domain!,
      domains,
      steerSeconds: STEER_SECONDS,
    }
  }

  private regionMap(region: string, props: DirectoryStackProps): RegionMap {
    const identity = props.identity[region]!
    const data = props.data[region]!
    const fn = (part: Parameters<typeof this.names.fn>[1]): string => this.names.fn(region, part)
    return {
      region,
      apiUrl: props.api[region]!.url,
      clusterArn: data.clusterArn,
      clusterId: data.clusterId,
      proxyName: data.proxyName,
      userPoolId: identity.userPool.userPoolId,
      clientId: identity.client.userPoolClientId,
      tokenUrl: identity.tokenUrl,
      functions: {
        writers: [fn('UpsertToDos'), fn('RemoveToDos'), fn('CreateTableFunction')],
        readers: [fn('GetToDos'), fn('LedgerCheck'), fn('CompareRows')],
        presence: fn('LedgerCheck'),
        migrate: fn('CreateTableFunction'),
        compare: fn('CompareRows'),
        authorizer: fn(AUTHORIZER),
      },
      writerTimeoutSeconds: WRITER_TIMEOUT_SECONDS,
      leaseBucket: data.leaseBucketName,
    }
  }
}
