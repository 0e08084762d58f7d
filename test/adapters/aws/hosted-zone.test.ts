import {expect} from 'chai'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {freeName, zoneOf} from '../../../src/adapters/aws/hosted-zone.js'
import {serve} from '../../support/server.js'
import type {Asked, Reply, TestServer} from '../../support/server.js'
import {thrownBy} from '../../support/thrown.js'

const DOMAIN = 'api.shop.example.com'

interface Zone {
  id: string
  name: string
  isPrivate?: boolean
}

const xml = (body: string): Reply => ({
  headers: {'content-type': 'text/xml'},
  body: `<?xml version="1.0"?><Answer>${body}</Answer>`,
})
const described = ({id, name, isPrivate = false}: Zone): string =>
  `<HostedZone><Id>/hostedzone/${id}</Id><Name>${name}.</Name><CallerReference>c</CallerReference><Config><PrivateZone>${isPrivate}</PrivateZone></Config></HostedZone>`

describe('the hosted zone of a name', () => {
  let server: TestServer
  let clients: Clients
  let zones: Zone[]
  let records: string

  function answer({url}: Asked): Reply {
    const {pathname, searchParams} = new URL(url, 'http://server')
    if (pathname.endsWith('/hostedzonesbyname')) {
      const name = searchParams.get('dnsname')
      const listed = zones.filter((zone) => zone.name === name).map((zone) => described(zone))
      return xml(`<HostedZones>${listed.join('')}</HostedZones><IsTruncated>false</IsTruncated><MaxItems>20</MaxItems>`)
    }

    if (pathname.endsWith('/rrset')) return xml(`<ResourceRecordSets>${records}</ResourceRecordSets>`)
    const zone = zones.find(({id}) => pathname.endsWith(`/hostedzone/${id}`))
    if (zone)
      return xml(
        `${described(zone)}<DelegationSet><NameServers><NameServer>NS-1.example.</NameServer></NameServers></DelegationSet>`,
      )
    return {
      status: 404,
      headers: {'content-type': 'text/xml'},
      body: '<ErrorResponse><Error><Code>NoSuchHostedZone</Code><Message>no</Message></Error></ErrorResponse>',
    }
  }

  beforeEach(async () => {
    zones = [
      {id: 'Z1', name: 'example.com'},
      {id: 'Z2', name: 'shop.example.com'},
      {id: 'Z3', name: 'shop.example.com', isPrivate: true},
      {id: 'Z4', name: 'other.com'},
    ]
    records = ''
    server = await serve(answer)
    clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'a', secretAccessKey: 'b'}})
  })

  afterEach(async () => {
    await clients.close()
    await server.close()
  })

  it('is the public one with the longest name that the domain is in, or the one that is given', async () => {
    const found = {id: 'Z2', name: 'shop.example.com', nameServers: ['ns-1.example']}
    expect(await zoneOf(clients, DOMAIN, undefined, {})).to.deep.equal(found)
    expect(await zoneOf(clients, DOMAIN, 'example.com', {})).to.include({id: 'Z1'})
    expect(await zoneOf(clients, DOMAIN, 'Z1', {})).to.include({name: 'example.com'})
  })

  it('is refused where it is not ours, is of another name, private, one of two, or of the very name', async () => {
    for (const [given, why] of [
      ['Z9', /no hosted zone Z9/],
      ['nobody.example', /no public hosted zone nobody\.example/],
      ['Z4', /is that of other\.com/],
      ['Z3', /is private/],
    ] as const) {
      const error = await thrownBy(zoneOf(clients, DOMAIN, given, {}))
      expect(error, given).to.include({code: 'ZoneNotOurs', exit: 'usage'}).and.have.property('why').that.matches(why)
    }

    zones = [...zones, {id: 'Z5', name: 'shop.example.com'}]
    expect(await thrownBy(zoneOf(clients, DOMAIN, undefined, {})))
      .to.have.property('why')
      .that.contains('Z2, Z5')
    zones = [{id: 'Z6', name: DOMAIN}]
    expect(await thrownBy(zoneOf(clients, DOMAIN, undefined, {})))
      .to.have.property('why')
      .that.contains('CNAME')
    zones = []
    expect(await thrownBy(zoneOf(clients, DOMAIN, undefined, {})))
      .to.have.property('why')
      .that.contains('or of a name')
  })

  it('takes a name that is free or ours, and no other', async () => {
    const zone = {id: 'Z2', name: 'shop.example.com', nameServers: []}
    const record = (type: string, more = ''): string =>
      `<ResourceRecordSet><Name>${DOMAIN}.</Name><Type>${type}</Type>${more}</ResourceRecordSet>`
    records = `<ResourceRecordSet><Name>b.${DOMAIN}.</Name><Type>A</Type></ResourceRecordSet>`
    await freeName(clients, DOMAIN, zone, {})
    records = record('CNAME', '<SetIdentifier>home</SetIdentifier><Failover>PRIMARY</Failover>')
    await freeName(clients, DOMAIN, zone, {})
    for (const taken of [record('A'), record('CNAME', '<SetIdentifier>home</SetIdentifier><Weight>1</Weight>')]) {
      records = taken
      expect(await thrownBy(freeName(clients, DOMAIN, zone, {}))).to.include({code: 'NameTaken', exit: 'usage'})
    }
  })
})
