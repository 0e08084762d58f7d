import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import {PassThrough} from 'node:stream'

import {expect} from 'chai'
import fc from 'fast-check'

import {
  askForText,
  asksForTls,
  MalformedPacket,
  packetOf,
  payloadOf,
  readGreeting,
  readLogin,
  readText,
  sequenceOf,
} from '../../src/database/handshake.js'
import {createTokenAccounts} from '../../src/database/mariadb/token-accounts.js'
import {nextPacket, Translator} from '../../src/database/packet-stream.js'

/** The client's own codec, which its package does not export. */
const load = createRequire(import.meta.url)
const packets = load(join(dirname(load.resolve('mysql2')), 'lib/packets/index.js'))
const CLIENT_FLAGS = (1 << 3) | (1 << 9) | (1 << 15) | (1 << 19)

const SCRAMBLE = Buffer.from('12345678abcdefghijkl')

/** As mysql2 writes it. */
function login(options: {user: string; database?: string; password?: string; flags?: number}): Buffer {
  const {user, database = 'todo', password = '', flags = CLIENT_FLAGS} = options
  const response = new packets.HandshakeResponse({
    flags,
    user,
    database,
    password,
    charsetNumber: 45,
    authPluginData1: SCRAMBLE.subarray(0, 8),
    authPluginData2: SCRAMBLE.subarray(8),
    authPluginName: 'mysql_native_password',
    connectAttributes: undefined,
  })
  const {buffer} = response.toPacket()
  return packetOf(2, buffer.subarray(4))
}

const text = fc.stringMatching(/^[a-z_0-9é]{1,16}$/)

describe('the login of a MySQL client', () => {
  it("aws 15: reads the user of mysql2's packet, and makes of it what mysql2 sends with a password", () => {
    fc.assert(
      fc.property(text, text, text, (user, database, password) => {
        const read = readLogin(login({user, database}))
        expect(read).to.include({user, canSwitch: true})
        expect(read.withPassword(password, SCRAMBLE)).to.deep.equal(login({user, database, password}))
      }),
    )
  })

  it('aws 15: answers any bytes with a login or with MalformedPacket', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 200}), (bytes) => {
        try {
          readLogin(packetOf(2, Buffer.from(bytes)))
        } catch (error) {
          expect(error).to.be.instanceOf(MalformedPacket)
        }
      }),
    )
  })

  it('aws 15: asks for a text in words that mysql2 understands', () => {
    const asked = askForText(3)
    expect(sequenceOf(asked)).to.equal(3)
    const reader = new packets.Packet(3, asked, 0, asked.length)
    reader.offset = 4
    expect(packets.AuthSwitchRequest.fromPacket(reader).pluginName).to.equal('mysql_clear_password')
    expect(readText(packetOf(4, Buffer.from('a token\0')))).to.equal('a token')
  })

  it('aws 15: takes compression out of a greeting, and nothing else', () => {
    const head = Buffer.concat([Buffer.from([10]), Buffer.from('10.11.0-MariaDB\0'), Buffer.from([1, 0, 0, 0])])
    const greeting = (capabilities: number): Buffer => {
      const flags = Buffer.from([capabilities, 0xff, 45, 2, 0, 0xff, 0xff, 21])
      const parts = [head, SCRAMBLE.subarray(0, 8), Buffer.alloc(1), flags, Buffer.alloc(10), SCRAMBLE.subarray(8)]
      return packetOf(0, Buffer.concat([...parts, Buffer.from('\0mysql_native_password\0')]))
    }
    const {scramble, uncompressed} = readGreeting(greeting(0xff))
    expect(scramble).to.deep.equal(SCRAMBLE)
    expect(uncompressed).to.deep.equal(greeting(0xdf))
  })

  it('tells a client that asks for TLS from one that does not', () => {
    expect(asksForTls(login({user: 'a', flags: CLIENT_FLAGS | (1 << 11)}))).to.equal(true)
    expect(asksForTls(login({user: 'a'}))).to.equal(false)
    expect(asksForTls(packetOf(1, Buffer.from([0xff])))).to.equal(false)
  })
})

describe('packets in a stream', () => {
  it('come whole however the bytes are cut, and what is behind them stays', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({maxLength: 300}), fc.nat({max: 320}), async (bytes, cut) => {
        const stream = new PassThrough()
        const wanted = packetOf(2, Buffer.from(bytes))
        const all = Buffer.concat([wanted, Buffer.from('behind')])
        stream.write(all.subarray(0, cut))
        stream.end(all.subarray(cut))
        expect(await nextPacket(stream)).to.deep.equal(wanted)
        expect(Buffer.concat(await stream.toArray()).toString()).to.equal('behind')
      }),
    )
  })

  it('reject where none comes', async () => {
    const stream = new PassThrough()
    stream.end(Buffer.from([5, 0, 0]))
    const error = await nextPacket(stream).catch((error_: Error) => error_)
    expect(error).to.be.instanceOf(Error).and.have.property('message', 'the connection has ended')
  })

  it('aws 15: are passed on as they are, but for the statements that make an account of AWS’s plugin', async () => {
    const {translate} = createTokenAccounts()
    const query = (sql: string): Buffer => packetOf(0, Buffer.concat([Buffer.from([3]), Buffer.from(sql)]))
    const through = async (packet: Buffer, cut: number): Promise<Buffer> => {
      const translator = new Translator(translate)
      translator.write(packet.subarray(0, cut))
      translator.end(packet.subarray(cut))
      return Buffer.concat(await translator.toArray())
    }

    await fc.assert(
      fc.asyncProperty(fc.string({unit: 'grapheme'}), fc.nat({max: 30}), async (sql, cut) => {
        expect(await through(query(sql), cut)).to.deep.equal(query(sql))
      }),
    )
    const written = "CREATE USER 'é'@'%' identified with AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"
    const told = payloadOf(await through(query(written), 9)).toString('utf8', 1)
    expect(told).to.match(
      /^CREATE USER 'é'@'%' IDENTIFIED VIA mysql_native_password USING '\*[\dA-F]{40}' REQUIRE SSL$/,
    )
    const data = packetOf(1, query(written))
    expect(await through(data, 3), 'no command').to.deep.equal(data)
  })
})
