/** What the lab says of itself: the one place that turns the AWS-shaped names of the deployment into loopback URLs. */

import type {DatabaseStatus, Fault, Lab} from './kernel.js'

export interface RegionStatus {
  region: string
  role: 'primary' | 'standby' | 'none'
  apiUrl?: string
  tokenUrl?: string
  database?: Omit<DatabaseStatus, 'pids'>
  /** Of its mariadbd and its function environments. */
  pids: number[]
}

export interface Status {
  schemaVersion: 1
  name: string
  endpoint: string
  /** Of the administrator's key pair, in the format of AWS's shared credentials file. */
  credentialsFile: string
  edgeUrl?: string
  regions: RegionStatus[]
  app?: string
  home: string
  away: string
  profile: string
  pid: number
  /** Name servers of the hosted zones, over UDP and TCP. */
  dns: {host: string; port: number}
  /** Where git finds the repositories outside of AWS, each below it by its name. The password is the administrator's secret. */
  gitUrl: string
  hosts: {hostname: string; region: string | null; port: number}[]
  faults: Fault[]
  lagMs: number
}

/** The part of the deployment's map that the status needs; the template's directory stacks write it. */
interface DeploymentMap {
  app: string
  globalClusterId: string
  edge: {url: string}
  /** A list since schemaVersion 2; by name before. */
  regions: ({region: string} & RegionUrls)[] | Record<string, RegionUrls>
}

interface RegionUrls {
  apiUrl: string
  tokenUrl: string
}

export async function labStatus(lab: Lab): Promise<Status> {
  const map = await deploymentMap(lab)
  const roles = map ? await rolesOf(lab, map.globalClusterId) : new Map<string, 'primary' | 'standby'>()
  const rds = lab.service('rds')
  const lambda = lab.service('lambda')
  const regions = [lab.home, lab.away].map((region): RegionStatus => {
    const entry = map && urlsOf(map, region)
    const {pids = [], ...database} = rds.databaseStatus(region) ?? {}
    return {
      region,
      role: roles.get(region) ?? 'none',
      apiUrl: onLoopback(lab, entry?.apiUrl),
      tokenUrl: onLoopback(lab, entry?.tokenUrl),
      database: 'port' in database ? database : undefined,
      pids: [...pids, ...lambda.pids(region)],
    }
  })
  return {
    schemaVersion: 1,
    name: lab.name,
    endpoint: lab.endpoint,
    credentialsFile: lab.credentialsFile,
    edgeUrl: onLoopback(lab, map?.edge.url),
    regions,
    app: map?.app,
    home: lab.home,
    away: lab.away,
    profile: lab.profile.name,
    pid: process.pid,
    dns: await lab.service('route53').dns(),
    gitUrl: lab.service('codeconnections').gitUrl,
    hosts: lab.hosts.all().map(({hostname, region, port}) => ({hostname, region: region ?? null, port})),
    faults: lab.faults.active(),
    lagMs: lab.faults.lagMs(),
  }
}

const urlsOf = ({regions}: DeploymentMap, region: string): RegionUrls | undefined =>
  Array.isArray(regions) ? regions.find((one) => one.region === region) : regions[region]

/** Either region's copy will do: the lab's truth does not die with a region. */
async function deploymentMap(lab: Lab): Promise<DeploymentMap | undefined> {
  for (const region of [lab.home, lab.away]) {
    const input = {Path: '/todo-dr', Recursive: true, WithDecryption: true}
    const {Parameters} = (await lab.call('ssm', 'GetParametersByPath', input, region)) as {
      Parameters: {Name: string; Value: string}[]
    }
    const found = Parameters.find(({Name}) => Name.endsWith('/deployment'))
    if (found) return JSON.parse(found.Value) as DeploymentMap
  }

  return undefined
}

async function rolesOf(lab: Lab, globalClusterId: string): Promise<Map<string, 'primary' | 'standby'>> {
  const {GlobalClusters} = (await lab.call('rds', 'DescribeGlobalClusters', {}, lab.home)) as {
    GlobalClusters: {
      GlobalClusterIdentifier: string
      GlobalClusterMembers?: {DBClusterArn: string; IsWriter: boolean}[]
    }[]
  }
  const cluster = GlobalClusters.find(({GlobalClusterIdentifier: id}) => id === globalClusterId)
  return new Map(
    (cluster?.GlobalClusterMembers ?? []).map(({DBClusterArn, IsWriter}) => [
      DBClusterArn.split(':')[3] ?? '',
      IsWriter ? 'primary' : 'standby',
    ]),
  )
}

/** `https://NAME/path` as `http://127.0.0.1:PORT/path`; undefined where the name is not served. */
function onLoopback(lab: Lab, url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  const {hostname, pathname} = new URL(url)
  const host = lab.hosts.resolve(hostname)
  return host && `http://127.0.0.1:${host.port}${pathname === '/' ? '' : pathname}`
}
