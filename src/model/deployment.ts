/** The map of a whole deployment, as every region keeps it in its own SSM (JSON, schemaVersion 2). */

export type Region = string

export interface Deployment {
  schemaVersion: 2
  /** The application's name; a destructive act wants it typed. */
  app: string
  /** Home first: what the configuration prefers as primary. The order says nothing about who is primary now. */
  regions: RegionDeployment[]
  globalClusterId: string
  edge: {
    /** `https://<id>.cloudfront.net`, without `/v1`. */
    url: string
    distributionId: string
    /** Where the APIs answer the edge alone: the header that it brings, and the secret that holds its value in each region. */
    lock?: {header: string; secretName: string}
  }
  route: RouteSettings
  /** Other ways to send the same clients, for where `route` cannot be set, in this order. */
  nextRoutes?: RouteSettings[]
}

/** How clients are sent to a region. What stands beside these is that kind's own. */
export interface RouteSettings {
  kind: string
  /** How long it may take to steer by it, in seconds; a minute where absent. */
  steerSeconds?: number
  [setting: string]: unknown
}

export interface RegionDeployment {
  region: Region
  /** `https://<id>.execute-api.<region>.amazonaws.com/prod`, without `/v1`. */
  apiUrl: string
  clusterArn: string
  clusterId: string
  proxyName: string
  userPoolId: string
  clientId: string
  /** `https://<prefix>.auth.<region>.amazoncognito.com/oauth2/token`. */
  tokenUrl: string
  functions: RegionFunctions
  /** Seconds after which no call of a writing function can still be in flight. */
  writerTimeoutSeconds: number
  /** The bucket that holds the operator lease and the copies of runs. */
  leaseBucket: string
}

/** Names of functions. Each stands in one of the two lists. */
export interface RegionFunctions {
  /** All that write: the fence closes them. */
  writers: string[]
  /** All that only read. */
  readers: string[]
  /** The one of `readers` that says which request ids the database holds. */
  presence?: string
  /** The one of `readers` that tells what the tables of the region hold, for a comparison with the other region. */
  compare?: string
  /** The one of `writers` that makes the table or brings it up to date, and fills it with samples. */
  migrate?: string
  /** Beside the two lists: the one that says whether a token is good. A fence leaves it alone, as it has no way to the database. */
  authorizer?: string
}

/** Every function that must run for a request to be served, each at the same place in every region. */
export const servingFunctions = ({writers, readers, authorizer}: RegionFunctions): string[] => [
  ...writers,
  ...readers,
  ...(authorizer === undefined ? [] : [authorizer]),
]

/** All of its routes, in order of preference. */
export const routesOf = ({route, nextRoutes = []}: Pick<Deployment, 'nextRoutes' | 'route'>): RouteSettings[] => [
  route,
  ...nextRoutes,
]

/** A lab's only account. */
export const LAB_ACCOUNT = '000000000000'

/** The scope that a token must carry. */
export const SCOPE = 'api/upsert-delete'

/** The SSM parameter that holds the map, in each region. */
export const mapParameter = (app: string): string => `/todo-dr/${app}/deployment`

/**
 * Which deployment it is, and not which name it has: ids that AWS gives once. A run of an earlier deployment of the same name
 * has nothing to do with this one.
 */
export const identityOf = ({globalClusterId, edge, regions}: Deployment): string =>
  [globalClusterId, edge.distributionId, ...regions.map(({userPoolId}) => userPoolId)].join(' ')
