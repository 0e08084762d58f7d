import {expect} from 'chai'
import {makeServices} from '../../src/aws/index.js'
import {HOME, startTestLab, type TestLab} from '../support/lab-data-plane.js'

const RESOURCES = {
  Alarm: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      MetricName: 'Errors',
      Namespace: 'AWS/Lambda',
      Period: 60,
      Statistic: 'Sum',
      Threshold: 1,
    },
  },
  Acl: {
    Type: 'AWS::WAFv2::WebACL',
    Properties: {
      DefaultAction: {Allow: {}},
      Scope: 'CLOUDFRONT',
      VisibilityConfig: {CloudWatchMetricsEnabled: false, MetricName: 'acl', SampledRequestsEnabled: false},
    },
  },
  Api: {Type: 'AWS::ApiGateway::RestApi', Properties: {Name: 'api'}},
  Bucket: {Type: 'AWS::S3::Bucket'},
  Code: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: {ZipFile: 'exports.handler = async () => 1'},
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/test',
      Runtime: 'nodejs22.x',
    },
  },
  Delivery: {
    Type: 'AWS::Logs::Delivery',
    Properties: {
      DeliveryDestinationArn: 'arn:aws:logs:us-east-1:000000000000:delivery-destination:d',
      DeliverySourceName: 'source',
    },
  },
  EdgeFunction: {
    Type: 'AWS::CloudFront::Function',
    Properties: {
      Name: 'edge',
      FunctionCode: 'function handler(event) { return event.request }',
      FunctionConfig: {Comment: '', Runtime: 'cloudfront-js-2.0'},
    },
  },
  Parameter: {Type: 'AWS::SSM::Parameter', Properties: {Type: 'String', Value: 'x'}},
  Parameters: {
    Type: 'AWS::RDS::DBClusterParameterGroup',
    Properties: {Description: 'd', Family: 'aurora-mysql8.0', Parameters: {max_connections: '50'}},
  },
  Pool: {Type: 'AWS::Cognito::UserPool', Properties: {UserPoolName: 'pool'}},
  Secret: {Type: 'AWS::SecretsManager::Secret', Properties: {SecretString: 's'}},
  Store: {Type: 'AWS::CloudFront::KeyValueStore', Properties: {Name: 'store'}},
  Subnets: {
    Type: 'AWS::RDS::DBSubnetGroup',
    Properties: {DBSubnetGroupDescription: 'd', SubnetIds: ['subnet-1', 'subnet-2']},
  },
  Topic: {Type: 'AWS::SNS::Topic'},
  Logs: {Type: 'AWS::Logs::LogGroup', Properties: {RetentionInDays: 1}},
}

describe('tags of a stack', () => {
  let test: TestLab

  before(async () => {
    test = await startTestLab([])
    for (const service of makeServices(test.lab)) test.lab.register(service)
  })

  after(() => test.stop())

  it('field report 17: reach every resource when they change, as they did when it was made', async () => {
    const listOf = (tags: Record<string, string>) => Object.entries(tags).map(([Key, Value]) => ({Key, Value}))
    const put = async (operation: string, tags: Record<string, string>): Promise<void> => {
      const input = {StackName: 'tagged', TemplateBody: JSON.stringify({Resources: RESOURCES}), Tags: listOf(tags)}
      const {StackId} = await test.lab.call('cloudformation', operation, input, HOME)
      const {status, reason} = await test.lab.service('cloudformation').settled(StackId, HOME)
      expect(status, reason)
        .to.match(/_COMPLETE$/)
        .and.not.match(/ROLLBACK/)
    }
    const found = (): Record<string, string> =>
      Object.fromEntries(
        test.lab.tagged(HOME).map(({arn, tags}) => [
          arn,
          tags
            .map(({Key, Value}) => `${Key}=${Value}`)
            .sort()
            .join(' '),
        ]),
      )

    await put('CreateStack', {app: 'demo', stays: 'yes', goes: 'soon'})
    const arns = Object.keys(found())
    expect(arns, 'each resource and the stack').to.have.length(Object.keys(RESOURCES).length + 1)
    await put('UpdateStack', {app: 'shop', stays: 'yes', comes: 'now'})
    expect(found()).to.deep.equal(Object.fromEntries(arns.map((arn) => [arn, 'app=shop comes=now stays=yes'])))
    await put('UpdateStack', {})
    expect(found()).to.deep.equal({})
  })
})
