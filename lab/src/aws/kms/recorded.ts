import type {RecordedType} from '../../cloudformation/recorded.js'
import {scheduleDeletion} from './keys.js'

export const recorded: Readonly<Record<string, RecordedType>> = {
  'AWS::KMS::Alias': {area: 'keys', ref: '{AliasName}', createOnly: ['AliasName']},
  'AWS::KMS::Key': {
    area: 'keys',
    ref: '{uuid}',
    attributes: {Arn: 'arn:aws:kms:{region}:{account}:key/{ref}', KeyId: '{ref}'},
    arn: 'kms:{region}:{account}:key/{ref}',
    tags: true,
    retire: scheduleDeletion,
  },
  'AWS::KMS::ReplicaKey': {
    area: 'keys',
    ref: '{uuid}',
    attributes: {Arn: 'arn:aws:kms:{region}:{account}:key/{ref}', KeyId: '{ref}'},
    createOnly: ['PrimaryKeyArn'],
    arn: 'kms:{region}:{account}:key/{ref}',
    tags: true,
    retire: scheduleDeletion,
  },
}
