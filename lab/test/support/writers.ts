import {readFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'

import mysql, {type Connection} from 'mysql2/promise'

import {MASTER, type DatabaseLab} from './lab-database.js'

/** Writes through proxies of all regions, each row with a number of its own, and remembers what was acknowledged. */
export class Writers {
  /** Number -> epoch milliseconds of the acknowledgement. */
  readonly acknowledged = new Map<number, number>()
  private next = 0
  private stopping = false
  private running: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly lab: DatabaseLab,
    private readonly hosts: string[],
  ) {}

  static async table(lab: DatabaseLab, region: string): Promise<void> {
    const connection = await lab.admin(region)
    await connection.query('CREATE TABLE written (id BIGINT AUTO_INCREMENT PRIMARY KEY, number INT UNIQUE)')
    connection.destroy()
  }

  /** `pauseMs` between two writes of one writer. */
  start(writers: number, pauseMs: number): void {
    this.running = Promise.all(Array.from({length: writers}, () => this.write(pauseMs)))
  }

  async stop(): Promise<void> {
    this.stopping = true
    await this.running
  }

  private async write(pauseMs: number): Promise<void> {
    let connection: Connection | undefined
    for (let turn = 0; !this.stopping;) {
      const number = ++this.next
      try {
        connection ??= await this.connect(this.hosts[turn % this.hosts.length]!)
        await connection.query({sql: 'INSERT INTO written (number) VALUES (?)', values: [number], timeout: 2000})
        this.acknowledged.set(number, Date.now())
      } catch {
        connection?.destroy()
        connection = undefined
        turn += 1
      }

      await sleep(pauseMs)
    }

    connection?.destroy()
  }

  private async connect(host: string): Promise<Connection> {
    const ca = readFileSync(this.lab.lab.pki.caFile, 'utf8')
    const {port} = this.lab.lab.hosts.resolve(host)!
    const connection = await mysql.createConnection({
      host: '127.0.0.1',
      port,
      ...MASTER,
      database: 'todo',
      connectTimeout: 3000,
      ssl: {ca},
    })
    connection.on('error', () => undefined)
    return connection
  }
}

/** The numbers that a region's server holds. */
export async function written(lab: DatabaseLab, region: string): Promise<Set<number>> {
  return new Set((await lab.rows(region, 'SELECT number FROM written')).map(({number}) => Number(number)))
}
