import {Transform, type Duplex, type TransformCallback} from 'node:stream'

import {packetBytes, packetOf, payloadOf, sequenceOf} from './handshake.js'

/** No packet of a login is as long. */
const MAX_LOGIN_BYTES = 65_536

/** The next packet of a stream that nobody else reads. What has come behind it stays in the stream, which is paused. Rejects where none comes. */
export function nextPacket(stream: Duplex): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let read = Buffer.alloc(0)
    const leave = (): void => {
      stream.pause()
      stream.off('data', onData)
      for (const event of ['end', 'close', 'error']) stream.off(event, onEnd)
    }
    const fail = (why: string): void => {
      leave()
      reject(new Error(why))
    }
    const onEnd = (): void => fail('the connection has ended')
    const onData = (chunk: Buffer): void => {
      read = Buffer.concat([read, chunk])
      const length = packetBytes(read)
      if (length === undefined) {
        if (read.length > MAX_LOGIN_BYTES) fail('the packet is too long')
        return
      }

      leave()
      if (read.length > length) stream.unshift(read.subarray(length))
      resolve(read.subarray(0, length))
    }

    if (stream.destroyed) return onEnd()
    for (const event of ['end', 'close', 'error']) stream.once(event, onEnd)
    stream.on('data', onData)
    stream.resume()
  })
}

/** The commands whose text is SQL: COM_QUERY and COM_STMT_PREPARE. */
const SQL = new Set([0x03, 0x16])

/** A client's packets, of which those that carry a statement are put into other words. */
export class Translator extends Transform {
  private rest = Buffer.alloc(0)

  /** `translate` gets and gives text of one byte a character. */
  constructor(private readonly translate: (sql: string) => string) {
    super()
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.rest = Buffer.concat([this.rest, chunk])
    for (let length = packetBytes(this.rest); length !== undefined; length = packetBytes(this.rest)) {
      this.push(this.translated(this.rest.subarray(0, length)))
      this.rest = this.rest.subarray(length)
    }

    done()
  }

  /** A command has the sequence number 0; what follows in the same conversation is data. */
  private translated(packet: Buffer): Buffer {
    const payload = payloadOf(packet)
    if (sequenceOf(packet) !== 0 || !SQL.has(payload[0]!)) return packet
    const sql = payload.toString('latin1', 1)
    const other = this.translate(sql)
    return other === sql ? packet : packetOf(0, Buffer.concat([payload.subarray(0, 1), Buffer.from(other, 'latin1')]))
  }
}
