import type {RecordedType} from '../../cloudformation/recorded.js'

export const recorded: Readonly<Record<string, RecordedType>> = {
  'AWS::Logs::Delivery': {
    area: 'logs',
    ref: '{id:16}',
    attributes: {
      Arn: 'arn:aws:logs:{region}:{account}:delivery:{ref}',
      DeliveryDestinationType: 'CWL',
      DeliveryId: '{ref}',
    },
    createOnly: ['DeliverySourceName', 'DeliveryDestinationArn'],
    arn: 'logs:{region}:{account}:delivery:{ref}',
    tags: true,
  },
  'AWS::Logs::DeliveryDestination': {
    area: 'logs',
    ref: '{Name}',
    attributes: {Arn: 'arn:aws:logs:{region}:{account}:delivery-destination:{ref}', DeliveryDestinationType: 'CWL'},
    createOnly: ['DeliveryDestinationType', 'DestinationResourceArn', 'Name', 'OutputFormat'],
    arn: 'logs:{region}:{account}:delivery-destination:{ref}',
    tags: true,
  },
  'AWS::Logs::DeliverySource': {
    area: 'logs',
    ref: '{Name}',
    attributes: {Arn: 'arn:aws:logs:{region}:{account}:delivery-source:{ref}'},
    createOnly: ['Name'],
    arn: 'logs:{region}:{account}:delivery-source:{ref}',
    tags: true,
  },
  'AWS::Logs::LogGroup': {
    area: 'logs',
    ref: '{name}',
    attributes: {Arn: 'arn:aws:logs:{region}:{account}:log-group:{name}:*'},
    name: {property: 'LogGroupName', max: 512},
    createOnly: ['LogGroupName'],
    arn: 'logs:{region}:{account}:log-group:{name}',
    tags: true,
    checked: true,
  },
  'AWS::Logs::LogStream': {area: 'logs', ref: '{name}', name: {property: 'LogStreamName'}, createOnly: 'all'},
  'AWS::Logs::ResourcePolicy': {area: 'logs', ref: '{PolicyName}', createOnly: ['PolicyName']},
}
