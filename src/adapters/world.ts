/** The world over AWS and HTTP. */

import type {Deployment, Region} from '../model/deployment.js'
import type {Workload} from '../ports/workload.js'
import {KnownPromotion} from '../ports/known-promotion.js'
import type {World} from '../ports/world.js'
import {clientSecrets} from './aws/client-secret.js'
import type {Clients} from './aws/clients.js'
import {edgeKey} from './aws/edge-key.js'
import {AwsCapacity} from './aws/capacity.js'
import {AwsFunctions} from './aws/functions.js'
import {AwsGlobalDatabase} from './aws/global-database.js'
import {AwsLeftVolumes} from './aws/left-volumes.js'
import {AwsLease} from './aws/lease.js'
import {AwsVitals} from './aws/vitals.js'
import {openRoute} from './aws/routing/index.js'
import {FunctionSide} from './aws/tables.js'
import {AwsWriters} from './aws/writers.js'
import {systemClock} from './clock.js'
import type {DnsServer} from './dns/query.js'
import type {AddressBook} from './http/address-book.js'
import {HttpApi} from './http/api.js'
import {Http} from './http/http.js'
import {PoolTokens} from './http/tokens.js'

export interface WorldParts {
  clients: Clients
  deployment: Deployment
  workload: Workload
  addresses: AddressBook
  tokenFile: string
  /** Who signs the tokens. */
  issuer: string
  /** The only name server to ask, as on a lab; those of each name's zone where undefined. */
  dns?: DnsServer
  /** Of the lag metric; AWS's where undefined. */
  lagPeriodSeconds?: number
  /** The standby is a database of its own, as in a lab. */
  replicatesRows?: boolean
}

/** Seconds that some clients keep a name, whatever its time to live: runtimes and resolvers with settings of their own. A usual figure. */
const LATE_SECONDS = 300

/** `close` ends the connections to the API; the clients are the caller's. */
export function makeWorld(parts: WorldParts): {world: World; close(): Promise<void>} {
  const {clients, deployment, workload, addresses, tokenFile, issuer, dns, lagPeriodSeconds, replicatesRows} = parts
  const http = new Http(addresses)
  const clientIds = deployment.regions.map(({clientId}) => clientId)
  const tokens = new PoolTokens({
    http,
    deployment,
    clientSecret: clientSecrets(clients, deployment),
    cacheFile: tokenFile,
    issue: [issuer, ...clientIds].join(' '),
  })
  const functions = new AwsFunctions(clients, deployment, workload)
  const known = new KnownPromotion(systemClock)
  const route = openRoute(clients, deployment, dns)
  const apiParts = {deployment, tokens, directHeaders: edgeKey(clients, deployment), workload}
  const lateHttp = route.byName ? new Http(addresses.keeping(LATE_SECONDS)) : undefined
  const late = lateHttp && new HttpApi({...apiParts, http: lateHttp})
  const world: World = {
    deployment,
    workload,
    known,
    database: known.guard(new AwsGlobalDatabase(clients, deployment, lagPeriodSeconds)),
    capacity: new AwsCapacity(clients, deployment),
    leftVolumes: new AwsLeftVolumes(clients, deployment),
    vitals: new AwsVitals(clients, deployment),
    writers: new AwsWriters(clients, deployment),
    route,
    api: new HttpApi({...apiParts, http}),
    ...(late && {late: {keptSeconds: LATE_SECONDS, edge: (request, options) => late.edge(request, options)}}),
    tokens,
    functions,
    ...(replicatesRows && {side: (region: Region) => new FunctionSide(functions, systemClock, region)}),
    lease: new AwsLease(clients, leaseBuckets(deployment)),
    clock: systemClock,
  }
  return {
    world,
    async close() {
      await Promise.all([http.close(), lateHttp?.close()])
    },
  }
}

const leaseBuckets = ({regions}: Deployment): Record<Region, string> =>
  Object.fromEntries(regions.map(({region, leaseBucket}) => [region, leaseBucket]))
