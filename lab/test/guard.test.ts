import {expect} from 'chai'

import {refusal} from '../src/guard.js'

const programs = {opensTo: 'programs'} as const
const anyone = {opensTo: 'anyone', serves: (hostname: string) => hostname === 'd111.cloudfront.net'} as const
const LOCAL = {host: '127.0.0.1:4566'}

describe('the door of a port', () => {
  for (const host of [
    '127.0.0.1',
    '127.0.0.1:4566',
    'localhost:4566',
    'LocalHost',
    '[::1]:4566',
    '000000000000.localhost:4566',
  ]) {
    it(`lets a program through that asks for ${host}`, () => {
      expect(refusal({host}, programs)).to.equal(undefined)
    })
  }

  for (const host of [
    'evil.example.com',
    'evil.example.com:4566',
    '127.0.0.1.evil.example.com',
    'localhost.evil.example.com',
    'evil-localhost',
    'localhost@evil.example.com',
    '127.0.0.1:4566.evil.example.com',
    '127.0.0.2',
    '0.0.0.0',
    '',
    undefined,
  ]) {
    it(`refuses the host ${host}, by which a page rebinds its own name`, () => {
      expect(refusal({host}, programs)).to.match(/host/)
      expect(refusal({host}, anyone)).to.match(/host/)
    })
  }

  for (const [what, headers] of Object.entries({
    'a page of another site': {origin: 'https://evil.example.com'},
    'a page of another port': {origin: 'http://localhost:3000'},
    'a page without an origin': {origin: 'null'},
    'an image or a form of another site': {'sec-fetch-site': 'cross-site'},
    'an image or a form of another port': {'sec-fetch-site': 'same-site'},
    'a page that the lab itself was made to serve': {'sec-fetch-site': 'same-origin'},
  })) {
    it(`refuses ${what}, but where AWS would hear it`, () => {
      expect(refusal({...LOCAL, ...headers}, programs)).to.match(/pages/)
      expect(refusal({...LOCAL, ...headers}, anyone)).to.equal(undefined)
    })
  }

  it('opens to an address that a person typed, and to a name of the port', () => {
    expect(refusal({...LOCAL, 'sec-fetch-site': 'none'}, programs)).to.equal(undefined)
    expect(refusal({host: 'D111.CloudFront.net:443'}, anyone)).to.equal(undefined)
    expect(refusal({host: 'd111.cloudfront.net'}, programs)).to.match(/host/)
  })
})
