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

  /** By id, ARN or alias. Source of the texts: answers of AWS that LocalStack has recorded in its tests of KMS. */
  private find(given = '', region: string): ResourceRecord {
    const parts = given.startsWith('arn:') ? given.split(':').slice(3) : [region, ACCOUNT, given]
    const [home = '', account, name = ''] = parts
    if (home !== region || account !== ACCOUNT) throw notFound(`Invalid arn ${home}`)
    const alias = recordsOf(this.lab).find(region, 'AWS::KMS::Alias', name)
    if (name.startsWith('alias/') && !alias)
      throw notFound(`Alias arn:aws:kms:${region}:${ACCOUNT}:${name} is not found.`)
    const id = String(alias?.properties.TargetKeyId ?? name)
      .split('/')
      .at(-1)!
    const found = this.keys(region).find(({physicalId}) => physicalId === id)
    if (found) return found
    const isId = /^(mrk-[\da-f]{32}|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})$/.test(id)
    throw notFound(isId ? `Key 'arn:aws:kms:${region}:${ACCOUNT}:key/${id}' does not exist` : `Invalid keyId '${id}'`)
  }
}

const notFound = (message: string): Error => fault('NotFoundException', message)

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
