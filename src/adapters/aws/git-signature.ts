/**
 * The user and the password with which git reaches CodeCommit: the access key, with `%` and the session token behind it where there is one,
 * and a time with a Signature Version 4 of a request with the method GIT, the path and the host. AWS CLI and git-remote-codecommit do the
 * same [aws/aws-cli, awscli/customizations/codecommit.py; aws/git-remote-codecommit, git_remote_codecommit/__init__.py].
 */

import {createHash, createHmac} from 'node:crypto'

interface Keys {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** `now`: epoch milliseconds. Good for minutes, and for this repository alone. */
export function signedForGit(
  url: string,
  region: string,
  {accessKeyId, secretAccessKey, sessionToken}: Keys,
  now: number,
): {user: string; password: string} {
  const {hostname, pathname} = new URL(url)
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+Z/g, '')
  const parts = [stamp.slice(0, 8), region, 'codecommit', 'aws4_request']
  const request = createHash('sha256').update(`GIT\n${pathname}\n\nhost:${hostname}\n\nhost\n`).digest('hex')
  const key = parts.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secretAccessKey}`)
  const signature = hmac(key, ['AWS4-HMAC-SHA256', stamp, parts.join('/'), request].join('\n')).toString('hex')
  const user = sessionToken === undefined ? accessKeyId : `${accessKeyId}%${sessionToken}`
  return {user, password: `${stamp}Z${signature}`}
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
