import {fault} from '../kernel.js'
import {blank} from '../own.js'

/**
 * Decodes S3's `aws-chunked` bodies: `SIZE[;chunk-signature=...]CRLF DATA CRLF`, a chunk of size 0, then trailing
 * checksums as lines of headers. Chunk signatures are not checked: the seed signature of the headers is.
 * Source: the S3 API reference, "Signature calculations for the Authorization header: transferring payload in multiple chunks".
 */
export function decodeAwsChunked(body: Buffer): {body: Buffer; trailers: Record<string, string>} {
  const chunks: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = body.indexOf('\r\n', at)
    if (lineEnd === -1) throw incomplete()
    const head = body.toString('latin1', at, lineEnd).split(';', 1)[0]?.trim() ?? ''
    if (!/^[\da-f]{1,8}$/i.test(head)) throw incomplete()
    const size = Number.parseInt(head, 16)
    if (size === 0) return {body: Buffer.concat(chunks), trailers: trailersOf(body.toString('latin1', lineEnd + 2))}
    const start = lineEnd + 2
    if (body.length < start + size + 2) throw incomplete()
    chunks.push(body.subarray(start, start + size))
    at = start + size + 2
  }
}

function trailersOf(text: string): Record<string, string> {
  const trailers = blank<string>()
  for (const line of text.split('\r\n')) {
    const at = line.indexOf(':')
    if (at > 0) trailers[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim()
  }

  return trailers
}

export const isAwsChunked = (headers: Record<string, string>): boolean =>
  /(^|,)\s*aws-chunked\s*(,|$)/.test(headers['content-encoding'] ?? '') ||
  (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')

const incomplete = (): Error => fault('IncompleteBody', 'The request body terminated unexpectedly')
