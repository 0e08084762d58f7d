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

describe('the settings of a region', () => {
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
