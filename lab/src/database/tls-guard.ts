import {Transform, type TransformCallback} from 'node:stream'

import {tlsRequired} from './error-packet.js'

const CLIENT_SSL = 0x8_00
/** Header and the client's capabilities. */
const NEEDED_BYTES = 6

/** Lets a client's bytes through if its first packet asks for TLS; else answers for the proxy that requires it. */
export class TlsGuard extends Transform {
  private state: 'asking' | 'open' | 'refused' = 'asking'
  private head = Buffer.alloc(0)

  constructor(private readonly refuse: (packet: Buffer) => void) {
    super()
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.state === 'asking') {
      this.head = Buffer.concat([this.head, chunk])
      if (this.head.length >= NEEDED_BYTES) this.decide()
    } else if (this.state === 'open') {
      this.push(chunk)
    }

    done()
  }

  private decide(): void {
    if (this.head.readUInt16LE(4) & CLIENT_SSL) {
      this.state = 'open'
      this.push(this.head)
      return
    }

    this.state = 'refused'
    this.refuse(tlsRequired())
  }
}
