import type {Tag} from '@aws-sdk/client-rds'

import type {ClusterDatabase} from '../../database/cluster-database.js'
import type {Fleet} from '../../database/fleet.js'
import type {ProxyFront} from '../../database/proxy-front.js'
import {fault, type Lab} from '../../kernel.js'
import type {EventLog} from './events.js'
import type {Insights, PerformanceInsights} from './insights.js'

export interface InstanceRecord {
  region: string
  id: string
  arn: string
  resourceId: string
  clusterId: string
  status: string
  instanceClass: string
  availabilityZone: string
  createdAt: Date
  publiclyAccessible: boolean
  promotionTier: number
  autoMinorVersionUpgrade: boolean
  parameterGroup: string
  performanceInsights: PerformanceInsights
  front?: ProxyFront
}

export interface ClusterRecord {
  region: string
  id: string
  arn: string
  resourceId: string
  status: string
  engineVersion: string
  /** Waits for the maintenance window. */
  pendingVersion?: string
  masterUsername?: string
  databaseName?: string
  parameterGroup: string
  subnetGroup?: string
  securityGroups: string[]
  storageEncrypted: boolean
  kmsKeyId?: string
  deletionProtection: boolean
  backupRetentionDays: number
  copyTagsToSnapshot: boolean
  iamAuthentication: boolean
  logExports: string[]
  insights: Insights
  serverless?: {MinCapacity?: number; MaxCapacity?: number}
  port: number
  createdAt: Date
  /** From a snapshot. */
  isRestored?: true
  instances: InstanceRecord[]
  database: ClusterDatabase
  fronts: ProxyFront[]
}

export interface MemberRecord {
  cluster: ClusterRecord
  isWriter: boolean
  /** True from a failover on, until the member's new volume has caught up. */
  pendingResync: boolean
}

export interface GlobalRecord {
  /** In which it was made. */
  region: string
  id: string
  arn: string
  resourceId: string
  engineVersion: string
  databaseName?: string
  storageEncrypted: boolean
  deletionProtection: boolean
  /** In the order of joining. */
  members: MemberRecord[]
  /** Present while a switchover or failover is under way. */
  switching?: {
    status: string
    from: ClusterRecord
    to: ClusterRecord
    dataLoss: boolean
    /** By `performance.now()`: from then on DescribeGlobalClusters shows it. */
    shownFrom: number
  }
}

export interface ParameterGroupRecord {
  region: string
  name: string
  arn: string
  family: string
  description: string
  /** Only what a user has set. */
  values: Record<string, {value: string; applyMethod: string}>
}

export interface SubnetGroupRecord {
  region: string
  name: string
  arn: string
  description: string
  subnets: string[]
}

export interface SnapshotRecord {
  region: string
  id: string
  arn: string
  type: 'automated' | 'manual'
  cluster: ClusterRecord
  createdAt: Date
  status: 'available' | 'creating'
  /** Under which name the lab keeps the volume; undefined where it keeps no data of it. */
  volume?: string
}

/** Records of one kind by region and name; names are compared in lower case, as RDS does. */
export class Shelf<T extends {region: string}> {
  private readonly records = new Map<string, T>()

  constructor(private readonly absent: (name: string) => Error) {}

  put(name: string, record: T): T {
    this.records.set(shelfKey(record.region, name), record)
    return record
  }

  find(region: string, name: string | undefined): T | undefined {
    return this.records.get(shelfKey(region, name ?? ''))
  }

  has(region: string, name: string | undefined): boolean {
    return this.records.has(shelfKey(region, name ?? ''))
  }

  get(region: string, name: string | undefined): T {
    const record = this.find(region, name)
    if (!record) throw this.absent(name ?? '')
    return record
  }

  remove(region: string, name: string): void {
    this.records.delete(shelfKey(region, name))
  }

  inRegion(region: string): T[] {
    return [...this.records.values()].filter((record) => record.region === region)
  }

  all(): T[] {
    return [...this.records.values()]
  }
}

const shelfKey = (region: string, name: string): string => `${region}/${name.toLowerCase()}`

const absent = (code: string, what: string) => (name: string) => fault(code, `${what} ${name} not found.`, 404)

/** All that the lab's RDS knows. */
export class Store {
  readonly clusters = new Shelf<ClusterRecord>(absent('DBClusterNotFoundFault', 'DBCluster'))
  readonly instances = new Shelf<InstanceRecord>(absent('DBInstanceNotFound', 'DBInstance'))
  readonly parameterGroups = new Shelf<ParameterGroupRecord>(
    absent('DBParameterGroupNotFound', 'DBClusterParameterGroup'),
  )
  readonly subnetGroups = new Shelf<SubnetGroupRecord>(absent('DBSubnetGroupNotFoundFault', 'DB subnet group'))
  readonly snapshots = new Shelf<SnapshotRecord>(absent('DBClusterSnapshotNotFoundFault', 'DBClusterSnapshot'))
  /** Global clusters are seen from every region. */
  readonly globals = new Map<string, GlobalRecord>()
  /** By ARN; a resource without tags has an empty list, an unknown ARN none. */
  readonly tags = new Map<string, Tag[]>()

  global(id: string | undefined): GlobalRecord {
    const record = this.globals.get((id ?? '').toLowerCase())
    if (!record) throw fault('GlobalClusterNotFoundFault', `Global cluster ${id} not found`, 404)
    return record
  }

  globalOf(cluster: ClusterRecord): GlobalRecord | undefined {
    return [...this.globals.values()].find(({members}) => members.some((member) => member.cluster === cluster))
  }
}

/** What every group of operations works on. */
export interface Rds {
  lab: Lab
  fleet: Fleet
  store: Store
  events: EventLog
}
