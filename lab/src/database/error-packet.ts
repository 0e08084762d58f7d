import {packetOf} from './handshake.js'

/** The number that RDS Proxy uses for errors of its own (seen with "Timed-out waiting to acquire"; assumed for the others). */
const PROXY_ERROR = 9501
/** Of a client that asks a proxy with RequireTLS for a plain connection ("Troubleshooting for RDS Proxy", Aurora user guide). */
const TLS_REQUIRED = 3159
/** The server's own, of a user that is unknown or does not prove who it is. */
const ACCESS_DENIED = 1045

/**
 * An ERR packet of the MySQL protocol. In place of the greeting (sequence 0) it has no SQL state: the client has not yet
 * said that it understands one.
 */
export function errorPacket(sequence: number, message: string, code = PROXY_ERROR, state = 'HY000'): Buffer {
  const text = sequence === 0 ? message : `#${state}${message}`
  return packetOf(sequence, Buffer.concat([Buffer.from([0xff, code & 0xff, code >> 8]), Buffer.from(text, 'utf8')]))
}

/** The answer to a client's first packet. */
export const tlsRequired = (): Buffer => errorPacket(2, 'This RDS Proxy requires TLS connections', TLS_REQUIRED)

export const accessDenied = (sequence: number, user: string): Buffer =>
  errorPacket(sequence, `Access denied for user '${user}'@'%' (using password: YES)`, ACCESS_DENIED, '28000')
