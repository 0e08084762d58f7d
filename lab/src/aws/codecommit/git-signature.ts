/**
 * The credentials that `aws codecommit credential-helper` and git-remote-codecommit give git: the user is the access key, with `%` and the
 * session token behind it where there is one; the password is a time and a Signature Version 4 of a request with the method GIT, the path
 * and the host. Sources: aws/aws-cli, awscli/customizations/codecommit.py; aws/git-remote-codecommit, git_remote_codecommit/__init__.py.
 */

import {createHash, createHmac, timingSafeEqual} from 'node:crypto'

import type {GitCredentials} from '../../git/credentials.js'

/** For how long a signature is good: assumed. */
const LIFE_MS = 15 * 60_000

/**
 * The region for which the request is signed, and who has signed it. The address of the lab's port names no region, so each one is tried.
 * Undefined where the signature is not one of a key of this lab.
 */
export function signedRegion(
  {user, password}: GitCredentials,
  request: {host: string; path: string},
  keys: (
    accessKeyId: string,
  ) => {secretAccessKey: string; sessionToken?: string; expiresAt?: number; arn: string} | undefined,
  regions: readonly string[],
  now: number,
): {region: string; arn: string} | undefined {
  const [accessKeyId = '', ...token] = user.split('%')
  const key = keys(accessKeyId)
  const [, stamp, signature] = /^(\d{8}T\d{6})Z([\da-f]{64})$/.exec(password) ?? []
  if (!key || stamp === undefined || signature === undefined) return undefined
  if ((key.sessionToken ?? '') !== token.join('%') || (key.expiresAt ?? Infinity) <= now) return undefined
  if (Math.abs(now - timeOf(stamp)) > LIFE_MS) return undefined
  // The CLI leaves the port out, git-remote-codecommit does not.
  const hosts = [request.host.replace(/:\d+$/, ''), request.host]
  const region = regions.find((one) =>
    hosts.some((host) => equal(signature, sign(key.secretAccessKey, stamp, one, {...request, host}))),
  )
  return region === undefined ? undefined : {region, arn: key.arn}
}

function sign(secret: string, stamp: string, region: string, {host, path}: {host: string; path: string}): string {
  const canonical = `GIT\n${path}\n\nhost:${host}\n\nhost\n`
  const date = stamp.slice(0, 8)
  const scope = `${date}/${region}/codecommit/aws4_request`
  const hash = createHash('sha256').update(canonical).digest('hex')
  const keys = [date, region, 'codecommit', 'aws4_request']
  const key = keys.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secret}`)
  return hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, hash].join('\n')).toString('hex')
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const equal = (left: string, right: string): boolean => timingSafeEqual(Buffer.from(left), Buffer.from(right))

const timeOf = (stamp: string): number =>
  Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z'))
