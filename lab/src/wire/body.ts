import type {IncomingMessage} from 'node:http'

import {fault} from '../kernel.js'

/** The whole body. Throws RequestEntityTooLarge (413) beyond `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = (): Error => fault('RequestEntityTooLarge', `the body is larger than ${limit} bytes`, 413)
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge()
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > limit) throw tooLarge()
    chunks.push(chunk)
  }

  return Buffer.concat(chunks)
}
