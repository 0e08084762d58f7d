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

  it('are on the Internet where anybody may use them, whatever their region', () => {
    const hosts = new LabHosts()
    for (const [name, region] of [
      ['cognito-idp.us-east-2.amazonaws.com', 'us-east-2'],
      ['a.execute-api.us-east-1.amazonaws.com', 'us-east-1'],
      ['app.auth.us-east-2.amazoncognito.com', 'us-east-2'],
      ['proxy.us-east-2.rds.amazonaws.com', 'us-east-2'],
      ['cognito-idp.us-east-2.amazonaws.com.example', 'us-east-2'],
    ] as const)
      hosts.register(name, region, 1)
    expect(Object.keys(hosts.onInternet())).to.deep.equal([
      'cognito-idp.us-east-2.amazonaws.com',
      'a.execute-api.us-east-1.amazonaws.com',
      'app.auth.us-east-2.amazoncognito.com',
    ])
  })

  it('of one region are its own alone: neither the other region’s nor global ones', () => {
    const hosts = new LabHosts()
    hosts.register('a', 'us-east-1', 1)
    hosts.register('b', 'us-east-2', 2)
    hosts.register('edge', undefined, 3)
    expect(hosts.ofRegion('us-east-1')).to.deep.equal({a: 1})
  })

  it('are resolved as before for a while after they have changed, where answers are kept; a new name is seen at once', () => {
    let now = 0
    const hosts = new LabHosts(5000, () => now)
    hosts.register('a', 'us-east-1', 1)
    expect(hosts.resolve('a')?.port).to.equal(1)
    hosts.register('a', 'us-east-1', 2)
    hosts.register('b', 'us-east-1', 4)
    now = 4000
    hosts.register('a', 'us-east-1', 3)
    hosts.unregister('b')
    expect(hosts.resolve('a')?.port, 'the first answer, for its own time').to.equal(1)
    expect(hosts.ofRegion('us-east-1')).to.deep.equal({a: 1, b: 4})
    now = 5000
    expect(hosts.resolve('a')?.port).to.equal(3)
    expect(hosts.resolve('b')?.port).to.equal(4)
    now = 9000
    expect(hosts.all()).to.deep.equal([{hostname: 'a', region: 'us-east-1', port: 3}])
  })
})
