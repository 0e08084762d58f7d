import type {AwsService} from '../aws-service.js'

/** SNS: topics are recorded and tell nobody. */
export const sns: AwsService = {
  recorded: {
    'AWS::SNS::Subscription': {
      area: 'monitoring',
      ref: '{TopicArn}:{uuid}',
      attributes: {Arn: '{ref}'},
      createOnly: ['Endpoint', 'Protocol', 'TopicArn'],
    },
    'AWS::SNS::Topic': {
      area: 'monitoring',
      ref: 'arn:aws:sns:{region}:{account}:{name}',
      attributes: {TopicArn: '{ref}', TopicName: '{name}'},
      name: {property: 'TopicName', max: 256},
      createOnly: ['TopicName', 'FifoTopic'],
      arn: 'sns:{region}:{account}:{name}',
      tags: true,
    },
    'AWS::SNS::TopicPolicy': {area: 'monitoring', ref: '{stack}-{logicalId}-{id:12}', attributes: {Id: '{ref}'}},
  },
}
