/** dig of BIND: a DNS client that was written elsewhere. Only `.ci/run` installs it. */

import {execFile} from 'node:child_process'
import {existsSync} from 'node:fs'
import {promisify} from 'node:util'
import {skip} from './skip.js'

const DIG = '/usr/bin/dig'

export function needsDig(context: Mocha.Context): void {
  if (!existsSync(DIG)) skip(context, `dig is not installed as ${DIG}`)
}

/** The lines that dig prints for a query, one try of two seconds. */
export async function dig({host, port}: {host: string; port: number}, ...args: string[]): Promise<string[]> {
  const options = ['-r', `@${host}`, '-p', String(port), '+tries=1', '+time=2', ...args]
  const {stdout} = await promisify(execFile)(DIG, options, {timeout: 10_000})
  return stdout.split('\n').filter((line) => line !== '')
}
