import {GetResourcesCommand, ResourceGroupsTaggingAPIClient} from '@aws-sdk/client-resource-groups-tagging-api'
import {CloudWatchLogsClient, DeleteLogGroupCommand, DescribeLogGroupsCommand} from '@aws-sdk/client-cloudwatch-logs'
import {DescribeVpcsCommand, EC2Client} from '@aws-sdk/client-ec2'
import {DescribeKeyCommand, KMSClient, ScheduleKeyDeletionCommand} from '@aws-sdk/client-kms'
import {GetServiceQuotaCommand, ServiceQuotasClient} from '@aws-sdk/client-service-quotas'
import {expect} from 'chai'

import type {LocalLab} from '../../../src/lab.js'
import {CloudFormationService} from '../../../src/aws/cloudformation/service.js'
import {CloudWatchService} from '../../../src/aws/cloudwatch/service.js'
import {Ec2Service} from '../../../src/aws/ec2/service.js'
import {KmsService} from '../../../src/aws/kms/service.js'
import {LogsService} from '../../../src/aws/logs/service.js'
import {RdsService} from '../../../src/aws/rds/service.js'
import {S3Service} from '../../../src/aws/s3/service.js'
import {SecretsManagerService} from '../../../src/aws/secretsmanager/service.js'
import {ServiceQuotasService} from '../../../src/aws/servicequotas/service.js'
import {SsmService} from '../../../src/aws/ssm/service.js'
import {TaggingService} from '../../../src/aws/tagging/service.js'
import {providerOf} from '../../../src/aws/index.js'
import {AWAY, HOME, startTestLab, type TestLab} from '../../support/lab-data-plane.js'
import {keysOf} from '../../wire/support.js'

const Tags = [{Key: 'todo-dr:app', Value: 'demo'}]
const ALARM = {
  AlarmName: 'lag',
  Namespace: 'AWS/RDS',
  MetricName: 'AuroraGlobalDBRPOLag',
  Statistic: 'Maximum' as const,
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanThreshold' as const,
}
const FILTER = {Key: 'todo-dr:app', Values: ['demo']}

describe('the tag scan', () => {
  let test: TestLab
  let lab: LocalLab

  before(async () => {
    test = await startTestLab([SsmService, SecretsManagerService, S3Service, RdsService, CloudWatchService, Ec2Service])
    lab = test.lab
    for (const service of [
      new KmsService(lab),
      new LogsService(lab),
      new ServiceQuotasService(lab),
      new TaggingService(lab),
    ])
      lab.register(service)
    lab.register(new CloudFormationService(lab, providerOf))
  })

  after(() => test.stop())

  const settings = (region: string) => ({
    region,
    endpoint: lab.endpoint,
    credentials: keysOf(lab),
    maxAttempts: 1,
  })

  async function arns(region: string, ...types: string[]): Promise<string[]> {
    const client = new ResourceGroupsTaggingAPIClient(settings(region))
    const found: string[] = []
    let PaginationToken: string | undefined
    do {
      const ResourceTypeFilters = types.length > 0 ? types : undefined
      const input = {TagFilters: [FILTER], ResourceTypeFilters, ResourcesPerPage: 3, PaginationToken}
      const page = await client.send(new GetResourcesCommand(input))
      expect(page.ResourceTagMappingList!.length).to.be.at.most(3)
      found.push(...page.ResourceTagMappingList!.map(({ResourceARN}) => ResourceARN!))
      PaginationToken = page.PaginationToken || undefined
    } while (PaginationToken)
    return found
  }

  async function stack(region: string, name: string, Resources: object, act: 'CreateStack' | 'UpdateStack') {
    const input = {StackName: name, TemplateBody: JSON.stringify({Resources}), Capabilities: ['CAPABILITY_IAM']}
    await lab.call('cloudformation', act, input, region)
    return (lab.service('cloudformation') as CloudFormationService).settled(name, region)
  }

  it('lists what services hold, in its own region, page by page, and forgets what is deleted', async () => {
    await lab.call('ssm', 'PutParameter', {Name: '/a', Type: 'String', Value: 'v', Tags}, HOME)
    await lab.call('secretsmanager', 'CreateSecret', {Name: 's', SecretString: 'x', Tags}, HOME)
    await lab.call('s3', 'CreateBucket', {Bucket: 'a-bucket'}, HOME)
    await lab.call('s3', 'PutBucketTagging', {Bucket: 'a-bucket', Tagging: {TagSet: Tags}}, HOME)
    await lab.call('rds', 'CreateGlobalCluster', {GlobalClusterIdentifier: 'g', Engine: 'aurora-mysql', Tags}, HOME)
    await lab.call('monitoring', 'PutMetricAlarm', {...ALARM, Tags}, HOME)
    await lab.call('ssm', 'PutParameter', {Name: '/other', Type: 'String', Value: 'v'}, HOME)
    const all = await arns(HOME)
    expect(all.map((arn) => arn.split(':')[2])).to.have.members(['ssm', 'secretsmanager', 's3', 'rds', 'cloudwatch'])
    expect(await arns(AWAY)).to.deep.equal([])
    expect(await arns(HOME, 'rds:global-cluster', 's3')).to.have.lengthOf(2)
    expect(await arns(HOME, 'rds:cluster')).to.deep.equal([])

    await lab.call('ssm', 'DeleteParameter', {Name: '/a'}, HOME)
    await lab.call('secretsmanager', 'DeleteSecret', {SecretId: 's', ForceDeleteWithoutRecovery: true}, HOME)
    await lab.call('s3', 'DeleteBucket', {Bucket: 'a-bucket'}, HOME)
    await lab.call('rds', 'DeleteGlobalCluster', {GlobalClusterIdentifier: 'g'}, HOME)
    await lab.call('monitoring', 'DeleteAlarms', {AlarmNames: ['lag']}, HOME)
    expect(await arns(HOME)).to.deep.equal([])
  })

  it('goes on listing what a deleted stack retained, and a key until its end', async () => {
    const Resources = {
      Vpc: {Type: 'AWS::EC2::VPC', DeletionPolicy: 'Retain', Properties: {CidrBlock: '10.0.0.0/16', Tags}},
      Net: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: {Ref: 'Vpc'}, CidrBlock: '10.0.0.0/24', Tags}},
      Key: {Type: 'AWS::KMS::Key', Properties: {KeyPolicy: {}, PendingWindowInDays: 7, Tags}},
    }
    const made = await stack(AWAY, 'kept', Resources, 'CreateStack')
    expect(made.status, made.reason).to.equal('CREATE_COMPLETE')
    expect(await arns(AWAY)).to.have.lengthOf(3)
    await lab.call('cloudformation', 'DeleteStack', {StackName: 'kept'}, AWAY)
    await (lab.service('cloudformation') as CloudFormationService).settled(made.id, AWAY)
    const left = await arns(AWAY)
    expect(left.map((arn) => arn.split(':')[5]?.split('/')[0])).to.have.members(['vpc', 'key'])

    const {Vpcs} = await new EC2Client(settings(AWAY)).send(new DescribeVpcsCommand({}))
    expect(Vpcs).to.have.lengthOf(1)
    const keyArn = left.find((arn) => arn.includes(':key/'))!
    const kms = new KMSClient(settings(AWAY))
    const {KeyMetadata} = await kms.send(new DescribeKeyCommand({KeyId: keyArn}))
    expect(KeyMetadata).to.include({KeyState: 'PendingDeletion', Arn: keyArn})
    const days = (KeyMetadata!.DeletionDate!.getTime() - Date.now()) / 86_400_000
    expect(days).to.be.within(6.9, 7)
    const again = await kms.send(new ScheduleKeyDeletionCommand({KeyId: keyArn})).catch((error: unknown) => error)
    expect(again).to.include({name: 'KMSInvalidStateException'})

    await lab.call('ec2', 'DeleteVpc', {VpcId: Vpcs![0]!.VpcId}, AWAY)
    expect(await arns(AWAY)).to.deep.equal([keyArn])
  })

  it('lists log groups by prefix, page by page, and lets what was retained go by its own service', async () => {
    const names = ['/kept', '/kept/longer', '/other']
    const groups = names.map((LogGroupName, index) => [
      `G${index}`,
      {Type: 'AWS::Logs::LogGroup', DeletionPolicy: 'Retain', Properties: {LogGroupName, RetentionInDays: 30, Tags}},
    ])
    const made = await stack(AWAY, 'logs', Object.fromEntries(groups) as object, 'CreateStack')
    await lab.call('cloudformation', 'DeleteStack', {StackName: 'logs'}, AWAY)
    await (lab.service('cloudformation') as CloudFormationService).settled(made.id, AWAY)
    const logs = new CloudWatchLogsClient(settings(AWAY))
    const first = await logs.send(new DescribeLogGroupsCommand({logGroupNamePrefix: '/kept', limit: 1}))
    expect(first.logGroups).to.have.lengthOf(1)
    expect(first.logGroups![0]).to.include({logGroupName: '/kept', retentionInDays: 30})
    const {nextToken} = first
    const second = await logs.send(new DescribeLogGroupsCommand({logGroupNamePrefix: '/kept', limit: 1, nextToken}))
    expect(second.logGroups!.map(({logGroupName}) => logGroupName)).to.deep.equal(['/kept/longer'])
    expect(second.nextToken).to.equal(undefined)
    for (const logGroupName of names) await logs.send(new DeleteLogGroupCommand({logGroupName}))
    expect((await arns(AWAY)).filter((arn) => arn.includes(':logs:'))).to.deep.equal([])
    const again = await logs.send(new DeleteLogGroupCommand({logGroupName: '/kept'})).catch((error: unknown) => error)
    expect(again).to.include({name: 'ResourceNotFoundException'})
  })

  it('refuses what is there already by name, and a VPC beyond the quota', async () => {
    const group = {Type: 'AWS::Logs::LogGroup', DeletionPolicy: 'Retain', Properties: {LogGroupName: '/g', Tags}}
    const first = await stack(HOME, 'first', {Group: group}, 'CreateStack')
    expect(first.status).to.equal('CREATE_COMPLETE')
    const second = await stack(HOME, 'second', {Group: group}, 'CreateStack')
    expect(second.status).to.equal('ROLLBACK_COMPLETE')
    expect(
      second.events.some(({ResourceStatusReason = ''}) => ResourceStatusReason.includes('already exists')),
    ).to.equal(true)

    const quota = new GetServiceQuotaCommand({ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE'})
    const {Quota} = await new ServiceQuotasClient(settings(HOME)).send(quota)
    const vpcs = Array.from({length: Quota!.Value! + 1}, (_, index) => [
      `Vpc${index}`,
      {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: '10.0.0.0/16'}},
    ])
    const many = await stack(HOME, 'many', Object.fromEntries(vpcs) as object, 'CreateStack')
    expect(many.status).to.equal('ROLLBACK_COMPLETE')
    const reasons = many.events.map(({ResourceStatusReason}) => ResourceStatusReason ?? '')
    expect(reasons.some((reason) => reason.includes('The maximum number of VPCs has been reached'))).to.equal(true)
    const {Vpcs} = await new EC2Client(settings(HOME)).send(new DescribeVpcsCommand({}))
    expect(Vpcs ?? []).to.deep.equal([])
  })
})
