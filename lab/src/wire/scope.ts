/** What a signature says of itself: whose key, which service, which region. */

import {fault} from '../kernel.js'
import {splitTarget} from './messages.js'

export interface SignatureScope {
  algorithm: 'AWS4-HMAC-SHA256' | 'AWS4-ECDSA-P256-SHA256'
  accessKeyId: string
  date: string
  region: string
  service: string
  signedHeaders: string[]
  signature: string
  /** In the query of a presigned URL rather than in a header. */
  presigned: boolean
}

const HMAC = 'AWS4-HMAC-SHA256'
const ECDSA = 'AWS4-ECDSA-P256-SHA256'

/** Undefined for a request without a signature; throws for one that is not complete. */
export function scopeOf(url: string, headers: Record<string, string>): SignatureScope | undefined {
  const {authorization} = headers
  if (authorization !== undefined) return parse(authorization, headers, false)
  if (!url.includes('X-Amz-Signature=')) return undefined
  const {query} = splitTarget(url)
  const get = (name: string): string => query.get(`X-Amz-${name}`) ?? ''
  const text = `${get('Algorithm')} Credential=${get('Credential')}, SignedHeaders=${get('SignedHeaders')}, Signature=${get('Signature')}`
  return parse(text, {...headers, 'x-amz-region-set': get('Region-Set')}, true)
}

function parse(text: string, headers: Record<string, string>, presigned: boolean): SignatureScope {
  const [algorithm, ...rest] = text.trim().split(/[\s,]+/)
  const fields = new Map(rest.map((field) => [field.split('=', 1)[0], field.slice(field.indexOf('=') + 1)]))
  const credential = (fields.get('Credential') ?? '').split('/')
  const signature = fields.get('Signature')
  const signedHeaders = fields.get('SignedHeaders')?.toLowerCase().split(';')
  if (algorithm !== HMAC && algorithm !== ECDSA) throw incomplete('the signing algorithm is not one of AWS')
  if (!signature || !signedHeaders) throw incomplete('Authorization must have Credential, SignedHeaders and Signature')

  // An access key may hold slashes in theory; the end of the scope never does.
  const scope = credential.slice(algorithm === HMAC ? -4 : -3)
  const accessKeyId = credential.slice(0, -scope.length).join('/')
  const [date, region, service] = algorithm === HMAC ? scope : [scope[0], regionOfSet(headers), scope[1]]
  if (!accessKeyId || !date || !region || !service || scope.at(-1) !== 'aws4_request') {
    throw incomplete('Credential is not KEY/DATE/REGION/SERVICE/aws4_request')
  }

  return {algorithm, accessKeyId, date, region, service, signedHeaders, signature, presigned}
}

/** SigV4A signs for a set of regions; the lab takes the first. `*` is every region. */
const regionOfSet = (headers: Record<string, string>): string | undefined =>
  headers['x-amz-region-set']?.split(',')[0]?.trim()

const incomplete = (message: string): Error => fault('IncompleteSignature', message)
