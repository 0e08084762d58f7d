import {expect} from 'chai'

import {LabHosts} from '../src/hosts.js'

describe("the lab's names", () => {
  it('resolve without regard to case, the last registration standing', () => {
    const hosts = new LabHosts()
    hosts.register('Abc.us-east-1.rds.amazonaws.com', 'us-east-1', 1)
    hosts.register('abc.us-east-1.rds.amazonaws.com', 'us-east-1', 2)
    expect(hosts.resolve('ABC.us-east-1.rds.amazonaws.com')).to.deep.equal({port: 2, region: 'us-east-1'})
    expect(hosts.all()).to.have.length(1)
    hosts.unregister('abc.US-EAST-1.rds.amazonaws.com')
    expect(hosts.resolve('abc.us-east-1.rds.amazonaws.com')).to.equal(undefined)
  })

  it('of one region are its own alone: neither the other region’s nor global ones', () => {
    const hosts = new LabHosts()
    hosts.register('a', 'us-east-1', 1)
    hosts.register('b', 'us-east-2', 2)
    hosts.register('edge', undefined, 3)
    expect(hosts.ofRegion('us-east-1')).to.deep.equal({a: 1})
  })
})
