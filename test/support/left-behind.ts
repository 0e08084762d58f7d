/** What a stack that is gone has left of an application on the lab, protected where it can be: all that only a teardown deletes. */

import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  UpdateTerminationProtectionCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation'
import {PutObjectCommand, S3Client} from '@aws-sdk/client-s3'

import {labKeys, type LabAccess} from './lab.js'

const APP = 'ToDoMgmt'
const HOME = 'us-east-1'
const Tags = [{Key: 'todo-dr:app', Value: APP}]
const StackName = `${APP}-left`

const retained = (Type: string, Properties: object, more: object = {}): object => ({
  Type,
  DeletionPolicy: 'Retain',
  Properties,
  ...more,
})

const CLUSTER = {
  Engine: 'aurora-mysql',
  MasterUsername: 'admin',
  MasterUserPassword: 'a-password-1',
  ServerlessV2ScalingConfiguration: {MinCapacity: 0.5, MaxCapacity: 1},
  Tags,
}

const Resources = {
  Global: retained('AWS::RDS::GlobalCluster', {
    GlobalClusterIdentifier: 'todomgmt-left',
    Engine: 'aurora-mysql',
    DeletionProtection: true,
    Tags,
  }),
  Cluster: retained('AWS::RDS::DBCluster', {
    ...CLUSTER,
    DBClusterIdentifier: 'todomgmt-left',
    DeletionProtection: true,
  }),
  Instance: retained('AWS::RDS::DBInstance', {
    DBInstanceIdentifier: 'todomgmt-left-1',
    DBClusterIdentifier: {Ref: 'Cluster'},
    DBInstanceClass: 'db.serverless',
    Engine: 'aurora-mysql',
    Tags,
  }),
  Snapshotted: {
    Type: 'AWS::RDS::DBCluster',
    DeletionPolicy: 'Snapshot',
    Properties: {...CLUSTER, DBClusterIdentifier: 'todomgmt-gone', CopyTagsToSnapshot: true},
  },
  Bucket: retained('AWS::S3::Bucket', {BucketName: 'todomgmt-left', Tags}),
  Key: retained('AWS::KMS::Key', {KeyPolicy: {}, Tags}),
  Logs: retained('AWS::Logs::LogGroup', {LogGroupName: '/todomgmt/left', RetentionInDays: 30, Tags}),
  Secret: retained('AWS::SecretsManager::Secret', {
    Name: `${APP}/left`,
    SecretString: 'x',
    ReplicaRegions: [{Region: 'us-east-2'}],
    Tags,
  }),
  Pool: retained('AWS::Cognito::UserPool', {
    UserPoolName: 'left',
    DeletionProtection: 'ACTIVE',
    UserPoolTags: {'todo-dr:app': APP},
  }),
  Domain: retained('AWS::Cognito::UserPoolDomain', {UserPoolId: {Ref: 'Pool'}, Domain: 'todomgmt-left'}),
}

/** Beside the standing deployment, one stack of which is protected afterwards. */
export async function leaveBehind(lab: LabAccess): Promise<void> {
  const settings = {region: HOME, endpoint: lab.endpoint, credentials: labKeys(lab)}
  const client = new CloudFormationClient(settings)
  const wait = {client, maxWaitTime: 60, minDelay: 1, maxDelay: 1}
  const TemplateBody = JSON.stringify({Resources})
  const {StackId} = await client.send(new CreateStackCommand({StackName, TemplateBody, Tags}))
  await waitUntilStackCreateComplete(wait, {StackName: StackId})
  await new S3Client({...settings, forcePathStyle: true}).send(
    new PutObjectCommand({Bucket: 'todomgmt-left', Key: 'k', Body: 'x'}),
  )
  await client.send(new DeleteStackCommand({StackName}))
  await waitUntilStackDeleteComplete(wait, {StackName: StackId})
  const protect = {StackName: `${APP}-edge`, EnableTerminationProtection: true}
  await client.send(new UpdateTerminationProtectionCommand(protect))
}
