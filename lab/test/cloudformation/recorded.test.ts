import {expect} from 'chai'
import type {Lab} from '../../src/kernel.js'
import {providerOf, RECORDED} from '../../src/aws/index.js'
import {recordedProvider} from '../../src/cloudformation/recorded.js'
import type {Properties, ResourceContext} from '../../src/cloudformation/provider.js'

const context = {
  region: 'us-east-2',
  stackName: 'app',
  stackId: 'id',
  logicalId: 'Thing',
  allocated() {},
} as unknown as ResourceContext

/** Without what its creation waits for. */
const create = (type: string, properties: Properties = {}) =>
  recordedProvider(type, {...RECORDED[type]!, made: undefined}).create(properties, {...context, lab: {} as Lab})

describe('recorded resource types', () => {
  it('fill every placeholder of every type', async () => {
    const properties = {
      VpcId: 'vpc-1',
      RouteTableId: 'rtb-1',
      AliasName: 'alias/a',
      PolicyName: 'p',
      Name: 'n',
      TopicArn: 'arn:aws:sns:us-east-2:000000000000:t',
      AvailabilityZone: 'us-east-2a',
      CidrBlock: '10.0.0.0/8',
      DomainName: 'example.com',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{DomainName: 'example.com', HostedZoneId: 'Z1'}],
    }
    for (const type of Object.keys(RECORDED)) {
      const {physicalId, attributes} = await create(type, properties)
      const all = [physicalId, ...Object.values(attributes ?? {})]
      for (const text of all) expect(text, type).match(/^[^{}]+$/)
    }
  })

  it('have ids in the shape of AWS', async () => {
    const shapes: Record<string, RegExp> = {
      'AWS::EC2::VPC': /^vpc-[0-9a-f]{17}$/,
      'AWS::EC2::Subnet': /^subnet-[0-9a-f]{17}$/,
      'AWS::EC2::SecurityGroup': /^sg-[0-9a-f]{17}$/,
      'AWS::KMS::Key': /^[0-9a-f]{8}-[0-9a-f-]{27}$/,
      'AWS::IAM::Role': /^app-Thing-[A-Z0-9]{12}$/,
      'AWS::Logs::LogGroup': /^app-Thing-[A-Z0-9]{12}$/,
    }
    for (const [type, shape] of Object.entries(shapes)) expect((await create(type)).physicalId).match(shape)
  })

  it('keep names and give attributes that name them', async () => {
    expect(await create('AWS::IAM::Role', {RoleName: 'r'})).deep.include({physicalId: 'r'})
    expect((await create('AWS::IAM::Role', {RoleName: 'r'})).attributes).include({
      Arn: 'arn:aws:iam::000000000000:role/r',
    })
    expect((await create('AWS::Logs::LogGroup', {LogGroupName: '/x'})).attributes).deep.equal({
      Arn: 'arn:aws:logs:us-east-2:000000000000:log-group:/x:*',
    })
    expect((await create('AWS::EC2::VPC', {CidrBlock: '10.20.0.0/16'})).attributes).include({CidrBlock: '10.20.0.0/16'})
    const key = await create('AWS::KMS::Key')
    expect(key.attributes).deep.equal({
      Arn: `arn:aws:kms:us-east-2:000000000000:key/${key.physicalId}`,
      KeyId: key.physicalId,
    })
  })

  it('are images’ repositories too, lower case as they must be', async () => {
    const {physicalId, attributes} = await create('AWS::ECR::Repository')
    expect(physicalId).match(/^app-thing-[a-z0-9]{12}$/)
    expect(attributes).deep.equal({
      Arn: `arn:aws:ecr:us-east-2:000000000000:repository/${physicalId}`,
      RepositoryUri: `000000000000.dkr.ecr.us-east-2.amazonaws.com/${physicalId}`,
    })
  })

  it('keep their ids and attributes over an update', async () => {
    const provider = recordedProvider('AWS::EC2::VPC', RECORDED['AWS::EC2::VPC']!)
    expect(await provider.update!('vpc-1', {}, {}, {...context, lab: {} as Lab})).deep.equal({physicalId: 'vpc-1'})
  })

  it('are told apart from unknown types, also by the names of Object’s own', () => {
    expect(providerOf('AWS::EC2::VPC')).not.equal(undefined)
    expect(providerOf('Custom::Anything')).not.equal(undefined)
    for (const type of ['AWS::EC2::Instance', 'constructor', 'toString']) expect(providerOf(type)).equal(undefined)
  })
})
