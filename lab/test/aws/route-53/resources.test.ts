import {expect} from 'chai'

import {CloudWatchService} from '../../../src/aws/cloudwatch/service.js'
import {CloudFormationService} from '../../../src/aws/cloudformation/service.js'
import {providerOf} from '../../../src/aws/index.js'
import {Route53Service} from '../../../src/aws/route-53/service.js'
import {testLab, type TestLab} from '../../wire/support.js'

const REGION = 'us-east-2'
const Name = 'api.example.com'
const ref = (Ref: string) => ({Ref})

const template = ({ttl = '5', path = '/health', failover = true, comment = 'first', team = 'a'} = {}) => ({
  Resources: {
    Zone: {
      Type: 'AWS::Route53::HostedZone',
      Properties: {
        Name: 'example.com',
        HostedZoneConfig: {Comment: comment},
        HostedZoneTags: [{Key: 'team', Value: team}],
      },
    },
    Check: {
      Type: 'AWS::Route53::HealthCheck',
      Properties: {
        HealthCheckConfig: {
          Type: 'HTTPS',
          FullyQualifiedDomainName: 'h.execute-api.us-east-1.amazonaws.com',
          ResourcePath: path,
        },
        HealthCheckTags: [{Key: 'team', Value: team}],
      },
    },
    Primary: {
      Type: 'AWS::Route53::RecordSet',
      Properties: {
        HostedZoneId: ref('Zone'),
        Name,
        Type: 'CNAME',
        TTL: ttl,
        ResourceRecords: ['h.execute-api.us-east-1.amazonaws.com'],
        ...(failover && {SetIdentifier: 'home', Failover: 'PRIMARY', HealthCheckId: ref('Check')}),
      },
    },
  },
  Outputs: {
    Zone: {Value: {'Fn::GetAtt': ['Zone', 'Id']}},
    Servers: {Value: {'Fn::Join': [',', {'Fn::GetAtt': ['Zone', 'NameServers']}]}},
    Check: {Value: {'Fn::GetAtt': ['Check', 'HealthCheckId']}},
    Record: {Value: ref('Primary')},
  },
})

describe('resource types of Route 53', () => {
  let test: TestLab
  let outputs: Record<string, string>

  beforeEach(async () => {
    test = await testLab(
      (lab) => new CloudWatchService(lab),
      (lab) => new Route53Service(lab),
      (lab) => new CloudFormationService(lab, providerOf),
    )
    await settle('CreateStack', template())
    const {Stacks} = await test.lab.call('cloudformation', 'DescribeStacks', {StackName: 'dns'}, REGION)
    outputs = Object.fromEntries(
      Stacks[0].Outputs.map((one: Record<string, string>) => [one.OutputKey, one.OutputValue]),
    )
  })

  afterEach(() => test.close())

  async function settle(operation: string, body: object, expected = /^(CREATE|UPDATE)_COMPLETE$/): Promise<void> {
    const input = {StackName: 'dns', TemplateBody: JSON.stringify(body)}
    await test.lab.call('cloudformation', operation, input, REGION)
    const {status, events} = await test.lab.service('cloudformation').settled('dns', REGION)
    expect(status, JSON.stringify(events)).to.match(expected)
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const call = (operation: string, input: object): Promise<any> =>
    test.lab.call('route53', operation, input, 'us-east-1')
  const record = async () =>
    (await call('ListResourceRecordSets', {HostedZoneId: outputs.Zone, StartRecordName: Name})).ResourceRecordSets[0]

  it('are made as the template says, and name themselves', async () => {
    expect(outputs.Servers!.split(',')).to.have.length(4)
    expect(outputs.Record).to.equal(Name)
    expect(await record()).to.deep.equal({
      Name: `${Name}.`,
      Type: 'CNAME',
      TTL: 5,
      SetIdentifier: 'home',
      Failover: 'PRIMARY',
      HealthCheckId: outputs.Check,
      ResourceRecords: [{Value: 'h.execute-api.us-east-1.amazonaws.com'}],
    })
    expect(test.lab.tagged('us-east-1').map(({tags}) => tags)).to.deep.equal([
      [{Key: 'team', Value: 'a'}],
      [{Key: 'team', Value: 'a'}],
    ])
  })

  it('change in place: time to live, path, comment and tags', async () => {
    await settle('UpdateStack', template({ttl: '9', path: '/other', comment: 'second', team: 'b'}))
    expect(await record()).to.include({TTL: 9})
    const {HealthCheck} = await call('GetHealthCheck', {HealthCheckId: outputs.Check})
    expect(HealthCheck).to.have.nested.property('HealthCheckConfig.ResourcePath', '/other')
    expect(HealthCheck).to.include({HealthCheckVersion: 2})
    const {HostedZone} = await call('GetHostedZone', {Id: outputs.Zone})
    expect(HostedZone.Config.Comment).to.equal('second')
    expect(test.lab.tagged('us-east-1')[0]!.tags).to.deep.equal([{Key: 'team', Value: 'b'}])
  })

  it('replace a record set whose identifier or policy changes in one batch', async () => {
    await settle('UpdateStack', template({failover: false}))
    expect(await record()).to.not.have.property('SetIdentifier')
  })

  it('show drift', async () => {
    const one = async (LogicalResourceId: string): Promise<string> => {
      const input = {StackName: 'dns', LogicalResourceId}
      const {StackResourceDrift} = await test.lab.call('cloudformation', 'DetectStackResourceDrift', input, REGION)
      return StackResourceDrift.StackResourceDriftStatus
    }
    expect([await one('Zone'), await one('Check'), await one('Primary')]).to.deep.equal([
      'IN_SYNC',
      'IN_SYNC',
      'IN_SYNC',
    ])
    const ResourceRecordSet = {...(await record()), TTL: 77}
    const ChangeBatch = {Changes: [{Action: 'UPSERT', ResourceRecordSet}]}
    await call('ChangeResourceRecordSets', {HostedZoneId: outputs.Zone, ChangeBatch})
    expect([await one('Check'), await one('Primary')]).to.deep.equal(['IN_SYNC', 'MODIFIED'])
  })

  it('are deleted whatever a record holds now', async () => {
    const ResourceRecordSet = {...(await record()), TTL: 77}
    await call('ChangeResourceRecordSets', {
      HostedZoneId: outputs.Zone,
      ChangeBatch: {Changes: [{Action: 'UPSERT', ResourceRecordSet}]},
    })
    const {Stacks} = await test.lab.call('cloudformation', 'DescribeStacks', {StackName: 'dns'}, REGION)
    await test.lab.call('cloudformation', 'DeleteStack', {StackName: 'dns'}, REGION)
    const {status, events} = await test.lab.service('cloudformation').settled(Stacks[0].StackId, REGION)
    expect(status, JSON.stringify(events)).to.equal('DELETE_COMPLETE')
    expect((await call('ListHostedZones', {})).HostedZones).to.deep.equal([])
    expect((await call('ListHealthChecks', {})).HealthChecks).to.deep.equal([])
  })

  describe('a certificate that a record proves', () => {
    const certificate = (DomainName: string, HostedZoneId: string): object => ({
      Resources: {
        Certificate: {
          Type: 'AWS::CertificateManager::Certificate',
          Properties: {
            DomainName,
            ValidationMethod: 'DNS',
            DomainValidationOptions: [{DomainName, HostedZoneId}],
          },
        },
      },
    })
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const stacks = (operation: string, input: object = {}): Promise<any> =>
      test.lab.call('cloudformation', operation, {StackName: 'proven', ...input}, REGION)
    const create = (DomainName: string, HostedZoneId: string): Promise<unknown> =>
      stacks('CreateStack', {TemplateBody: JSON.stringify(certificate(DomainName, HostedZoneId))})
    const ended = async (name = 'proven'): Promise<{status: string; said: string}> => {
      const {status, events} = await test.lab.service('cloudformation').settled(name, REGION)
      return {status, said: JSON.stringify(events)}
    }

    const proofs = async (HostedZoneId: string): Promise<string[]> => {
      const {ResourceRecordSets} = await call('ListResourceRecordSets', {HostedZoneId})
      const names = ResourceRecordSets.map((one: {Name: string}) => one.Name) as string[]
      return names.filter((name) => name.startsWith('_'))
    }

    /** A zone below that of the template, whose servers nobody names yet. */
    const below = async (): Promise<{id: string; servers: string[]}> => {
      const made = await call('CreateHostedZone', {Name: 'eu.example.com', CallerReference: 'below'})
      return {id: made.HostedZone.Id.replace('/hostedzone/', ''), servers: made.DelegationSet.NameServers}
    }

    const waiting = async (zone: string): Promise<void> => {
      await create('api.eu.example.com', zone)
      while ((await proofs(zone)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      const {Stacks} = await stacks('DescribeStacks')
      expect(Stacks[0].StackStatus).to.equal('CREATE_IN_PROGRESS')
    }

    it('is issued, with one record for a name and its wildcard, which outlives it', async () => {
      await create('example.com', outputs.Zone!)
      expect((await ended()).status).to.equal('CREATE_COMPLETE')
      const [proof, ...others] = await proofs(outputs.Zone!)
      expect(proof).to.match(/^_[\da-f]{32}\.example\.com\.$/)
      expect(others).to.deep.equal([])
      const TemplateBody = JSON.stringify(certificate('*.example.com', outputs.Zone!))
      await stacks('CreateStack', {StackName: 'wild', TemplateBody})
      expect((await ended('wild')).status).to.equal('CREATE_COMPLETE')
      await stacks('DeleteStack')
      await ended()
      expect(await proofs(outputs.Zone!)).to.deep.equal([proof])
    })

    it('waits until the zone above names the servers of its zone', async () => {
      const {id, servers} = await below()
      await waiting(id)
      const ResourceRecords = servers.map((Value) => ({Value}))
      const ResourceRecordSet = {Name: 'eu.example.com', Type: 'NS', TTL: 60, ResourceRecords}
      const ChangeBatch = {Changes: [{Action: 'CREATE', ResourceRecordSet}]}
      await call('ChangeResourceRecordSets', {HostedZoneId: outputs.Zone, ChangeBatch})
      const {status, said} = await ended()
      expect(status, said).to.equal('CREATE_COMPLETE')
    })

    it('waits half a day at most, and no longer than its stack is there', async () => {
      const {id} = await below()
      await waiting(id)
      test.lab.governance.clock.offsetMs = 13 * 3_600_000
      const {status, said} = await ended()
      expect(status, said).to.equal('ROLLBACK_COMPLETE')
      expect(said).to.contain('timed out')
      await stacks('DeleteStack')
      await ended()
      await waiting(id)
      await stacks('DeleteStack')
      expect((await ended()).status).to.equal('DELETE_COMPLETE')
    })

    it('is refused with its stack where there is no such zone', async () => {
      await create('api.example.org', 'ZNOTTHERE')
      const {status, said} = await ended()
      expect(status, said).to.equal('ROLLBACK_COMPLETE')
      expect(said).to.contain('ZNOTTHERE')
    })
  })
})
