/** Debian's AWS CLI: a client of the lab that was written elsewhere. Only `.ci/run` installs it. */

import {execFile} from 'node:child_process'
import {existsSync} from 'node:fs'
import {awsCliKeys} from './lab.js'
import type {LabAccess} from './lab.js'
import {skip} from './skip.js'

/** By its path: another `aws` may stand first in PATH. */
export const AWS_CLI = '/usr/bin/aws'

export function needsAwsCli(context: Mocha.Context): void {
  if (!existsSync(AWS_CLI)) skip(context, `the AWS CLI is not installed as ${AWS_CLI}`)
}

/** What a command prints, read as JSON; `{}` where it prints nothing. Throws what it says where it fails. One try, no pager. */
export async function awsCli<T = unknown>(lab: LabAccess, region: string, ...args: string[]): Promise<T> {
  const env = {PATH: process.env.PATH, ...awsCliKeys(lab), AWS_PAGER: '', AWS_MAX_ATTEMPTS: '1'}
  const common = ['--endpoint-url', lab.endpoint, '--region', region, '--output', 'json']
  const stdout = await new Promise<string>((done, fail) => {
    execFile(AWS_CLI, [...common, ...args], {env, maxBuffer: 2 ** 24}, (error, out, stderr) =>
      error ? fail(new Error(`aws ${args.join(' ')}: ${stderr}`)) : done(out),
    )
  })
  return (stdout ? JSON.parse(stdout) : {}) as T
}
