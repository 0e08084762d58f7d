import {expect} from 'chai'
import {CachedNames} from '../../../src/adapters/dns/cached-names.js'
import {askCname} from '../../../src/adapters/dns/query.js'
import {ZoneAnswers} from '../../../src/adapters/dns/zone.js'
import {LabAddresses} from '../../../src/adapters/http/address-book.js'
import {Unreachable} from '../../../src/errors.js'
import {serveDns} from '../../support/dns-server.js'
import type {TestDns} from '../../support/dns-server.js'
import {thrownBy} from '../../support/thrown.js'

const NAME = 'api.example.com'
const HOST = 'a1.execute-api.us-east-1.amazonaws.com'

describe('DNS', () => {
  let dns: TestDns

  beforeEach(async () => void (dns = await serveDns(() => ({target: `${HOST.toUpperCase()}.`, ttl: 60}))))

  afterEach(() => dns.close())

  describe('a question to one name server', () => {
    it('is answered with the target of the CNAME and its time to live', async () => {
      expect(await askCname(dns.server, NAME)).to.deep.include({target: HOST, ttlSeconds: 60})
    })

    it('is answered with no target where the name has no CNAME, or is not there', async () => {
      dns.answer = () => ({})
      expect(await askCname(dns.server, NAME)).to.not.have.property('target')
      dns.answer = () => 3
      expect(await askCname(dns.server, NAME)).to.not.have.property('target')
    })

    it('is sent again where a datagram is lost', async () => {
      let lost = 1
      const own = dns.answer
      dns.answer = (name) => (lost-- > 0 ? 'silent' : own(name))
      expect(await askCname(dns.server, NAME)).to.include({target: HOST})
      expect(dns.asked).to.have.length(2)
    })

    it('ends by its deadline, or with its caller', async () => {
      dns.answer = () => 'silent'
      expect(await thrownBy(askCname(dns.server, NAME))).to.be.instanceOf(Unreachable)
      const gaveUp = new AbortController()
      const asking = askCname(dns.server, NAME, {signal: gaveUp.signal})
      gaveUp.abort(new Error('enough'))
      expect(await thrownBy(asking)).to.include({message: 'enough'})
    })

    it('names a server that does not answer for the name', async () => {
      dns.answer = () => 5
      expect(await thrownBy(askCname(dns.server, NAME))).to.include({
        code: 'NameRefused',
        passing: true,
        message: `the name server 127.0.0.1 does not answer for ${NAME} (RCODE 5)`,
      })
    })
  })

  it('tells what the one name server says that is to be asked', async () => {
    expect([...(await new ZoneAnswers(NAME, dns.server).targets())]).to.deep.equal([HOST])
    dns.answer = () => 3
    expect([...(await new ZoneAnswers(NAME, dns.server).targets())]).to.deep.equal([undefined])
  })

  describe('names as clients see them', () => {
    const isHost = (name: string): boolean => name === HOST

    it('are kept for their time to live, and no longer but by a client that keeps them for a time of its own', async () => {
      let now = 0
      const clock = (): number => now
      const names = new CachedNames(dns.server, 0, clock)
      const late = new CachedNames(dns.server, 300, clock)
      dns.answer = () => ({target: HOST, ttl: 1})
      for (const each of [names, late]) expect(await each.follow(NAME, isHost)).to.equal(HOST)
      dns.answer = () => ({target: 'elsewhere.example.com', ttl: 1})
      expect(await names.follow(NAME, isHost)).to.equal(HOST)
      expect(dns.asked).to.have.length(2)
      now = 1050
      expect(await names.follow(NAME, isHost)).to.equal(undefined)
      expect(await late.follow(NAME, isHost)).to.equal(HOST)
    })

    it('lead through other names, and not in circles without end', async () => {
      const chain: Record<string, string> = {[NAME]: 'b.example.com', 'b.example.com': HOST}
      dns.answer = (name) => ({target: chain[name]})
      expect(await new CachedNames(dns.server).follow(NAME, isHost)).to.equal(HOST)
      dns.answer = (name) => ({target: name})
      expect(await new CachedNames(dns.server).follow(NAME, isHost)).to.equal(undefined)
    })

    it('of a lab lead to the port of a host, under the name that was asked for', async () => {
      const addresses = new LabAddresses(async () => [{hostname: HOST, port: 4242}], [], dns.server)
      expect(await addresses.locate(new URL(`https://${NAME}/prod/v1?a=1`))).to.deep.equal({
        origin: 'http://127.0.0.1:4242',
        path: '/prod/v1?a=1',
        host: NAME,
      })
      dns.answer = () => 5
      expect(await thrownBy(addresses.locate(new URL('https://other.example')))).to.include({
        message: 'other.example does not resolve on this lab',
      })
    })
  })
})
