import type {Answer} from 'dns-packet'
import {expect} from 'chai'

import {resolve} from '../../../src/data-plane/dns/resolution.js'
import {alias, record, served, situation} from './records.js'

const zone = served(
  'example.com.',
  record('a.example.com.', 'A', ['10.0.0.1', '10.0.0.2']),
  record('a.example.com.', 'TXT', [String.raw`"one \"two\"" "\101"`]),
  record('six.example.com.', 'AAAA', ['2001:db8::1']),
  record('www.example.com.', 'CNAME', ['a.example.com']),
  record('out.example.com.', 'CNAME', ['d111.cloudfront.net.']),
  record('loop.example.com.', 'CNAME', ['loop.example.com.']),
  record('deep.below.example.com.', 'A', ['10.0.0.3']),
  record('*.wild.example.com.', 'A', ['10.0.0.4'], {TTL: 5}),
  record('sub.example.com.', 'NS', ['ns.elsewhere.net.']),
  alias('example.com.', 'A', 'a.example.com.'),
)

const ask = (name: string, type = 'A') => resolve(zone, name, type, situation())
const shown = (answers: readonly Answer[]): string[] =>
  answers.map(
    (one) => `${one.name} ${'ttl' in one ? one.ttl : ''} ${one.type} ${'data' in one ? String(one.data) : ''}`,
  )

describe('name servers of a zone', () => {
  it('answer each type with its values and time to live, under the name as it was asked', () => {
    expect(shown(ask('A.Example.com').answers)).to.deep.equal([
      'A.Example.com 60 A 10.0.0.1',
      'A.Example.com 60 A 10.0.0.2',
    ])
    expect(shown(ask('six.example.com', 'AAAA').answers)).to.deep.equal(['six.example.com 60 AAAA 2001:db8::1'])
    expect(shown(ask('a.example.com', 'TXT').answers)).to.deep.equal(['a.example.com 60 TXT one "two",A'])
    expect(ask('example.com', 'NS').answers).to.have.length(2)
    expect(ask('example.com', 'SOA').answers[0]).to.have.nested.property('data.minimum', 300)
  })

  it('answer an alias with the records of its target, as its own', () => {
    expect(shown(ask('example.com').answers)).to.deep.equal(['example.com 60 A 10.0.0.1', 'example.com 60 A 10.0.0.2'])
  })

  it('follow a CNAME within the zone, and leave one that leads outside to the client', () => {
    expect(shown(ask('www.example.com').answers)).to.deep.equal([
      'www.example.com 60 CNAME a.example.com',
      'a.example.com 60 A 10.0.0.1',
      'a.example.com 60 A 10.0.0.2',
    ])
    expect(shown(ask('www.example.com', 'CNAME').answers)).to.deep.equal(['www.example.com 60 CNAME a.example.com'])
    expect(shown(ask('out.example.com').answers)).to.deep.equal(['out.example.com 60 CNAME d111.cloudfront.net.'])
    expect(ask('loop.example.com').answers.length).to.be.within(1, 8)
  })

  it('say NXDOMAIN with the SOA, whose time to live is the less of two, for a name that there is not', () => {
    const {rcode, answers, authorities, authoritative} = ask('nobody.example.com')
    expect({rcode, answers, authoritative}).to.deep.equal({rcode: 'NXDOMAIN', answers: [], authoritative: true})
    expect(authorities[0]).to.include({type: 'SOA', name: 'example.com.', ttl: 300})
  })

  it('say NOERROR with the SOA for a type that there is not, and for a name with others below it', () => {
    for (const [name, type] of [
      ['a.example.com', 'AAAA'],
      ['a.example.com', 'MX'],
      ['below.example.com', 'A'],
    ] as const) {
      const {rcode, answers, authorities} = ask(name, type)
      expect({rcode, answers, soa: authorities[0]?.type}, name).to.deep.equal({
        rcode: 'NOERROR',
        answers: [],
        soa: 'SOA',
      })
    }
  })

  it('answer with a wildcard where no nearer name exists', () => {
    expect(shown(ask('any.wild.example.com').answers)).to.deep.equal(['any.wild.example.com 5 A 10.0.0.4'])
    expect(shown(ask('x.any.wild.example.com').answers)).to.deep.equal(['x.any.wild.example.com 5 A 10.0.0.4'])
    expect(ask('any.below.example.com').rcode).to.equal('NXDOMAIN')
  })

  it('refer to other name servers for what is delegated to them', () => {
    const {answers, authorities, authoritative} = ask('host.sub.example.com')
    expect({answers, authoritative}).to.deep.equal({answers: [], authoritative: false})
    expect(shown(authorities)).to.deep.equal(['sub.example.com. 60 NS ns.elsewhere.net.'])
  })
})
