/** Debian's AWS CLI: a client of the lab that was written elsewhere. Only `.ci/run` installs it. */

import {existsSync} from 'node:fs'
import {skip} from './skip.js'

/** By its path: another `aws` may stand first in PATH. */
export const AWS_CLI = '/usr/bin/aws'

export function needsAwsCli(context: Mocha.Context): void {
  if (!existsSync(AWS_CLI)) skip(context, `the AWS CLI is not installed as ${AWS_CLI}`)
}
