/** Acts on a running lab as its owner does: with the keys in the file that its status names. */

import {readFileSync} from 'node:fs'

/** So much of `lab status --json` as is needed to reach a lab. */
export interface LabAccess {
  endpoint: string
  credentialsFile: string
}

/** The administrator's, as an SDK client takes them. */
export function labKeys({credentialsFile}: LabAccess): {accessKeyId: string; secretAccessKey: string} {
  const text = readFileSync(credentialsFile, 'utf8')
  const [, accessKeyId, secretAccessKey] =
    /^\[default\]\naws_access_key_id = (\w+)\naws_secret_access_key = ([\w-]+)\n$/.exec(text) ?? []
  if (!accessKeyId || !secretAccessKey) throw new Error(`${credentialsFile} holds no keys`)
  return {accessKeyId, secretAccessKey}
}

/** One call of `/_lab/PATH`. */
export const callLab = (lab: LabAccess, method: string, path: string, body?: object): Promise<Response> =>
  fetch(`${lab.endpoint}/_lab/${path}`, {
    method,
    headers: {'content-type': 'application/json', authorization: `Bearer ${labKeys(lab).secretAccessKey}`},
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  })

/** What the AWS CLI needs in its environment to act as the lab's administrator. */
export const awsCliKeys = ({credentialsFile}: LabAccess): Record<string, string> => ({
  AWS_SHARED_CREDENTIALS_FILE: credentialsFile,
  AWS_CONFIG_FILE: '/dev/null',
})
