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
      capacity: {min: 0.5, max: 8},
      instances: 2,
      zones: {'us-east-1': ['use1-az1', 'use1-az2']},
      warmUp: false,
      lockToEdge: false,
      route: 'keyvaluestore',
      pipeline: 'none',
    })
    expect(load({home: 'eu-west-1', protect: 'true', warmUp: 'true', lockToEdge: 'true'})).to.include({
      home: 'eu-west-1',
      protect: true,
      warmUp: true,
      lockToEdge: true,
    })
    expect(load({zones: '{"us-west-1": ["usw1-az1", "usw1-az3"]}'}).zones).to.deep.equal({
      'us-west-1': ['usw1-az1', 'usw1-az3'],
    })
    expect(load({capacity: '{"min": 1, "max": 2}', instances: '3', alarmEmail: 'a@example.com'})).to.deep.include({
      capacity: {min: 1, max: 2},
      instances: 3,
      alarmEmail: 'a@example.com',
    })
  })

  it('aws 1: takes the engine version that an upgrade has left, and none of another form', () => {
    expect(load({engineVersion: '8.0.mysql_aurora.3.10.5'})).to.include({engineVersion: '8.0.mysql_aurora.3.10.5'})
    for (const engineVersion of ['3.10.5', '8.0', '5.7.mysql_aurora.2.11.1'])
      expect(() => load({engineVersion})).to.throw('"engineVersion"')
  })

  it('takes a name of Route 53 with the id of its zone, and none that cannot be one', () => {
    const named = {route: 'route53', domain: 'api.example.com', hostedZone: 'Z1D633PJN98FT9'}
    expect(load(named)).to.include(named)
    expect(load({route: 'origin'})).not.to.have.property('domain')
    for (const domain of [undefined, 'example.com', 'API.example.com', 'api.example.com.', '*.example.com', 'a..b.com'])
      expect(() => load({...named, domain}), String(domain)).to.throw('"domain"')
    for (const hostedZone of [undefined, 'example.com'])
      expect(() => load({...named, hostedZone}), String(hostedZone)).to.throw('todo-dr deploy')
    expect(() => load({route: 'dns'})).to.throw('"route"')
    expect(() => load({...named, lockToEdge: true})).to.throw('"lockToEdge"')
  })

  it('aws 15: takes three ways to log in at the proxy, and no other', () => {
    for (const proxyAuth of ['secrets', 'both', 'iam']) expect(load({proxyAuth})).to.include({proxyAuth})
    for (const proxyAuth of ['IAM', true, ''])
      expect(() => load({proxyAuth}), String(proxyAuth)).to.throw('"proxyAuth"')
  })

  it('refuses what AWS would refuse much later, naming the key', () => {
    expect(() => load({app: 'To-Do'})).to.throw('"app"')
    expect(() => load({account: '1234'})).to.throw('"account"')
    expect(() => load({home: 'virginia'})).to.throw('"home"')
    expect(() => load({home: 'cn-north-1'})).to.throw('"home"')
    expect(() => load({away: 'us-east-1'})).to.throw('"away"')
    expect(() => load({protect: 'yes'})).to.throw('"protect"')
    for (const capacity of [{min: 0.7, max: 2}, {min: 4, max: 2}, {min: 0.5, max: 0.5}, {min: 1}, 'much', 3])
      expect(() => load({capacity}), JSON.stringify(capacity)).to.throw('"capacity"')
    for (const instances of [0, 5, 1.5, 'two']) expect(() => load({instances})).to.throw('"instances"')
    expect(load({backup: {retentionDays: 30}}).backup).to.deep.equal({retentionDays: 30, lock: 'governance'})
    expect(load({backup: '{"retentionDays": 7, "lock": "compliance"}'}).backup).to.include({lock: 'compliance'})
    for (const backup of [
      {},
      true,
      {retentionDays: 0},
      {retentionDays: 1.5},
      {retentionDays: '30'},
      {lock: 'governance'},
      {retentionDays: 30, lock: 'none'},
      {retentionDays: 30, days: 1},
    ])
      expect(() => load({backup}), JSON.stringify(backup)).to.throw('"backup"')
    expect(load({databaseInsights: 'advanced'})).to.include({databaseInsights: 'advanced'})
    for (const databaseInsights of ['Advanced', true, ''])
      expect(() => load({databaseInsights}), String(databaseInsights)).to.throw('"databaseInsights"')
    expect(() => load({alarmEmail: 'me'})).to.throw('"alarmEmail"')
    for (const zones of [
      {},
      {virginia: ['use1-az1', 'use1-az2']},
      {'us-east-1': ['use1-az1']},
      {'us-east-1': ['use1-az1', 'use1-az1']},
      {'us-east-1': ['us-east-1a', 'us-east-1b']},
      ['use1-az1', 'use1-az2'],
      'use1-az1',
    ])
      expect(() => load({zones}), JSON.stringify(zones)).to.throw('"zones"')
  })

  it('lower-cases names where buckets and domains want it, and refuses what Cognito reserves', () => {
    const names = namesOf(load({app: 'MyShop'}))
    expect(names.domainPrefix('us-east-1')).to.equal('myshop-000000000000-us-east-1')
    expect(names.leaseBucket('us-east-1')).to.equal('myshop-lease-000000000000-us-east-1')
    for (const app of ['MyAWSShop', 'amazonas', 'Cognito1']) expect(() => load({app}), app).to.throw(/reserves/)
  })

  it("keeps every name within its service's limit, for the longest app and region", () => {
    const app = 'A'.repeat(20)
    const region = 'ap-southeast-2'
    const names = namesOf(load({app, account: '123456789012', home: region, away: 'us-east-1'}))
    expect(names.leaseBucket(region).length).to.be.at.most(63)
    expect(names.logBucket(region).length).to.be.at.most(63)
    expect(names.instance(region, 4).length).to.be.at.most(63)
    expect(names.backupVault(region).length).to.be.at.most(50)
    expect(names.domainPrefix(region).length).to.be.at.most(63)
    expect(names.fn(region, 'CreateTableFunction').length).to.be.at.most(64)
    expect(names.readerEndpoint(region).length).to.be.at.most(60)
  })
})
