import type {Lab} from '../kernel.js'
import {ClusterDatabase, type Observer} from './cluster-database.js'
import type {DatabaseEngine} from './engine.js'

/** All databases of one lab, and their common end. */
export class Fleet {
  readonly databases = new Set<ClusterDatabase>()

  constructor(
    private readonly lab: Pick<Lab, 'faults' | 'onStop'>,
    readonly engine: DatabaseEngine,
  ) {
    lab.onStop(() => this.close())
    lab.faults.onLag(() => {
      for (const {link} of this.databases) link?.hurry()
    })
  }

  add(region: string, clusterId: string, observer: Observer): ClusterDatabase {
    const surroundings = {
      engine: this.engine,
      faults: this.lab.faults,
      started: () => this.reconnectReplicas(),
      closed: (one: ClusterDatabase) => void this.databases.delete(one),
    }
    const database = new ClusterDatabase(surroundings, region, clusterId, observer)
    this.databases.add(database)
    return database
  }

  /** Replicas of a server that has just come up need not wait for their next retry. */
  async reconnectReplicas(): Promise<void> {
    for (const database of this.databases) await database.reconnect().catch(() => undefined)
  }

  private async close(): Promise<void> {
    await Promise.all([...this.databases].map((database) => database.close()))
    await this.engine.close()
  }
}
