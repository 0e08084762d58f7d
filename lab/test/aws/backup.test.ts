import {expect} from 'chai'

import {recorded} from '../../src/aws/backup/recorded.js'
import {recordedProvider} from '../../src/cloudformation/recorded.js'
import type {Properties, ResourceContext} from '../../src/cloudformation/provider.js'
import {recordsOf} from '../../src/cloudformation/records.js'
import type {Lab} from '../../src/kernel.js'

const REGION = 'us-east-2'
const VAULT = 'AWS::Backup::BackupVault'
const PLAN = 'AWS::Backup::BackupPlan'

describe('AWS Backup', () => {
  let context: ResourceContext

  beforeEach(() => {
    context = {lab: {} as Lab, region: REGION, stackName: 's', logicalId: 'L', stackId: '', allocated() {}} as never
  })

  const create = (type: string, properties: Properties) =>
    recordedProvider(type, recorded[type]!).create(properties, context)
  const refusal = async (type: string, properties: Properties): Promise<string> => {
    try {
      await create(type, properties)
    } catch (error) {
      return `${(error as {code: string}).code}: ${(error as Error).message}`
    }

    return 'was not refused'
  }
  const plan = (rule: object): Properties => ({
    BackupPlan: {BackupPlanName: 'p', BackupPlanRule: [{RuleName: 'r', TargetBackupVault: 'v', ...rule}]},
  })

  it('aws 15: keeps vaults and plans with their tags, as AWS names them', async () => {
    const vault = await create(VAULT, {BackupVaultName: 'v', BackupVaultTags: {owner: 'us'}})
    const arn = `arn:aws:backup:${REGION}:000000000000:backup-vault:v`
    expect(vault).deep.equal({physicalId: 'v', attributes: {BackupVaultArn: arn, BackupVaultName: 'v'}})
    const {physicalId, attributes} = await create(PLAN, {...plan({}), BackupPlanTags: {owner: 'us'}})
    expect(attributes).include({BackupPlanId: physicalId})
    const tags = [{Key: 'owner', Value: 'us'}]
    expect(recordsOf(context.lab).tagged(REGION)).deep.equal([
      {arn, tags},
      {arn: `arn:aws:backup:${REGION}:000000000000:backup-plan:${physicalId}`, tags},
    ])
    expect(await refusal(VAULT, {BackupVaultName: 'v'})).match(/^AlreadyExists/)
  })

  it('aws 15: refuses locks that AWS refuses, when they are made and when they are changed', async () => {
    const wrong = [
      {MinRetentionDays: 0},
      {MinRetentionDays: 36_501},
      {MinRetentionDays: 30, MaxRetentionDays: 29},
      {MinRetentionDays: 30, ChangeableForDays: 2},
    ]
    const changing = {BackupVaultName: 'changing', LockConfiguration: {MinRetentionDays: 1}}
    await create(VAULT, changing)
    const {update} = recordedProvider(VAULT, recorded[VAULT]!)
    for (const LockConfiguration of wrong) {
      expect(await refusal(VAULT, {BackupVaultName: 'v', LockConfiguration})).match(/^InvalidParameterValueException/)
      const changed = update!('changing', {...changing, LockConfiguration}, changing, context)
      expect(await changed.catch((error: {code: string}) => error.code)).equal('InvalidParameterValueException')
    }

    await create(VAULT, {BackupVaultName: 'v', LockConfiguration: {MinRetentionDays: 30, ChangeableForDays: 3}})
  })

  it('aws 15: refuses plans and selections that AWS refuses', async () => {
    expect(await refusal(PLAN, plan({}))).match(/vault v not found/)
    await create(VAULT, {BackupVaultName: 'v'})
    for (const rule of [
      {Lifecycle: {DeleteAfterDays: 0}},
      {Lifecycle: {DeleteAfterDays: 100, MoveToColdStorageAfterDays: 11}},
      {CopyActions: [{DestinationBackupVaultArn: 'a', Lifecycle: {DeleteAfterDays: 0}}]},
      {StartWindowMinutes: 59},
      {EnableContinuousBackup: true, Lifecycle: {DeleteAfterDays: 36}},
    ])
      expect(await refusal(PLAN, plan(rule)), JSON.stringify(rule)).match(/^InvalidParameterValueException/)
    await create(PLAN, plan({Lifecycle: {DeleteAfterDays: 101, MoveToColdStorageAfterDays: 11}}))

    const select = (more: object) =>
      refusal('AWS::Backup::BackupSelection', {
        BackupPlanId: 'p',
        BackupSelection: {SelectionName: 's', IamRoleArn: 'arn:aws:iam::000000000000:role/r', ...more},
      })
    expect(await select({})).match(/needs resources or conditions/)
    expect(await select({Resources: ['arn:aws:s3:::*-logs']})).match(/at the end/)
    expect(await select({Resources: ['arn:aws:rds:*:*:cluster:*']})).equal('was not refused')
  })
})
