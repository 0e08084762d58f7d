/** A map of a deployment, as tests want it. */

import type {Deployment, RegionDeployment} from '../../src/model/deployment.js'

const side = (region: string): RegionDeployment => ({
  region,
  apiUrl: `https://api1.execute-api.${region}.amazonaws.com/prod`,
  clusterArn: `arn:aws:rds:${region}:000000000000:cluster:todomgmt-${region}`,
  clusterId: `todomgmt-${region}`,
  proxyName: `todomgmt-${region}`,
  userPoolId: `${region}_pool`,
  clientId: `client-${region}`,
  tokenUrl: `https://todomgmt-000000000000-${region}.auth.${region}.amazoncognito.com/oauth2/token`,
  functions: {
    writers: ['UpsertToDos', 'RemoveToDos', 'CreateTableFunction'].map((name) => `ToDoMgmt-app-${region}-${name}`),
    readers: ['GetToDos', 'LedgerCheck'].map((name) => `ToDoMgmt-app-${region}-${name}`),
    presence: `ToDoMgmt-app-${region}-LedgerCheck`,
    migrate: `ToDoMgmt-app-${region}-CreateTableFunction`,
  },
  writerTimeoutSeconds: 10,
  leaseBucket: `todomgmt-lease-000000000000-${region}`,
})

export const HOME = 'us-east-1'
export const AWAY = 'us-east-2'

export const sampleDeployment = (): Deployment => ({
  schemaVersion: 2,
  app: 'ToDoMgmt',
  regions: [side(HOME), side(AWAY)],
  globalClusterId: 'todomgmt',
  edge: {
    url: 'https://d1.cloudfront.net',
    distributionId: 'D1',
  },
  route: {
    kind: 'keyvaluestore',
    storeArn: 'arn:aws:cloudfront::000000000000:key-value-store/00000000-0000-0000-0000-000000000001',
    key: 'serving',
  },
})

/** The map of `sampleDeployment` as templates wrote it before version 2. */
export const version1 = (): Record<string, unknown> => {
  const {app, globalClusterId, edge, regions} = sampleDeployment()
  return {
    schemaVersion: 1,
    app,
    home: HOME,
    away: AWAY,
    globalClusterId,
    edge: {
      ...edge,
      keyValueStoreArn: 'arn:aws:cloudfront::000000000000:key-value-store/00000000-0000-0000-0000-000000000001',
      key: 'serving',
    },
    regions: Object.fromEntries(
      regions.map(({region, functions: _, ...rest}) => [
        region,
        {
          ...rest,
          functions: {
            createTable: `ToDoMgmt-app-${region}-CreateTableFunction`,
            get: `ToDoMgmt-app-${region}-GetToDos`,
            upsert: `ToDoMgmt-app-${region}-UpsertToDos`,
            remove: `ToDoMgmt-app-${region}-RemoveToDos`,
            ledgerCheck: `ToDoMgmt-app-${region}-LedgerCheck`,
          },
        },
      ]),
    ),
  }
}
