import {X509Certificate} from 'node:crypto'
import {once} from 'node:events'
import {mkdtemp, readFile, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {connect, createServer} from 'node:tls'
import type {AddressInfo} from 'node:net'

import {expect} from 'chai'

import type {Pki} from '../src/kernel.js'
import {createPki} from '../src/pki.js'

describe("the lab's certificate authority", () => {
  let folder: string
  let pki: Pki

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'todo-dr-pki-'))
    pki = await createPki(folder)
  })

  after(() => rm(folder, {recursive: true}))

  /** Undefined where the handshake was good, else the error's code. */
  async function handshake(servername: string): Promise<string | undefined> {
    const {certFile, keyFile} = await pki.issue('proxy', ['*.proxy-x.us-east-1.rds.amazonaws.com'])
    const server = createServer({cert: await readFile(certFile), key: await readFile(keyFile)})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const {port} = server.address() as AddressInfo
    const client = connect({host: '127.0.0.1', port, servername, ca: await readFile(pki.caFile)})
    try {
      await once(client, 'secureConnect')
      return undefined
    } catch (error) {
      return (error as NodeJS.ErrnoException).code
    } finally {
      client.destroy()
      server.close()
    }
  }

  it('makes certificates that clients verify in full, and for their names only', async () => {
    expect(await handshake('todomgmt.proxy-x.us-east-1.rds.amazonaws.com')).to.equal(undefined)
    expect(await handshake('127.0.0.1.invalid')).to.equal('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  it('makes servers that cannot issue certificates, for a month at most, with keys that are quick to make', async () => {
    const {certFile} = await pki.issue('proxy', ['*.proxy-x.us-east-1.rds.amazonaws.com'])
    const [authority, server] = [
      new X509Certificate(await readFile(pki.caFile)),
      new X509Certificate(await readFile(certFile)),
    ]
    expect([authority.ca, server.ca]).to.deep.equal([true, false])
    expect(server.checkIssued(authority) && server.verify(authority.publicKey)).to.equal(true)
    expect(server.publicKey.asymmetricKeyDetails).to.deep.equal({namedCurve: 'prime256v1'})
    expect(Date.parse(server.validTo) - Date.now()).to.be.within(29 * 86_400_000, 31 * 86_400_000)
  })

  it('keeps keys to their owner', async () => {
    const {keyFile} = await pki.issue('proxy', ['*.proxy-x.us-east-1.rds.amazonaws.com'])
    expect((await stat(keyFile)).mode & 0o777).to.equal(0o600)
  })

  it('issues a certificate once', async () => {
    const [one, two] = await Promise.all([pki.issue('same', ['a.test']), pki.issue('same', ['a.test'])])
    expect(one).to.equal(two)
  })

  it('takes no name that would leave the folder', async () => {
    const error = await pki.issue('../key', ['a.test']).catch((error_: Error) => error_.message)
    expect(error).to.contain('cannot be the name')
  })
})
