import {expect} from 'chai'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {AwsRegionSettings} from '../../../src/adapters/aws/settings/index.js'
import {HOME, sampleDeployment} from '../../support/deployment.js'
import {serve} from '../../support/server.js'
import {thrownBy} from '../../support/thrown.js'

const CLUSTER = `<DescribeDBClustersResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBClustersResult><DBClusters><DBCluster>
<DBClusterIdentifier>todomgmt-us-east-1</DBClusterIdentifier><DBClusterParameterGroup>own</DBClusterParameterGroup>
<EnabledCloudwatchLogsExports><member>error</member><member>audit</member></EnabledCloudwatchLogsExports>
</DBCluster></DBClusters></DescribeDBClustersResult></DescribeDBClustersResponse>`
const INSTANCES = `<DescribeDBInstancesResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBInstancesResult><DBInstances/></DescribeDBInstancesResult></DescribeDBInstancesResponse>`

/** What EventBridge says: a rule that calls two functions, and a disabled one that calls the second of them too. */
const RULES: Record<string, {State: string; ScheduleExpression: string; calls: string[]}> = {
  'app-WarmUp-1': {State: 'ENABLED', ScheduleExpression: 'rate(5 minutes)', calls: ['UpsertToDos', 'GetToDos']},
  'app-Own-2': {State: 'DISABLED', ScheduleExpression: 'rate(1 hour)', calls: ['GetToDos']},
}
const arnOf = (name: string): string => `arn:aws:lambda:${HOME}:000000000000:function:ToDoMgmt-app-${HOME}-${name}`

function eventBridge(operation: string, {TargetArn, Name, Rule, NextToken}: Record<string, string>): object {
  if (operation === 'DescribeRule') return {Name, ...RULES[Name!]}
  if (operation === 'ListTargetsByRule')
    return {Targets: RULES[Rule!]!.calls.map((name) => ({Id: name, Arn: arnOf(name), Input: `{"warm":"${name}"}`}))}
  const names = Object.keys(RULES).filter((name) => RULES[name]!.calls.some((one) => arnOf(one) === TargetArn))
  return NextToken === undefined && names.length > 1
    ? {RuleNames: names.slice(0, 1), NextToken: 'more'}
    : {RuleNames: NextToken === undefined ? names : names.slice(1)}
}

describe('the settings of a region', () => {
  it('are, of what EventBridge calls by itself, named by the function, and say how to enable a rule again', async () => {
    const server = await serve(async ({body, headers}) => ({
      headers: {'content-type': 'application/x-amz-json-1.1'},
      body: JSON.stringify(
        eventBridge(String(headers['x-amz-target']).split('.')[1]!, JSON.parse(body) as Record<string, string>),
      ),
    }))
    const clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
    try {
      const found = await new AwsRegionSettings(clients, sampleDeployment()).items(HOME, 'schedules')
      expect(
        found.map(({name, settings: {state, schedule, input}, fixes}) => [name, state, schedule, input, fixes]),
      ).to.deep.equal([
        [`ToDoMgmt-app-${HOME}-UpsertToDos`, 'ENABLED', 'rate(5 minutes)', '{"warm":"UpsertToDos"}', undefined],
        [
          `ToDoMgmt-app-${HOME}-GetToDos`,
          'DISABLED',
          'rate(1 hour)',
          '{"warm":"GetToDos"}',
          {state: `aws events enable-rule --region ${HOME} --name app-Own-2`},
        ],
        [`ToDoMgmt-app-${HOME}-GetToDos 2`, 'ENABLED', 'rate(5 minutes)', '{"warm":"GetToDos"}', undefined],
      ])
    } finally {
      await clients.close()
      await server.close()
    }
  })

  it('are one failure where several reads fail at different times, and none is left without a listener', async () => {
    const server = await serve(async ({body, headers}) => {
      if (body.includes('Action=DescribeDBClusters&')) return {body: CLUSTER}
      if (body.includes('Action=DescribeDBInstances&')) return {body: INSTANCES}
      // The logs are refused at once, and the parameters later.
      const late = body.includes('Action=DescribeDBClusterParameters')
      await new Promise((resolve) => setTimeout(resolve, late ? 300 : 0))
      return {
        status: 400,
        headers: {'x-amzn-errortype': 'AccessDeniedException'},
        body: headers['content-type']?.includes('json')
          ? '{"__type": "AccessDeniedException", "message": "no"}'
          : '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
      }
    })
    const clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
    const unheard: unknown[] = []
    const hear = (reason: unknown): void => void unheard.push(reason)
    process.on('unhandledRejection', hear)
    try {
      const settings = new AwsRegionSettings(clients, sampleDeployment())
      expect(await thrownBy(settings.items(HOME, 'database'))).to.be.an('error')
      await new Promise((resolve) => setTimeout(resolve, 400))
      expect(unheard).to.deep.equal([])
    } finally {
      process.off('unhandledRejection', hear)
      await clients.close()
      await server.close()
    }
  })
})
