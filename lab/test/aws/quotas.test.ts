import {GetAccountSettingsCommand, LambdaClient, PutFunctionConcurrencyCommand} from '@aws-sdk/client-lambda'
import {CreateDBProxyCommand, DescribeAccountAttributesCommand, RDSClient} from '@aws-sdk/client-rds'
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ListServiceQuotasCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas'
import {expect} from 'chai'

import {adminHandler} from '../../src/admin.js'
import {Ec2Service} from '../../src/aws/ec2/service.js'
import {LambdaService} from '../../src/aws/lambda/service.js'
import {RdsService} from '../../src/aws/rds/service.js'
import {ServiceQuotasService} from '../../src/aws/servicequotas/service.js'
import {AWAY, createFunction, HOME, startTestLab, type TestLab} from '../support/lab-data-plane.js'
import {keysOf} from '../wire/support.js'

const CONCURRENCY = {ServiceCode: 'lambda', QuotaCode: 'L-B99A9384'}
const PROXIES = {ServiceCode: 'rds', QuotaCode: 'L-D94C7EA3'}
const VPCS = {ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE'}

describe('quotas', () => {
  let test: TestLab
  const clientOf = (region: string) => ({
    endpoint: test.lab.endpoint,
    region,
    credentials: keysOf(test.lab),
    maxAttempts: 1,
  })

  before(async () => {
    test = await startTestLab([LambdaService, RdsService, Ec2Service, ServiceQuotasService])
    test.lab.serve(
      '/_lab/',
      adminHandler(test.lab, () => undefined),
    )
  })

  after(() => test.stop())

  async function value(quota: {ServiceCode: string; QuotaCode: string}, region = HOME): Promise<number | undefined> {
    const {Quota} = await new ServiceQuotasClient(clientOf(region)).send(new GetServiceQuotaCommand(quota))
    return Quota!.Value
  }

  async function set(body: object): Promise<{status: number; error?: {code: string; message: string}}> {
    const answer = await fetch(`${test.lab.endpoint}/_lab/quotas`, {
      method: 'PUT',
      headers: {authorization: `Bearer ${keysOf(test.lab).secretAccessKey}`},
      body: JSON.stringify(body),
    })
    return {status: answer.status, ...((await answer.json()) as object)}
  }

  const failure = (promise: Promise<unknown>): Promise<Error> =>
    promise.then(
      () => expect.fail('it was not refused'),
      (error: Error) => error,
    )

  it('are AWS’s defaults at first', async () => {
    expect([await value(CONCURRENCY), await value(PROXIES), await value(VPCS)]).to.deep.equal([1000, 20, 5])
    const client = new ServiceQuotasClient(clientOf(HOME))
    const {Quotas} = await client.send(new ListServiceQuotasCommand({ServiceCode: 'rds'}))
    expect(Quotas!.map(({QuotaName}) => QuotaName)).to.deep.equal(['Proxies', 'Manual DB cluster snapshots'])
    const unknown = client.send(new GetServiceQuotaCommand({ServiceCode: 'lambda', QuotaCode: 'L-0'}))
    expect((await failure(unknown)).name).to.equal('NoSuchResourceException')
  })

  it('hold as the lab’s owner sets them, in one region', async () => {
    await createFunction(test.lab, 'f', 'export const handler = async () => 1')
    const quota = {region: HOME, serviceCode: 'lambda', code: 'L-B99A9384', value: 150}
    expect((await set(quota)).status).to.equal(200)
    expect([await value(CONCURRENCY), await value(CONCURRENCY, AWAY)]).to.deep.equal([150, 1000])
    const client = new ServiceQuotasClient(clientOf(HOME))
    const {Quota} = await client.send(new GetAWSDefaultServiceQuotaCommand(CONCURRENCY))
    expect(Quota!.Value, 'the default stays').to.equal(1000)

    const lambda = new LambdaClient(clientOf(HOME))
    const reserve = (ReservedConcurrentExecutions: number) =>
      lambda.send(new PutFunctionConcurrencyCommand({FunctionName: 'f', ReservedConcurrentExecutions}))
    expect((await failure(reserve(60))).message).to.include('below its minimum value of [100] (of 150)')
    await reserve(50)
    const {AccountLimit} = await lambda.send(new GetAccountSettingsCommand({}))
    expect(AccountLimit).to.deep.include({ConcurrentExecutions: 150, UnreservedConcurrentExecutions: 100})
  })

  it('of RDS are told with what is used of them', async () => {
    await set({region: AWAY, serviceCode: 'rds', code: 'L-9B510759', value: 7})
    const {AccountQuotas} = await new RDSClient(clientOf(AWAY)).send(new DescribeAccountAttributesCommand({}))
    expect(AccountQuotas).to.deep.equal([{AccountQuotaName: 'ManualClusterSnapshots', Used: 0, Max: 7}])
  })

  it('refuse what is beyond them', async () => {
    await set({region: AWAY, serviceCode: 'rds', code: 'L-D94C7EA3', value: 0})
    const proxy = new CreateDBProxyCommand({
      DBProxyName: 'p',
      EngineFamily: 'MYSQL',
      RoleArn: 'arn:aws:iam::000000000000:role/proxy',
      VpcSubnetIds: ['subnet-1', 'subnet-2'],
    })
    expect((await failure(new RDSClient(clientOf(AWAY)).send(proxy))).name).to.equal('DBProxyQuotaExceededFault')
  })

  it('are refused where they are none', async () => {
    const quota = {region: HOME, serviceCode: 'lambda', code: 'L-B99A9384', value: 1}
    expect((await set({...quota, code: 'L-0'})).error!.message).to.include('lambda L-B99A9384 (Concurrent executions)')
    for (const [more, code] of [
      [{region: 'eu-west-1'}, 'UnknownRegion'],
      [{value: -1}, 'InvalidQuota'],
      [{value: 1.5}, 'InvalidQuota'],
    ] as const)
      expect((await set({...quota, ...more})).error!.code).to.equal(code)
  })
})
