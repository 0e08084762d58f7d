import {expect} from 'chai'
import {mapOf} from '../../src/adapters/aws/map-format.js'
import {judge} from '../../src/adapters/aws/routing/route53-health-check.js'
import {Workshop, type Assembly, type Resource} from './support/assembly.js'

const [HOME, AWAY] = ['us-east-1', 'us-east-2']
const DOMAIN = 'api.example.com'
const ZONE = 'Z0123456789ABC'

/* eslint-disable @typescript-eslint/no-explicit-any -- templates are JSON of many shapes */

describe('the ways to send clients that the template makes', function () {
  this.timeout(60_000)
  const workshop = new Workshop()
  let named: Assembly
  let byOrigin: Assembly

  before(async () => {
    await workshop.prepare()
    named = workshop.synth({route: 'route53', domain: DOMAIN, hostedZone: ZONE})
    byOrigin = workshop.synth({route: 'origin'})
  })

  after(() => workshop.close())

  const only = (assembly: Assembly, stack: string, type: string): Resource => {
    const found = assembly.resources(`ToDoMgmt-${stack}`, type)
    expect(found, `${type} in ${stack}`).to.have.length(1)
    return found[0]!
  }
  const distribution = (assembly: Assembly): any =>
    only(assembly, 'edge', 'AWS::CloudFront::Distribution').properties.DistributionConfig

  /** What the program reads, with something in place of what only AWS knows. */
  function mapIn(assembly: Assembly): any {
    const {Value} = only(assembly, `directory-${AWAY}`, 'AWS::SSM::Parameter').properties
    const text = Value['Fn::Join'][1]
      .map((part: unknown) => (typeof part === 'string' ? part : 'https://made'))
      .join('')
    return mapOf(JSON.parse(text), 'the map')
  }

  describe('route53', () => {
    it('make each API answer to the name, by a certificate of its own region and no TLS before 1.2', () => {
      for (const region of [HOME, AWAY]) {
        const {properties: certificate} = only(named, `name-${region}`, 'AWS::CertificateManager::Certificate')
        expect(certificate).to.deep.include({
          DomainName: DOMAIN,
          ValidationMethod: 'DNS',
          DomainValidationOptions: [{DomainName: DOMAIN, HostedZoneId: ZONE}],
        })
        const name = only(named, `name-${region}`, 'AWS::ApiGateway::DomainName')
        expect(name.properties).to.deep.include({
          DomainName: DOMAIN,
          EndpointConfiguration: {Types: ['REGIONAL']},
          SecurityPolicy: 'TLS_1_2',
        })
        const {properties: mapping} = only(named, `name-${region}`, 'AWS::ApiGateway::BasePathMapping')
        expect(mapping).to.deep.include({DomainName: {Ref: name.id}, Stage: 'prod'})
      }
    })

    it('lead it by two failover records and a health check in which the route finds nothing wrong', () => {
      expect(named.resources(`ToDoMgmt-name-${HOME}`, 'AWS::Route53::RecordSet')).to.deep.equal([])
      const stack = `name-${AWAY}`
      const {id, properties: check} = only(named, stack, 'AWS::Route53::HealthCheck')
      const {properties: alarm} = only(named, stack, 'AWS::CloudWatch::Alarm')
      const records = named.resources(`ToDoMgmt-${stack}`, 'AWS::Route53::RecordSet').map(({properties}) => properties)
      expect(records.map(({Failover, SetIdentifier}) => [Failover, SetIdentifier])).to.deep.equal([
        ['PRIMARY', 'home'],
        ['SECONDARY', 'away'],
      ])
      expect(records[0].HealthCheckId).to.deep.equal({'Fn::GetAtt': [id, 'HealthCheckId']})
      for (const record of records) {
        expect(record).to.include({Name: DOMAIN, Type: 'CNAME', HostedZoneId: ZONE})
        expect(Number(record.TTL)).to.be.at.most(60)
      }
      const {HealthCheckConfig} = check
      const found = judge(
        {
          Id: 'x',
          CallerReference: 'x',
          HealthCheckVersion: 1,
          HealthCheckConfig: {...HealthCheckConfig, AlarmIdentifier: {Region: AWAY, Name: alarm.AlarmName}},
          CloudWatchAlarmConfiguration: alarm,
        } as never,
        {metric: {namespace: 'todo-dr', name: 'AwayServes', dimensions: {Route: DOMAIN}}, standby: AWAY!},
      )
      expect(found).to.deep.equal([])
      expect(HealthCheckConfig.AlarmIdentifier).to.include({Region: AWAY})
      expect(alarm.TreatMissingData).to.equal('ignore')
    })

    it('have the map say where the name leads, and the distribution follow the name', () => {
      const {route, edge} = mapIn(named)
      expect(edge.url).to.equal(`https://${DOMAIN}`)
      expect(route).to.deep.include({kind: 'route53', via: 'data-plane', hostedZoneId: ZONE, name: DOMAIN})
      expect(Object.keys(route.domains)).to.deep.equal([HOME, AWAY])
      const {Origins, DefaultCacheBehavior} = distribution(named)
      expect(Origins.map((one: any) => [one.DomainName, one.OriginPath])).to.deep.equal([[DOMAIN, undefined]])
      expect(DefaultCacheBehavior).not.to.have.property('FunctionAssociations')
      expect(named.all('AWS::CloudFront::KeyValueStore')).to.deep.equal([])
    })

    it('have a web ACL before each API, which clients reach without the edge', () => {
      for (const region of [HOME, AWAY]) {
        const {properties: acl} = only(named, `api-${region}`, 'AWS::WAFv2::WebACL')
        expect(acl.Scope).to.equal('REGIONAL')
        expect(acl.Rules).to.have.length(4)
        only(named, `api-${region}`, 'AWS::WAFv2::WebACLAssociation')
      }
    })
  })

  it('origin: both APIs are origins of the distribution, and no function chooses one', () => {
    expect(mapIn(byOrigin).route).to.deep.equal({kind: 'origin'})
    const {Origins, DefaultCacheBehavior} = distribution(byOrigin)
    expect(Origins.map(({Id}: {Id: string}) => Id)).to.deep.equal([HOME, AWAY])
    expect(DefaultCacheBehavior.TargetOriginId).to.equal(HOME)
    expect(byOrigin.all('AWS::CloudFront::Function')).to.deep.equal([])
  })
})
