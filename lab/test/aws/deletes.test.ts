/** Deletes and dry runs: none does more than AWS's. */

import {DeleteVpcCommand, DescribeVpcsCommand, EC2Client} from '@aws-sdk/client-ec2'
import {ScheduleKeyDeletionCommand, KMSClient} from '@aws-sdk/client-kms'
import {DeleteFunctionCommand, GetFunctionCommand, LambdaClient} from '@aws-sdk/client-lambda'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {CreateSecretCommand, DeleteSecretCommand, SecretsManagerClient} from '@aws-sdk/client-secrets-manager'
import {expect} from 'chai'

import {Ec2Service} from '../../src/aws/ec2/service.js'
import {KmsService} from '../../src/aws/kms/service.js'
import {LambdaService} from '../../src/aws/lambda/service.js'
import {S3Service} from '../../src/aws/s3/service.js'
import {SecretsManagerService} from '../../src/aws/secretsmanager/service.js'
import {recordsOf} from '../../src/cloudformation/records.js'
import {createFunction, HOME, startTestLab, type TestLab} from '../support/lab-data-plane.js'
import {keysOf} from '../wire/support.js'

/** An error as `name status: message`. */
const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'was not refused',
    (error: Error & {$metadata?: {httpStatusCode?: number}}) =>
      `${error.name} ${error.$metadata?.httpStatusCode}: ${error.message}`,
  )

describe('deletes and dry runs', () => {
  let test: TestLab
  const options = () => ({
    endpoint: test.lab.endpoint,
    region: HOME,
    credentials: keysOf(test.lab),
    maxAttempts: 1,
    forcePathStyle: true,
  })

  before(async () => {
    test = await startTestLab([Ec2Service, KmsService, LambdaService, S3Service, SecretsManagerService])
  })

  after(() => test.stop())

  it('aws 16: DeleteFunction with a qualifier does not delete the function', async () => {
    await createFunction(test.lab, 'kept', 'export const handler = async () => 1')
    const lambda = new LambdaClient(options())
    const remove = (input: {FunctionName: string; Qualifier?: string}) => lambda.send(new DeleteFunctionCommand(input))
    expect(await refusal(remove({FunctionName: 'kept', Qualifier: '7'}))).match(/^ResourceNotFoundException 404/)
    expect(await refusal(remove({FunctionName: 'kept:old'}))).equal(
      'InvalidParameterValueException 400: Deletion of aliases is not currently supported.',
    )
    expect(await refusal(remove({FunctionName: 'kept', Qualifier: '$LATEST'}))).equal(
      'InvalidParameterValueException 400: $LATEST version cannot be deleted without deleting the function.',
    )
    expect(await refusal(remove({FunctionName: 'kept:1', Qualifier: '2'}))).match(/^InvalidParameterValueException 400/)
    expect(await lambda.send(new GetFunctionCommand({FunctionName: 'kept'}))).nested.property('Configuration.Version')
    await remove({FunctionName: 'kept'})
    expect(await refusal(remove({FunctionName: 'kept'}))).match(/^ResourceNotFoundException 404/)
  })

  it('aws 16: a dry run of EC2 does nothing', async () => {
    const ec2 = new EC2Client(options())
    const VpcId = 'vpc-00000000000000001'
    recordsOf(test.lab).put({
      type: 'AWS::EC2::VPC',
      region: HOME,
      arn: undefined,
      physicalId: VpcId,
      properties: {CidrBlock: '10.0.0.0/16'},
      attributes: {},
      createdAt: new Date(),
    })
    const expected = 'DryRunOperation 412: Request would have succeeded, but DryRun flag is set.'
    expect(await refusal(ec2.send(new DeleteVpcCommand({VpcId, DryRun: true})))).equal(expected)
    expect(await refusal(ec2.send(new DescribeVpcsCommand({DryRun: true})))).equal(expected)
    expect((await ec2.send(new DescribeVpcsCommand({VpcIds: [VpcId]}))).Vpcs).length(1)
    await ec2.send(new DeleteVpcCommand({VpcId, DryRun: false}))
    expect((await ec2.send(new DescribeVpcsCommand({}))).Vpcs).length(0)
  })

  it('aws 16: DeleteSecret refuses options that exclude each other, and a second deletion', async () => {
    const secrets = new SecretsManagerClient(options())
    const remove = (input: object) => secrets.send(new DeleteSecretCommand({SecretId: 'kept', ...input}))
    await secrets.send(new CreateSecretCommand({Name: 'kept', SecretString: 'x'}))
    expect(await refusal(remove({ForceDeleteWithoutRecovery: true, RecoveryWindowInDays: 7}))).equal(
      "InvalidParameterException 400: You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    )
    for (const RecoveryWindowInDays of [6, 31])
      expect(await refusal(remove({RecoveryWindowInDays}))).match(/^InvalidParameterException 400/)
    await remove({RecoveryWindowInDays: 7})
    expect(await refusal(remove({RecoveryWindowInDays: 7}))).match(/^InvalidRequestException 400/)
    await remove({ForceDeleteWithoutRecovery: true})
  })

  it('aws 16: an alias does not schedule the deletion of its key', async () => {
    const kms = new KMSClient(options())
    const record = {region: HOME, arn: undefined, attributes: {}, createdAt: new Date()}
    recordsOf(test.lab).put({...record, type: 'AWS::KMS::Key', physicalId: 'the-key', properties: {}})
    recordsOf(test.lab).put({
      ...record,
      type: 'AWS::KMS::Alias',
      physicalId: 'alias/mine',
      properties: {TargetKeyId: 'the-key'},
    })
    const schedule = (KeyId: string) => kms.send(new ScheduleKeyDeletionCommand({KeyId, PendingWindowInDays: 7}))
    expect(await refusal(schedule('alias/mine'))).match(/^NotFoundException 400/)
    await schedule('the-key')
  })

  it('aws 16: a suspended bucket keeps its versions, a condition guards each object, and an owner its bucket', async () => {
    const s3 = new S3Client(options())
    const Bucket = 'kept-bucket'
    await s3.send(new CreateBucketCommand({Bucket}))
    const versioning = (Status: 'Enabled' | 'Suspended') =>
      s3.send(new PutBucketVersioningCommand({Bucket, VersioningConfiguration: {Status}}))
    await versioning('Enabled')
    const {VersionId} = await s3.send(new PutObjectCommand({Bucket, Key: 'k', Body: 'one'}))
    await versioning('Suspended')
    expect(await s3.send(new DeleteObjectCommand({Bucket, Key: 'k'}))).include({DeleteMarker: true, VersionId: 'null'})
    const {Versions, DeleteMarkers} = await s3.send(new ListObjectVersionsCommand({Bucket}))
    expect(Versions?.map((one) => one.VersionId)).deep.equal([VersionId])
    expect(DeleteMarkers?.map((one) => one.VersionId)).deep.equal(['null'])

    await s3.send(new PutObjectCommand({Bucket, Key: 'guarded', Body: 'two'}))
    const {Errors, Deleted} = await s3.send(
      new DeleteObjectsCommand({Bucket, Delete: {Objects: [{Key: 'guarded', ETag: '"other"'}, {Key: 'absent'}]}}),
    )
    expect(Errors).deep.equal([
      {
        Key: 'guarded',
        Code: 'PreconditionFailed',
        Message: 'At least one of the pre-conditions you specified did not hold',
      },
    ])
    expect(Deleted?.map(({Key}) => Key)).deep.equal(['absent'])
    const conditional = {Bucket, Key: 'guarded', IfMatchSize: 3}
    expect(await refusal(s3.send(new DeleteObjectCommand(conditional)))).match(/^NotImplemented 501/)
    expect(await (await s3.send(new GetObjectCommand({Bucket, Key: 'guarded'}))).Body!.transformToString()).equal('two')

    const ExpectedBucketOwner = '111122223333'
    for (const command of [
      new DeleteBucketCommand({Bucket, ExpectedBucketOwner}),
      new DeleteObjectCommand({Bucket, Key: 'guarded', ExpectedBucketOwner}),
    ])
      expect(await refusal(s3.send(command as DeleteBucketCommand))).match(/^AccessDenied 403/)
    await s3.send(new HeadBucketCommand({Bucket, ExpectedBucketOwner: '000000000000'}))
  })
})
