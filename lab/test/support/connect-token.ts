import {Hash} from '@smithy/core/serde'
import {SignatureV4} from '@smithy/signature-v4'

import type {Door} from '../../src/aws/rds/connect-token.js'

/** A token as the SDKs' signers make it. */
export async function connectToken(
  {host, port, region, user}: Door,
  credentials: {accessKeyId: string; secretAccessKey: string; sessionToken?: string},
  {at = new Date(), seconds = 900, query = {}}: {at?: Date; seconds?: number; query?: Record<string, string>} = {},
): Promise<string> {
  const signer = new SignatureV4({
    service: 'rds-db',
    region,
    credentials,
    sha256: Hash.bind(null, 'sha256') as never,
  })
  const authority = `${host}:${port}`
  const {query: signed = {}} = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: host,
      port,
      path: '/',
      query: {Action: 'connect', DBUser: user, ...query},
      headers: {host: authority},
    },
    {expiresIn: seconds, signingDate: at},
  )
  const pairs = Object.entries(signed as Record<string, string>)
  return `${authority}/?${pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`
}
