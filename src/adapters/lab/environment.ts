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
  const found = Object.keys(current).filter((variable) => /^(?:AWS|AMAZON)_/.test(variable) && !(variable in set))
  return {set, unset: [...new Set([...KEYS_AND_PROFILES, ...found.sort()])]}
}
