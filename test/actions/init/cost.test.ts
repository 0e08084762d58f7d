import {expect} from 'chai'
import {costMarkdown, dollars, estimate} from '../../../src/actions/init/cost.js'
import {footprintsOf} from '../../../src/actions/init/footprint.js'
import type {Footprint} from '../../../src/actions/init/footprint.js'
import {PRICES_DATE} from '../../../src/actions/init/prices.js'
import {DEFAULTS} from '../../../src/actions/init/settings.js'
import type {Settings} from '../../../src/actions/init/result.js'

const ONE: Footprint = {
  proxies: 1,
  endpointZones: 2,
  natGateways: 0,
  keys: 1,
  secrets: 2,
  webAcls: 0,
  webAclRules: 0,
  clients: 1,
  alarmMetrics: 3,
  dashboards: 1,
  flowLogs: 1,
}
const FOOTPRINT = {home: {...ONE, webAcls: 1, webAclRules: 3}, away: ONE}
const item = (settings: Settings, name: string, footprint = FOOTPRINT) =>
  estimate(settings, footprint).items.find((one) => one.item.startsWith(name))!

describe('the monthly estimate', () => {
  it('grows with capacity and instances, by list price', () => {
    expect(item({...DEFAULTS, instances: 1}, 'Aurora Serverless')).to.include({home: 43.8, away: 43.8})
    expect(item({...DEFAULTS, capacity: {min: 4, max: 8}, instances: 3}, 'Aurora Serverless').home).to.equal(1051.2)
  })

  it('aws 11: prices a rehearsal and production, whichever was chosen', () => {
    const totalOf = (min: number): string => dollars(estimate({...DEFAULTS, capacity: {min, max: 32}}, FOOTPRINT).total)
    for (const min of [0.5, 4, 8]) {
      const {remarks} = estimate({...DEFAULTS, capacity: {min, max: 32}}, FOOTPRINT)
      expect(remarks.join(' ')).to.contain(`${totalOf(0.5)} with at least 0.5 ACU (rehearsal)`)
      expect(remarks.join(' ')).to.contain(`${totalOf(8)} with at least 8 ACU (production)`)
    }
  })

  it('bills a proxy for eight units at least', () => {
    expect(item(DEFAULTS, 'RDS Proxy').home).to.equal(87.6)
    expect(item({...DEFAULTS, capacity: {min: 8, max: 8}}, 'RDS Proxy').home).to.equal(175.2)
  })

  it('has every item that stands still and is billed', () => {
    expect(item(DEFAULTS, 'Interface').home).to.equal(14.6)
    expect(item(DEFAULTS, 'KMS').home).to.equal(1)
    expect(item(DEFAULTS, 'Dashboards')).to.include({home: 3, away: 3})
    expect(item(DEFAULTS, 'Secrets').home).to.equal(0.8)
    expect(item(DEFAULTS, 'WAF')).to.include({home: 8, away: 0})
    expect(item(DEFAULTS, 'Cognito').home).to.equal(7.64)
    expect(item(DEFAULTS, 'Alarms').home).to.equal(0.3)
    expect(item(DEFAULTS, 'Logs').home).to.equal(1)
    expect(item(DEFAULTS, 'NAT', {...FOOTPRINT, home: {...ONE, natGateways: 2}}).home).to.equal(65.7)
    expect(item(DEFAULTS, 'Replicated')).to.include({home: 0, away: 0.4})
  })

  it('adds up, and says of what date it is', () => {
    const cost = estimate(DEFAULTS, FOOTPRINT)
    const sum = cost.items.reduce((all, {home, away}) => all + home + away, 0)
    expect(cost.total).to.be.closeTo(sum, 0.01)
    expect(cost.remarks.join(' ')).to.include(PRICES_DATE).and.include('from memory')
    expect(costMarkdown(cost, DEFAULTS)).to.include(`$${cost.total.toFixed(2)} in total`)
  })
})

describe('the footprint', () => {
  it('is counted in templates, a replica where it is kept, an expression by its metrics', () => {
    const found = footprintsOf([
      {
        region: 'r1',
        resources: {
          a: {Type: 'AWS::SecretsManager::Secret', Properties: {ReplicaRegions: [{Region: 'r2'}]}},
          b: {Type: 'AWS::EC2::VPCEndpoint', Properties: {VpcEndpointType: 'Interface', SubnetIds: [1, 2]}},
          c: {Type: 'AWS::EC2::VPCEndpoint', Properties: {VpcEndpointType: 'Gateway'}},
          d: {
            Type: 'AWS::CloudWatch::Alarm',
            Properties: {Metrics: [{Expression: 'a/b'}, {MetricStat: 1}, {MetricStat: 2}]},
          },
          e: {Type: 'AWS::CloudWatch::Alarm', Properties: {MetricName: 'x'}},
        },
      },
      {region: 'r2', resources: {w: {Type: 'AWS::WAFv2::WebACL', Properties: {Rules: [1, 2, 3]}}}},
    ])
    expect(found.r1).to.include({secrets: 1, endpointZones: 2, alarmMetrics: 3})
    expect(found.r2).to.include({secrets: 1, webAcls: 1, webAclRules: 3})
  })
})
