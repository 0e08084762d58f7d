/** The number that RDS Proxy uses for errors of its own (seen with "Timed-out waiting to acquire"; assumed for the others). */
const PROXY_ERROR = 9501
/** Of a client that asks a proxy with RequireTLS for a plain connection; number and text from memory. */
export const TLS_REQUIRED = 3159

/**
 * An ERR packet of the MySQL protocol. In place of the greeting (sequence 0) it has no SQL state: the client has not yet
 * said that it understands one.
 */
export function errorPacket(sequence: number, message: string, code = PROXY_ERROR): Buffer {
  const state = sequence === 0 ? '' : '#HY000'
  const body = Buffer.concat([Buffer.from([0xff, code & 0xff, code >> 8]), Buffer.from(state + message, 'utf8')])
  const head = Buffer.alloc(4)
  head.writeUIntLE(body.length, 0, 3)
  head[3] = sequence
  return Buffer.concat([head, body])
}
