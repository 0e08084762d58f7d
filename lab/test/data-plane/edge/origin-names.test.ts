import {expect} from 'chai'
import {OriginNames} from '../../../src/data-plane/edge/origin-names.js'
import {LabHosts} from '../../../src/hosts.js'

describe("the names of an edge's origins", () => {
  it('are followed through their CNAMEs, and an answer is kept for its time to live', () => {
    const hosts = new LabHosts()
    hosts.register('home.test', 'us-east-1', 1)
    hosts.register('away.test', 'us-east-2', 2)
    let target = 'home.test'
    let now = 0
    const records: Record<string, () => string> = {
      'api.test': () => target,
      'www.test': () => 'api.test',
      'loop.test': () => 'loop.test',
    }
    const cname = (name: string) => records[name] && {target: records[name](), ttlSeconds: 30}
    const names = new OriginNames(hosts, cname, () => now)
    const port = (name: string) => names.resolve(name)?.port
    expect(port('home.test')).to.equal(1)
    expect(port('www.test')).to.equal(1)
    target = 'away.test'
    now = 29_999
    expect(port('api.test')).to.equal(1)
    now = 30_000
    expect(port('www.test')).to.equal(2)
    expect(port('loop.test')).to.equal(undefined)
    expect(port('other.test')).to.equal(undefined)
  })
})
