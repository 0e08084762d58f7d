/** The map of a whole deployment, as every region keeps it in its own SSM (JSON, schemaVersion 1). */

export type Region = string

export interface Deployment {
  schemaVersion: 1
  /** The application's name; a destructive act wants it typed. */
  app: string
  /** What the configuration prefers as primary. Says nothing about who is primary now. */
  home: Region
  away: Region
  globalClusterId: string
  edge: {
    /** `https://<id>.cloudfront.net`, without `/v1`. */
    url: string
    distributionId: string
    keyValueStoreArn: string
    /** The key whose value is the serving region's name. */
    key: string
    /** Where the APIs answer the edge alone: the header that it brings, and the secret that holds its value in each region. */
    lock?: {header: string; secretName: string}
  }
  regions: Record<Region, RegionDeployment>
}

export interface RegionDeployment {
  /** `https://<id>.execute-api.<region>.amazonaws.com/prod`, without `/v1`. */
  apiUrl: string
  clusterArn: string
  clusterId: string
  proxyName: string
  userPoolId: string
  clientId: string
  /** `https://<prefix>.auth.<region>.amazoncognito.com/oauth2/token`. */
  tokenUrl: string
  /** Function names. `upsert`, `remove` and `createTable` write; `get` and `ledgerCheck` only read. */
  functions: {createTable: string; get: string; upsert: string; remove: string; ledgerCheck: string}
  /** Seconds after which no call of a writing function can still be in flight. */
  writerTimeoutSeconds: number
  /** The bucket that holds the operator lease and mirrors the journal. */
  leaseBucket: string
}

/** A lab's only account. */
export const LAB_ACCOUNT = '000000000000'

/** CloudFront's stack stands here, whatever the regions of the application. */
const EDGE_REGION = 'us-east-1'

/** All regions in which something of an application stands, each once. */
export const withEdge = (home: Region, away: Region): Region[] => [...new Set([home, away, EDGE_REGION])]

/** The scope that a token must carry. */
export const SCOPE = 'api/upsert-delete'

/** The SSM parameter that holds the map, in each region. */
export const mapParameter = (app: string): string => `/todo-dr/${app}/deployment`

export const otherRegion = (deployment: Deployment, region: Region): Region =>
  region === deployment.home ? deployment.away : deployment.home
