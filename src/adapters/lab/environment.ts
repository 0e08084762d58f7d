import {join} from 'node:path'

import type {LabEnvironment} from '../../ports/labs.js'
import {connectLab} from './admin.js'
import {credentialsFile} from './credentials.js'
import {labFolder} from './record.js'

/** Named even where they are not set: what is printed may be kept in a file and read into another shell. */
const KEYS_AND_PROFILES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
]

/** The AWS settings of whoever runs a command, and of their files. */
const OF_AWS = /^(?:AWS|AMAZON)_/
const NO_FILES = {AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null'}
/** What bin/run.js has set, which is not the user's. */
const OURS = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'

/**
 * For a process that acts on a lab: from now on the SDK knows nothing but what it is given. An endpoint variant, a profile or a
 * garbled setting that is meant for AWS would otherwise decide what becomes of a call to the lab.
 */
export function forgetAws(environment: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(environment)) if (OF_AWS.test(name) && name !== OURS) delete environment[name]
  Object.assign(environment, NO_FILES)
}

/** What a lab is told by the environment: where programs and folders are, the language, and the way to the packages of its database. */
const TOLD =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TMP|TEMP|TZ|LANG|LANGUAGE|LC_\w+|XDG_\w+|TODO_DR_\w+|DEBUG|LD_LIBRARY_PATH|APT_CONFIG|(?:https?|ftp|all|no)_proxy)$/i

/** Of the lab's own process, and of its servers. Nothing else reaches it: no flag of Node.js, no setting of MariaDB, none of AWS. */
export const environmentOfLab = (current: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(current).filter(([name]) => TOLD.test(name))),
  ...NO_FILES,
})

/**
 * The secret stays in its file: it is neither printed nor in the environment of each program. Every other AWS setting goes: a
 * service's own endpoint would lead to AWS, and a real key to the lab. Throws `NoLab` (exit usage).
 */
export async function labEnvironment(name: string, current: NodeJS.ProcessEnv = process.env): Promise<LabEnvironment> {
  const {endpoint, home} = await connectLab(name).status()
  const set = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_SHARED_CREDENTIALS_FILE: credentialsFile(name),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_REGION: home,
    AWS_DEFAULT_REGION: home,
    // Where the CDK notes which key belongs to which account. It goes with the lab.
    CDK_HOME: join(labFolder(name), 'cdk'),
  }
  const found = Object.keys(current).filter((variable) => OF_AWS.test(variable) && !(variable in set))
  return {set, unset: [...new Set([...KEYS_AND_PROFILES, ...found.sort()])]}
}
