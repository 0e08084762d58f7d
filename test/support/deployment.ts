/** A map of a deployment, as tests want it. */

import type {Deployment, RegionDeployment} from '../../src/model/deployment.js'

const side = (region: string): RegionDeployment => ({
  apiUrl: `https://api1.execute-api.${region}.amazonaws.com/prod`,
  clusterArn: `arn:aws:rds:${region}:000000000000:cluster:todomgmt-${region}`,
  clusterId: `todomgmt-${region}`,
  proxyName: `todomgmt-${region}`,
  userPoolId: `${region}_pool`,
  clientId: `client-${region}`,
  tokenUrl: `https://todomgmt-000000000000-${region}.auth.${region}.amazoncognito.com/oauth2/token`,
  functions: {
    createTable: `ToDoMgmt-app-${region}-CreateTableFunction`,
    get: `ToDoMgmt-app-${region}-GetToDos`,
    upsert: `ToDoMgmt-app-${region}-UpsertToDos`,
    remove: `ToDoMgmt-app-${region}-RemoveToDos`,
    ledgerCheck: `ToDoMgmt-app-${region}-LedgerCheck`,
  },
  writerTimeoutSeconds: 10,
  leaseBucket: `todomgmt-lease-000000000000-${region}`,
})

export const HOME = 'us-east-1'
export const AWAY = 'us-east-2'

export const sampleDeployment = (): Deployment => ({
  schemaVersion: 1,
  app: 'ToDoMgmt',
  home: HOME,
  away: AWAY,
  globalClusterId: 'todomgmt',
  edge: {
    url: 'https://d1.cloudfront.net',
    distributionId: 'D1',
    keyValueStoreArn: 'arn:aws:cloudfront::000000000000:key-value-store/00000000-0000-0000-0000-000000000001',
    key: 'serving',
  },
  regions: {[HOME]: side(HOME), [AWAY]: side(AWAY)},
})
