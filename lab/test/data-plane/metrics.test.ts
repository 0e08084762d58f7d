import {CloudWatchClient, GetMetricDataCommand, ListMetricsCommand} from '@aws-sdk/client-cloudwatch'
import {expect} from 'chai'

import {ApiGatewayService} from '../../src/aws/apigateway/service.js'
import {CloudFrontService} from '../../src/aws/cloudfront/service.js'
import {CloudWatchService} from '../../src/aws/cloudwatch/service.js'
import {LambdaService} from '../../src/aws/lambda/service.js'
import {WafService} from '../../src/aws/wafv2/service.js'
import {createEdge, distributionConfig, startOrigin} from '../support/edge-bench.js'
import {
  AWAY,
  createApi,
  createFunction,
  HOME,
  http,
  invoke,
  startTestLab,
  type TestLab,
} from '../support/lab-data-plane.js'
import {keysOf} from '../wire/support.js'

const HANDLER = `export const handler = async (event) => {
  if (event.how === 'throw') throw new Error('on purpose')
  await new Promise((resolve) => setTimeout(resolve, event.ms ?? 0))
  return {statusCode: event.httpMethod === 'POST' ? 500 : 200, body: ''}
}`

describe('the metrics of the data planes', () => {
  let test: TestLab
  let client: CloudWatchClient

  before(async () => {
    test = await startTestLab([LambdaService, WafService, ApiGatewayService, CloudFrontService, CloudWatchService])
    client = new CloudWatchClient({
      endpoint: test.lab.endpoint,
      region: HOME,
      credentials: keysOf(test.lab),
      maxAttempts: 1,
    })
  })

  after(() => test.stop())

  /** Over all that has been measured. */
  async function value(Namespace: string, MetricName: string, Stat: string, dimensions: Record<string, string>) {
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({Name, Value}))
    const {MetricDataResults = []} = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(Date.now() - 3_600_000),
        EndTime: new Date(Date.now() + 60_000),
        MetricDataQueries: [
          {Id: 'one', MetricStat: {Metric: {Namespace, MetricName, Dimensions}, Period: 86_400, Stat}},
        ],
      }),
    )
    return MetricDataResults[0]!.Values![0]
  }

  it('count what functions do, each and all together', async () => {
    const functionArn = await createFunction(test.lab, 'counted', HANDLER)
    await createFunction(test.lab, 'other', HANDLER)
    const of = (name: string, stat = 'Sum') => value('AWS/Lambda', name, stat, {FunctionName: 'counted'})
    await Promise.all([invoke(test.lab, 'counted', {ms: 300}), invoke(test.lab, 'counted', {ms: 300})])
    await invoke(test.lab, 'counted', {how: 'throw'})
    await invoke(test.lab, 'other')
    await test.lab.call(
      'lambda',
      'PutFunctionConcurrency',
      {FunctionName: functionArn, ReservedConcurrentExecutions: 0},
      HOME,
    )
    const refused = await invoke(test.lab, 'counted').catch((error: {code: string}) => error.code)
    expect(refused).to.equal('TooManyRequestsException')

    expect(await of('Invocations'), 'a throttled call is no invocation').to.equal(3)
    expect(await of('Errors')).to.equal(1)
    expect(await of('Throttles')).to.equal(1)
    expect(await of('ConcurrentExecutions', 'Maximum')).to.equal(2)
    expect(await of('Duration', 'Maximum')).to.be.within(295, 20_000)
    expect(await of('Duration', 'SampleCount')).to.equal(3)
    expect(await value('AWS/Lambda', 'Invocations', 'Sum', {})).to.equal(4)
    expect(await value('AWS/Lambda', 'Throttles', 'Sum', {FunctionName: 'other'})).to.equal(0)
    const {Metrics = []} = await client.send(
      new ListMetricsCommand({Namespace: 'AWS/Lambda', Dimensions: [{Name: 'FunctionName', Value: 'counted'}]}),
    )
    expect(Metrics.map(({MetricName}) => MetricName)).to.have.members([
      'Invocations',
      'Errors',
      'Throttles',
      'Duration',
      'ConcurrentExecutions',
    ])
  })

  it('count what an edge answers, as shares', async () => {
    const [home, away] = await Promise.all([HOME, AWAY].map((region) => startOrigin(test.lab, region)))
    const edge = await createEdge(test.lab, distributionConfig(home!, away!))
    await http(`${edge.url}/`)
    home!.answer = (_, response) => response.writeHead(500).end()
    await http(`${edge.url}/`)
    await http(`${edge.url}/`)
    home!.answer = (_, response) => response.writeHead(404).end()
    // The edge keeps errors by their path.
    await http(`${edge.url}/other`)
    const of = (name: string, stat = 'Average') =>
      value('AWS/CloudFront', name, stat, {DistributionId: edge.id, Region: 'Global'})
    expect(await of('Requests', 'Sum')).to.equal(4)
    expect([await of('5xxErrorRate'), await of('4xxErrorRate'), await of('TotalErrorRate')]).to.deep.equal([50, 25, 75])
  })

  it('count what an API answers, and how fast', async () => {
    const api = await createApi(test.lab, await createFunction(test.lab, 'behind', HANDLER))
    const statuses = [
      await http(`${api.url}/v1`),
      await http(`${api.url}/none`),
      await http(`${api.url}/v1`, {method: 'POST'}),
    ]
    expect(statuses.map(({status}) => status)).to.deep.equal([200, 403, 500])
    for (const dimensions of [{ApiName: 'api'}, {ApiName: 'api', Stage: 'prod'}] as Record<string, string>[]) {
      const of = (name: string, stat = 'Sum') => value('AWS/ApiGateway', name, stat, dimensions)
      expect(await of('Count')).to.equal(3)
      expect(await of('4XXError')).to.equal(1)
      expect(await of('5XXError', 'Average')).to.equal(1 / 3)
      expect(await of('Latency', 'SampleCount')).to.equal(3)
      expect(await of('Latency', 'Maximum')).to.be.within(1, 20_000)
    }
  })
})
