/**
 * How a client logs in at a proxy that judges tokens. TLS ends at the proxy, on both sides, so that it can read who logs in. Whoever has a
 * password there proves it to the database itself; anybody else is asked for a token, and the proxy logs in for those whose token is good.
 */

import {once} from 'node:events'
import type {Socket} from 'node:net'
import type {Duplex} from 'node:stream'
import {connect, createSecureContext, TLSSocket} from 'node:tls'

import {accessDenied, tlsRequired} from './error-packet.js'
import {
  askForText,
  asksForTls,
  isError,
  isOk,
  packetOf,
  payloadOf,
  readGreeting,
  readLogin,
  readText,
  sequenceOf,
} from './handshake.js'
import {nextPacket} from './packet-stream.js'

/** PEM. */
export interface Certificates {
  cert: Buffer
  key: Buffer
  /** Of the server's certificate. */
  ca: Buffer
}

export interface TokenLogin {
  certificates(): Promise<Certificates>
  /** Whether the proxy knows a password of this user. */
  hasPassword(user: string): Promise<boolean>
  /** The password with which the proxy logs in as this user; undefined where the token is not good. */
  passwordFor(user: string, token: string): Promise<string | undefined>
  /** What the database is told in place of a client's statement. */
  translate(sql: string): string
}

/** Both ends of a session that has begun. */
export interface Session {
  client: Duplex
  server: Duplex
}

/** Undefined where the client was refused, and told so. Rejects where one of the two ends the connection, or says what no login says. */
export async function logIn(client: Socket, server: Socket, login: TokenLogin): Promise<Session | undefined> {
  const greeting = await nextPacket(server)
  // Too many connections, for one.
  if (isError(greeting)) return void client.end(greeting)
  const {scramble, uncompressed} = readGreeting(greeting)
  client.write(uncompressed)
  const wish = await nextPacket(client)
  if (!asksForTls(wish)) return void client.end(tlsRequired())

  const certificates = await login.certificates()
  const safeClient = new TLSSocket(client, {isServer: true, secureContext: createSecureContext(certificates)})
  // Its errors end the session, as those of the socket below it do.
  safeClient.on('error', () => safeClient.destroy())
  server.write(wish)
  const safeServer = connect({socket: server, ca: certificates.ca, servername: 'localhost'})
  safeServer.on('error', () => safeServer.destroy())
  const [first] = await Promise.all([nextPacket(safeClient), once(safeServer, 'secureConnect')])
  const who = readLogin(first)
  if (await login.hasPassword(who.user)) {
    safeServer.write(first)
    return {client: safeClient, server: safeServer}
  }

  const sequence = sequenceOf(first)
  const deny = (at: number): undefined => void safeClient.end(accessDenied(at, who.user))
  if (!who.canSwitch) return deny(sequence + 1)
  safeClient.write(askForText(sequence + 1))
  const token = readText(await nextPacket(safeClient))
  const password = await login.passwordFor(who.user, token)
  if (password === undefined) return deny(sequence + 3)
  safeServer.write(who.withPassword(password, scramble))
  const answer = await nextPacket(safeServer)
  // A user who was made in another way is asked for something else.
  if (!isOk(answer) && !isError(answer)) return deny(sequence + 3)
  const told = packetOf(sequence + 3, payloadOf(answer))
  if (isError(answer)) return void safeClient.end(told)
  safeClient.write(told)
  return {client: safeClient, server: safeServer}
}
