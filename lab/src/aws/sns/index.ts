import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {SnsService} from './service.js'
import {POLICY, SUBSCRIPTION, TOPIC} from './topics.js'

/** SNS: topics are recorded, can be read, and tell nobody. */
export const sns: AwsService = {
  api,
  make: (lab) => new SnsService(lab),
  recorded: {
    [SUBSCRIPTION]: {
      area: 'monitoring',
      ref: '{TopicArn}:{uuid}',
      attributes: {Arn: '{ref}'},
      createOnly: ['Endpoint', 'Protocol', 'TopicArn'],
    },
    [TOPIC]: {
      area: 'monitoring',
      ref: 'arn:aws:sns:{region}:{account}:{name}',
      attributes: {TopicArn: '{ref}', TopicName: '{name}'},
      name: {property: 'TopicName', max: 256},
      createOnly: ['TopicName', 'FifoTopic'],
      arn: 'sns:{region}:{account}:{name}',
      tags: true,
    },
    [POLICY]: {area: 'monitoring', ref: '{stack}-{logicalId}-{id:12}', attributes: {Id: '{ref}'}},
  },
}
