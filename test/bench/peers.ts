/** Percona Toolkit on the two servers of a lab. It takes its password from a file that only we can read. */

import {execFile} from 'node:child_process'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {promisify} from 'node:util'
import type {LabStatus} from '../support/cli.js'

const run = promisify(execFile)

export class Peers {
  private constructor(
    private readonly sides: string[],
    private readonly database: string,
    private readonly table: string,
  ) {}

  /** Undefined where it is not installed. `portOf`: by which port a region's database is reached. */
  static find(
    {regions}: LabStatus,
    folder: string,
    table: string,
    portOf = (_region: string, port: number): number => port,
  ): Peers | undefined {
    const folders = (process.env.PATH ?? '').split(delimiter)
    if (!folders.some((one) => existsSync(join(one, 'pt-table-sync')))) return undefined
    const sides = regions.map(({region, database: {host, port: own, user, passwordFile}}) => {
      const port = portOf(region, own)
      const file = join(folder, `${region}-${port}.cnf`)
      const password = readFileSync(passwordFile, 'utf8').trim()
      writeFileSync(
        file,
        `[client]\nhost=${host}\nport=${port}\nuser=${user}\npassword="${password}"\nprotocol=tcp\n`,
        {mode: 0o600},
      )
      return `F=${file},h=${host},P=${port}`
    })
    return new Peers(sides, regions[0]!.database.name, table)
  }

  /**
   * Prints the statements, and changes nothing, with its own chunks of 1000 rows and without locks or transactions, which would cost it
   * more. It is ended at the deadline. Throws where it finds another number of differences.
   */
  async sync(expected: number, deadlineMs: number): Promise<{seconds: number; text: string}> {
    const begun = performance.now()
    const dsn = this.sides.map((side) => `${side},D=${this.database},t=${this.table}`)
    const {killed, stdout, stderr} = await run(
      'pt-table-sync',
      [
        '--print',
        '--no-check-slave',
        '--no-check-triggers',
        '--lock=0',
        '--no-transaction',
        '--no-version-check',
        ...dsn,
      ],
      {maxBuffer: 64 * 1024 * 1024, timeout: Math.round(deadlineMs)},
    ).then(
      (ran) => ({...ran, killed: false}),
      (error: {code?: unknown; killed: boolean; stdout: string; stderr: string}) => {
        // 2: something differs.
        if (error.code === 2 || error.killed) return error
        throw new Error(`pt-table-sync failed: ${error.stderr}`)
      },
    )
    const found = stdout.split('\n').filter((line) => line !== '').length
    if (!killed && found !== expected)
      throw new Error(`pt-table-sync found ${found} differences, not ${expected}: ${stderr}`)
    const seconds = (performance.now() - begun) / 1000
    return {seconds, text: `${killed ? 'more than ' : ''}${seconds.toFixed(2)} s`}
  }

  /** Digests in the primary, by statements that the standby carries out too. Seconds, until the standby has done so. */
  async checksum(caughtUp: () => Promise<void>): Promise<number> {
    const begun = performance.now()
    const what = [`--databases=${this.database}`, `--tables=${this.table}`, `--replicate=${this.database}.pt_checksums`]
    await run('pt-table-checksum', [
      '--recursion-method=none',
      '--no-check-binlog-format',
      '--no-version-check',
      '--quiet',
      ...what,
      this.sides[0]!,
    ]).catch((error: {stderr: string}) => {
      throw new Error(`pt-table-checksum failed: ${error.stderr}`)
    })
    await caughtUp()
    return (performance.now() - begun) / 1000
  }
}
