import {ProxyFront, NO_WRITER, type Destination} from '../../database/proxy-front.js'
import {hostName} from './names.js'
import type {ClusterRecord, InstanceRecord, Rds} from './store.js'

type Decide = (cluster: ClusterRecord) => Destination

/** A cluster's endpoints are names only: nothing queues there, and a server that is down refuses. */
const toServer: Decide = ({database}) =>
  database.port && database.role !== 'rebuilding'
    ? {kind: 'server', port: database.port}
    : {kind: 'refuse', message: 'the database is down'}
/** A secondary's writer endpoint is inactive (Aurora user guide, connecting to a global database). */
const toWriter: Decide = (cluster) =>
  cluster.database.role === 'writer' ? toServer(cluster) : {kind: 'refuse', message: NO_WRITER}

export const clusterHosts = (cluster: ClusterRecord, lab: string): {writer: string; reader: string} => ({
  writer: hostName('cluster', cluster.id, lab, cluster.region),
  reader: hostName('cluster-ro', cluster.id, lab, cluster.region),
})

/** Serves the names of a cluster. */
export async function openClusterEndpoints(rds: Rds, cluster: ClusterRecord): Promise<void> {
  const {writer, reader} = clusterHosts(cluster, rds.lab.name)
  cluster.fronts.push(await open(rds, cluster, writer, toWriter), await open(rds, cluster, reader, toServer))
}

export async function closeClusterEndpoints(rds: Rds, cluster: ClusterRecord): Promise<void> {
  for (const host of Object.values(clusterHosts(cluster, rds.lab.name))) rds.lab.hosts.unregister(host)
  await Promise.all(cluster.fronts.map((front) => front.close()))
}

export async function openInstanceEndpoint(rds: Rds, cluster: ClusterRecord, instance: InstanceRecord): Promise<void> {
  instance.front = await open(rds, cluster, hostName('instance', instance.id, rds.lab.name, instance.region), toServer)
}

export async function closeInstanceEndpoint(rds: Rds, instance: InstanceRecord): Promise<void> {
  rds.lab.hosts.unregister(hostName('instance', instance.id, rds.lab.name, instance.region))
  await instance.front?.close()
}

async function open({lab}: Rds, cluster: ClusterRecord, host: string, decide: Decide): Promise<ProxyFront> {
  const front = await ProxyFront.open({
    ports: lab.ports,
    region: cluster.region,
    name: host,
    destination: () => decide(cluster),
    borrowTimeoutMs: () => 0,
    requireTls: () => false,
    speaksMySql: false,
  })
  lab.hosts.register(host, cluster.region, front.port)
  return front
}
