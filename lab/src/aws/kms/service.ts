import type {
  DescribeKeyRequest,
  KeyMetadata,
  ListKeysRequest,
  ListResourceTagsRequest,
  ScheduleKeyDeletionRequest,
} from '@aws-sdk/client-kms'

import {ACCOUNT, fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {KEY_TYPES, scheduleDeletion} from './keys.js'
import {recordsOf, tagsOf, type ResourceRecord} from '../../cloudformation/records.js'
import {page} from '../by-region.js'
import {api} from './api.js'

/** KMS: the keys that templates made, and their end after a waiting time. They encrypt nothing. */
export class KmsService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation> = {
    DescribeKey: ({KeyId}: DescribeKeyRequest, {region}) => ({KeyMetadata: shown(this.find(KeyId, region))}),
    ListKeys: ({Limit = 100, Marker}: ListKeysRequest, {region}) => {
      const {items, next} = page(this.keys(region), Limit, Marker)
      const Keys = items.map(({physicalId, arn}) => ({KeyId: physicalId, KeyArn: arn}))
      return {Keys, NextMarker: next, Truncated: next !== undefined}
    },
    ListResourceTags: ({KeyId}: ListResourceTagsRequest, {region}) => ({
      Tags: tagsOf(this.find(KeyId, region)).map(({Key, Value}) => ({TagKey: Key, TagValue: Value})),
      Truncated: false,
    }),
    ScheduleKeyDeletion: ({KeyId, PendingWindowInDays = 30}: ScheduleKeyDeletionRequest, {region}) => {
      // An alias may be moved to another key: it names none that is to go (ScheduleKeyDeletion, KMS API reference).
      if (KeyId?.includes('alias/')) throw fault('NotFoundException', `Invalid keyId '${KeyId}'`)
      const key = this.find(KeyId, region)
      if (key.deletionDate) throw fault('KMSInvalidStateException', `${key.arn} is pending deletion.`)
      if (PendingWindowInDays < 7 || PendingWindowInDays > 30)
        throw fault('ValidationException', 'PendingWindowInDays must be between 7 and 30')
      const DeletionDate = scheduleDeletion(key, PendingWindowInDays)
      return {KeyId: key.arn, DeletionDate, KeyState: 'PendingDeletion', PendingWindowInDays}
    },
  }

  constructor(private readonly lab: Lab) {}

  private keys(region: string): ResourceRecord[] {
    return recordsOf(this.lab).inRegion(region, ...KEY_TYPES)
  }

  /** By id, ARN or alias. */
  private find(given: string | undefined, region: string): ResourceRecord {
    const name = given?.split(':').at(-1) ?? ''
    const alias = name.startsWith('alias/')
      ? recordsOf(this.lab).find(region, 'AWS::KMS::Alias', name)?.properties.TargetKeyId
      : undefined
    const id = String(alias ?? name)
      .split('/')
      .at(-1)
    const found = this.keys(region).find(({physicalId}) => physicalId === id)
    if (!found) throw fault('NotFoundException', `Key '${given}' does not exist`)
    return found
  }
}

const shown = ({physicalId, arn, properties, createdAt, deletionDate, type}: ResourceRecord): KeyMetadata => ({
  AWSAccountId: ACCOUNT,
  KeyId: physicalId,
  Arn: arn,
  CreationDate: createdAt,
  DeletionDate: deletionDate,
  Description: properties.Description ?? '',
  Enabled: deletionDate === undefined && properties.Enabled !== false,
  KeyState: deletionDate ? 'PendingDeletion' : properties.Enabled === false ? 'Disabled' : 'Enabled',
  KeyManager: 'CUSTOMER',
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeySpec: 'SYMMETRIC_DEFAULT',
  Origin: 'AWS_KMS',
  MultiRegion: properties.MultiRegion === true || type === 'AWS::KMS::ReplicaKey',
})
