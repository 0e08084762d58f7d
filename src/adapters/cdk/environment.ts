/** The environment of the toolkit's process and of the project's own programs. */

import type {AwsAccess} from '../aws/clients.js'

/** Nothing asks anybody on the internet whether a newer tool exists, or tells anybody that this one was used. */
const SILENT = {CDK_DISABLE_CLI_TELEMETRY: 'true', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: '1', NO_COLOR: '1'}

/**
 * With an endpoint, every AWS service is there, and none of the AWS settings of this environment has a say: neither a
 * profile nor one service's own endpoint. `cdkHome`: where the toolkit notes which key belongs to which account; a
 * lab's must not get among the real ones. `region`: where stacks go that name none.
 */
export function toolkitEnvironment(
  {endpoint, credentials}: AwsAccess,
  {cdkHome, region}: {cdkHome?: string; region?: string},
  base: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const home = cdkHome === undefined ? {} : {CDK_HOME: cdkHome}
  if (endpoint === undefined) return {...base, ...SILENT, ...home}
  const kept = Object.entries(base).filter(([name]) => credentials === undefined || !/^(AWS|AMAZON)_/.test(name))
  return {
    ...Object.fromEntries(kept.filter(([name]) => !name.startsWith('AWS_ENDPOINT_URL'))),
    ...SILENT,
    ...home,
    AWS_ENDPOINT_URL: endpoint,
    ...(credentials && {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: region ?? 'us-east-1',
      // A fixed key pair needs none of the user's files, in which a profile may name another endpoint.
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    }),
  }
}
