import {expect} from 'chai'
import {loadConfig, namesOf, type Config} from '../../infra-template/lib/config.js'

const load = (override: Partial<Record<keyof Config, unknown>>): Config => loadConfig((key) => override[key])

describe('the configuration', () => {
  it('has the defaults of the file, each overridable by context', () => {
    expect(load({})).to.deep.equal({
      app: 'ToDoMgmt',
      account: '000000000000',
      home: 'us-east-1',
      away: 'us-east-2',
      protect: false,
    })
    expect(load({home: 'eu-west-1', protect: 'true'})).to.include({home: 'eu-west-1', protect: true})
  })

  it('refuses what AWS would refuse much later, naming the key', () => {
    expect(() => load({app: 'To-Do'})).to.throw('"app"')
    expect(() => load({account: '1234'})).to.throw('"account"')
    expect(() => load({home: 'virginia'})).to.throw('"home"')
    expect(() => load({away: 'us-east-1'})).to.throw('"away"')
  })

  it("keeps every name within its service's limit, for the longest app and region", () => {
    const app = 'A'.repeat(20)
    const region = 'ap-southeast-2'
    const names = namesOf({app, account: '123456789012', home: region, away: 'us-east-1', protect: false})
    expect(names.leaseBucket(region).length).to.be.at.most(63)
    expect(names.domainPrefix(region).length).to.be.at.most(63)
    expect(names.fn(region, 'CreateTableFunction').length).to.be.at.most(64)
    expect(names.readerEndpoint(region).length).to.be.at.most(60)
  })
})
