import {mkdir, rm} from 'node:fs/promises'
import {join} from 'node:path'

import type {Lab} from '../../kernel.js'
import type {DatabaseEngine} from '../engine.js'
import {ClusterServer} from './cluster-server.js'
import {createCredentials, type EngineCredentials} from './credentials.js'
import {provideMariaDb, type MariaDb} from './provider.js'
import {createTokenAccounts} from './token-accounts.js'
import {Volumes} from './volume.js'

/** What all servers share. */
interface Ground {
  mariadb: MariaDb
  volumes: Volumes
  credentials: EngineCredentials
}

export class MariaDbEngine implements DatabaseEngine {
  readonly tokenAccounts = createTokenAccounts()
  private readonly folder: string
  private ready: Promise<Ground> | undefined
  private laid: Ground | undefined
  private lastServerId = 0

  constructor(
    private readonly lab: Pick<Lab, 'folder' | 'log' | 'pki'>,
    private readonly certificateNames: (region: string) => string[],
  ) {
    this.folder = join(lab.folder, 'database')
  }

  get admin(): EngineCredentials['admin'] | undefined {
    return this.laid?.credentials.admin
  }

  /** Takes up to 10 s with an empty cache. Throws `MariaDbUnavailable`. */
  async prepare(onProgress?: (text: string) => void): Promise<void> {
    await this.ground(onProgress)
  }

  /** Error logs stay in one place when a volume is replaced. */
  async server(region: string, clusterId: string, from?: string): Promise<ClusterServer> {
    const {mariadb, volumes, credentials} = await this.ground()
    const pair = await this.lab.pki.issue(`rds-${region}`, this.certificateNames(region))
    const serverId = ++this.lastServerId
    const options = {
      mariadb,
      credentials,
      name: `${clusterId} in ${region}`,
      dataDir: await volumes.create(`${region}-${clusterId}-${serverId}`, from),
      errorLog: join(this.folder, `${region}-${clusterId}.log`),
      serverId,
      tls: {...pair, caFile: this.lab.pki.caFile},
    }
    return new ClusterServer(options, volumes)
  }

  async close(): Promise<void> {
    await rm(this.folder, {recursive: true, force: true})
  }

  private ground(onProgress: (text: string) => void = (text) => this.lab.log('database', text)): Promise<Ground> {
    this.ready ??= this.lay(onProgress)
    // A failed fetch may be tried again.
    this.ready.catch(() => {
      this.ready = undefined
    })
    return this.ready
  }

  private async lay(onProgress: (text: string) => void): Promise<Ground> {
    await mkdir(this.folder, {recursive: true, mode: 0o700})
    const [mariadb, credentials] = await Promise.all([provideMariaDb({onProgress}), createCredentials(this.folder)])
    const volumes = new Volumes(mariadb, this.folder)
    // It is made beside what follows; a failure is the first server's.
    volumes.pristine().catch(() => undefined)
    this.laid = {mariadb, volumes, credentials}
    return this.laid
  }
}
