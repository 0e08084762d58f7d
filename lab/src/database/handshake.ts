/**
 * The packets by which a client of MySQL logs in, as a proxy reads and writes them: three bytes of length, a sequence number, and what is
 * in it. Source: "Connection Phase", MySQL internals; "Connection", MariaDB knowledge base.
 */

import {createHash} from 'node:crypto'

const HEAD_BYTES = 4
/** What a client and a server can do, as bits. */
const CAN = {
  connectWithDatabase: 1 << 3,
  compress: 1 << 5,
  tls: 1 << 11,
  secureConnection: 1 << 15,
  pluginAuth: 1 << 19,
  longAuthData: 1 << 21,
} as const

/** Of the login packet: capabilities, the largest packet, the character set, and what is reserved. */
const BEFORE_USER = 4 + 4 + 1 + 23
const SCRAMBLE_BYTES = 20
const NATIVE = 'mysql_native_password'
const CLEAR = 'mysql_clear_password'

export class MalformedPacket extends Error {}

/** Of the packet that begins here, its head included; undefined where it has not come as a whole. */
export function packetBytes(bytes: Buffer): number | undefined {
  if (bytes.length < HEAD_BYTES) return undefined
  const length = HEAD_BYTES + bytes.readUIntLE(0, 3)
  return bytes.length < length ? undefined : length
}

export const sequenceOf = (packet: Buffer): number => packet[3]!
export const payloadOf = (packet: Buffer): Buffer => packet.subarray(HEAD_BYTES)

export function packetOf(sequence: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUIntLE(payload.length, 0, 3)
  head[3] = sequence
  return Buffer.concat([head, payload])
}

export const isOk = (packet: Buffer): boolean => packet[HEAD_BYTES] === 0x00
export const isError = (packet: Buffer): boolean => packet[HEAD_BYTES] === 0xff

/** Reads one member after the other. */
class Reader {
  constructor(
    private readonly bytes: Buffer,
    private at = 0,
  ) {}

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new MalformedPacket('the packet is too short')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  /** Up to a zero byte, which is taken too. */
  text(): Buffer {
    const end = this.bytes.indexOf(0, this.at)
    if (end === -1) throw new MalformedPacket('a text has no end')
    const found = this.take(end - this.at)
    this.take(1)
    return found
  }

  /** A number of one, three or four bytes; a longer one fits in no packet of a login. */
  number(): number {
    const first = this.take(1)[0]!
    if (first < 0xfb) return first
    if (first === 0xfb || first > 0xfd) throw new MalformedPacket('a length is out of range')
    const size = first - 0xfa
    return this.take(size).readUIntLE(0, size)
  }

  rest(): Buffer {
    return this.bytes.subarray(this.at)
  }
}

/** What a server begins with. */
export interface Greeting {
  scramble: Buffer
  /** The same without compression, which RDS Proxy does not support ("Limitations for RDS Proxy with MySQL", Aurora user guide). */
  uncompressed: Buffer
}

/** Throws `MalformedPacket`. */
export function readGreeting(packet: Buffer): Greeting {
  const payload = payloadOf(packet)
  const reader = new Reader(payload)
  if (reader.take(1)[0] !== 10) throw new MalformedPacket('the server speaks another protocol')
  const version = reader.text()
  reader.take(4)
  const first = reader.take(8)
  reader.take(1)
  const uncompressed = Buffer.from(packet)
  // A version ends in a zero byte.
  const at = HEAD_BYTES + 1 + version.length + 1 + 4 + 8 + 1
  uncompressed[at] = uncompressed[at]! & ~CAN.compress
  // Capabilities, character set, status, capabilities, length of the scramble, and what is reserved.
  reader.take(2 + 1 + 2 + 2 + 1 + 10)
  const second = reader.take(SCRAMBLE_BYTES - first.length)
  return {scramble: Buffer.concat([first, second]), uncompressed}
}

/** A client begins with its capabilities, and goes on in TLS where it asks for it. */
export const asksForTls = (packet: Buffer): boolean =>
  packet.length >= HEAD_BYTES + 4 && (payloadOf(packet).readUInt32LE(0) & CAN.tls) !== 0

/** HandshakeResponse41. */
export interface Login {
  user: string
  /** Whether the server may ask for another way to prove who it is. */
  canSwitch: boolean
  /** The same login by a password. */
  withPassword(password: string, scramble: Buffer): Buffer
}

/** Throws `MalformedPacket`. */
export function readLogin(packet: Buffer): Login {
  const payload = payloadOf(packet)
  const reader = new Reader(payload)
  const start = reader.take(BEFORE_USER)
  const capabilities = start.readUInt32LE(0)
  const has = (bit: number): boolean => (capabilities & bit) !== 0
  const user = reader.text()
  if (has(CAN.longAuthData)) reader.take(reader.number())
  else if (has(CAN.secureConnection)) reader.take(reader.take(1)[0]!)
  else reader.text()
  const database = has(CAN.connectWithDatabase) ? [reader.text(), Buffer.alloc(1)] : []
  if (has(CAN.pluginAuth)) reader.text()
  const rest = reader.rest()
  const zero = Buffer.alloc(1)
  return {
    user: user.toString('utf8'),
    canSwitch: has(CAN.pluginAuth) && has(CAN.secureConnection),
    withPassword(password, scramble) {
      const answer = scrambled(password, scramble)
      const plugin = has(CAN.pluginAuth) ? [Buffer.from(`${NATIVE}\0`)] : []
      const parts = [start, user, zero, Buffer.from([answer.length]), answer, ...database, ...plugin, rest]
      return packetOf(sequenceOf(packet), Buffer.concat(parts))
    },
  }
}

/** Asks the client for a text, which it is to send as it is. */
export const askForText = (sequence: number): Buffer =>
  packetOf(sequence, Buffer.concat([Buffer.from([0xfe]), Buffer.from(`${CLEAR}\0`)]))

/** What the client answers to it. */
export function readText(packet: Buffer): string {
  const text = payloadOf(packet).toString('utf8')
  return text.endsWith('\0') ? text.slice(0, -1) : text
}

const sha1 = (...parts: (string | Buffer)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha1')).digest()

/** What mysql_native_password answers to a server's scramble. */
function scrambled(password: string, scramble: Buffer): Buffer {
  const once = sha1(password)
  const mask = sha1(scramble, sha1(once))
  return Buffer.from(once.map((byte, index) => byte ^ mask[index]!))
}

/** What mysql_native_password stores: a password of 192 random bits needs no slower hash. */
export const nativePasswordHash = (password: string): string => `*${sha1(sha1(password)).toString('hex').toUpperCase()}`
