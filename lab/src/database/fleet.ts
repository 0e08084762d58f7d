import {mkdir, rm} from 'node:fs/promises'
import {join} from 'node:path'

import type {Lab} from '../kernel.js'
import {ClusterDatabase} from './cluster-database.js'
import {createCredentials, type EngineCredentials} from './mariadb/credentials.js'
import {provideMariaDb, type MariaDb} from './mariadb/provider.js'
import {Server} from './mariadb/server.js'
import {Volumes} from './mariadb/volume.js'

interface Ground {
  mariadb: MariaDb
  volumes: Volumes
  credentials: EngineCredentials
}

/** All database servers of one lab: what they share, and their common end. */
export class Fleet {
  readonly databases = new Set<ClusterDatabase>()
  private readonly folder: string
  private ready: Promise<Ground> | undefined
  private laid: Ground | undefined
  private lastServerId = 0

  constructor(
    readonly lab: Lab,
    private readonly certificateNames: (region: string) => string[],
  ) {
    this.folder = join(lab.folder, 'database')
    lab.onStop(() => this.close())
    lab.faults.onLag(() => this.forEachLink((link) => link.hurry()))
  }

  /** Finds or fetches MariaDB and makes the template volume. May be called early, as it takes up to 10 s with an empty cache. */
  ground(onProgress: (text: string) => void = (text) => this.lab.log('database', text)): Promise<Ground> {
    this.ready ??= this.prepare(onProgress)
    // A failed fetch may be tried again.
    this.ready.catch(() => {
      this.ready = undefined
    })
    return this.ready
  }

  add(region: string, clusterId: string): ClusterDatabase {
    const database = new ClusterDatabase(this, region, clusterId)
    this.databases.add(database)
    return database
  }

  /** A server for this data directory, not started. Error logs stay in one place when a volume is replaced. */
  async server(region: string, clusterId: string, dataDir: string): Promise<Server> {
    const {mariadb, credentials} = await this.ground()
    const pair = await this.lab.pki.issue(`rds-${region}`, this.certificateNames(region))
    this.lastServerId += 1
    return new Server({
      mariadb,
      credentials,
      name: `${clusterId} in ${region}`,
      dataDir,
      errorLog: join(this.folder, `${region}-${clusterId}.log`),
      serverId: this.lastServerId,
      tls: {...pair, caFile: this.lab.pki.caFile},
    })
  }

  /** Replicas of a server that has just come up need not wait for their next retry. */
  async reconnectReplicas(): Promise<void> {
    for (const database of this.databases) await database.reconnect().catch(() => undefined)
  }

  /** The administrator's account; undefined until the ground is laid. */
  get admin(): EngineCredentials['admin'] | undefined {
    return this.laid?.credentials.admin
  }

  private async prepare(onProgress: (text: string) => void): Promise<Ground> {
    await mkdir(this.folder, {recursive: true, mode: 0o700})
    const [mariadb, credentials] = await Promise.all([provideMariaDb({onProgress}), createCredentials(this.folder)])
    const volumes = new Volumes(mariadb, this.folder, credentials)
    await volumes.pristine()
    this.laid = {mariadb, volumes, credentials}
    return this.laid
  }

  private forEachLink(act: (link: NonNullable<ClusterDatabase['link']>) => void): void {
    for (const {link} of this.databases) if (link) act(link)
  }

  private async close(): Promise<void> {
    await Promise.all([...this.databases].map((database) => database.close()))
    await rm(this.folder, {recursive: true, force: true})
  }
}
