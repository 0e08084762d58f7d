import {CfnOutput} from 'aws-cdk-lib'
import {StringParameter} from 'aws-cdk-lib/aws-ssm'
import type {Construct} from 'constructs'
import type {ApiStack} from './api-stack.js'
import {WRITER_TIMEOUT_SECONDS} from './config.js'
import type {DataStack} from './data-stack.js'
import {EDGE_HEADER} from './edge-lock.js'
import {ROUTING_KEY, type EdgeStack} from './edge-stack.js'
import type {IdentityStack} from './identity-stack.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'

/** The map as todo-dr reads it: schemaVersion 1, restated here since the template shares no code with the tool. */
interface DeploymentMap {
  schemaVersion: 1
  app: string
  home: string
  away: string
  globalClusterId: string
  edge: {
    url: string
    distributionId: string
    keyValueStoreArn: string
    key: string
    /** With lockToEdge: the header that the APIs want, and the secret that holds its value in each region. */
    lock?: {header: string; secretName: string}
  }
  regions: Record<string, RegionMap>
}

interface RegionMap {
  apiUrl: string
  clusterArn: string
  clusterId: string
  proxyName: string
  userPoolId: string
  clientId: string
  tokenUrl: string
  functions: {createTable: string; get: string; upsert: string; remove: string; ledgerCheck: string}
  writerTimeoutSeconds: number
  leaseBucket: string
}

export interface DirectoryStackProps extends RegionStackProps {
  identity: Record<string, IdentityStack>
  data: Record<string, DataStack>
  api: Record<string, ApiStack>
  edge: EdgeStack
}

/** The map of the whole deployment, kept in every region: whoever survives can still be asked where everything is. */
export class DirectoryStack extends RegionStack {
  constructor(scope: Construct, id: string, props: DirectoryStackProps) {
    super(scope, id, props)
    const {app, home, away, lockToEdge} = this.config

    const map: DeploymentMap = {
      schemaVersion: 1,
      app,
      home,
      away,
      globalClusterId: this.names.globalCluster,
      edge: {
        url: props.edge.url,
        distributionId: props.edge.distribution.ref,
        keyValueStoreArn: props.edge.store.keyValueStoreArn,
        key: ROUTING_KEY,
        ...(lockToEdge && {lock: {header: EDGE_HEADER, secretName: this.names.edgeSecret}}),
      },
      regions: {[home]: this.regionMap(home, props), [away]: this.regionMap(away, props)},
    }

    const parameter = new StringParameter(this, 'Deployment', {
      parameterName: this.names.mapParameter,
      description: `Where everything of ${app} is, in both regions`,
      stringValue: this.toJsonString(map),
    })
    new CfnOutput(this, 'DeploymentParameter', {value: parameter.parameterName})
  }

  private regionMap(region: string, props: DirectoryStackProps): RegionMap {
    const identity = props.identity[region]!
    const data = props.data[region]!
    return {
      apiUrl: props.api[region]!.url,
      clusterArn: data.clusterArn,
      clusterId: data.clusterId,
      proxyName: data.proxyName,
      userPoolId: identity.userPool.userPoolId,
      clientId: identity.client.userPoolClientId,
      tokenUrl: identity.tokenUrl,
      functions: {
        createTable: this.names.fn(region, 'CreateTableFunction'),
        get: this.names.fn(region, 'GetToDos'),
        upsert: this.names.fn(region, 'UpsertToDos'),
        remove: this.names.fn(region, 'RemoveToDos'),
        ledgerCheck: this.names.fn(region, 'LedgerCheck'),
      },
      writerTimeoutSeconds: WRITER_TIMEOUT_SECONDS,
      leaseBucket: data.leaseBucketName,
    }
  }
}
