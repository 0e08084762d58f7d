import {CloudFrontClient, GetDistributionCommand} from '@aws-sdk/client-cloudfront'
import {EC2Client, DescribeVpcsCommand} from '@aws-sdk/client-ec2'
import {LambdaClient, GetFunctionConcurrencyCommand} from '@aws-sdk/client-lambda'
import {DescribeGlobalClustersCommand, RDSClient} from '@aws-sdk/client-rds'
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {GetParameterCommand, PutParameterCommand, SSMClient} from '@aws-sdk/client-ssm'
import {AssumeRoleCommand, GetCallerIdentityCommand, STSClient} from '@aws-sdk/client-sts'
import {expect} from 'chai'

import {adminHandler} from '../../src/admin.js'
import type {RecordedCall} from '../../src/govern/calls.js'
import {Ec2Service} from '../../src/aws/ec2/service.js'
import {S3Service} from '../../src/aws/s3/service.js'
import {SsmService} from '../../src/aws/ssm/service.js'
import {IamService} from '../../src/aws/iam/service.js'
import {StsService} from '../../src/aws/sts/service.js'
import type {Service} from '../../src/kernel.js'
import {apiOf, keysOf, testLab, type TestLab} from '../wire/support.js'

const OPERATOR = {accessKeyId: 'operator', secretAccessKey: 'a-secret'}
const REGION = 'us-east-2'

/** A service that has one operation, which is never meant to be carried out. */
const named = (signingName: string, operation: string): Service => ({
  api: apiOf(signingName),
  operations: {[operation]: () => ({})},
})

interface AwsError extends Error {
  $metadata?: {httpStatusCode?: number; attempts?: number}
}

const failure = async (promise: Promise<unknown>): Promise<AwsError> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error as AwsError,
  )

describe('what the lab governs', () => {
  let test: TestLab

  beforeEach(async () => {
    test = await testLab(
      (lab) => new IamService(lab),
      (lab) => new StsService(lab),
      () => new SsmService(),
      (lab) => new S3Service(lab),
      (lab) => new Ec2Service(lab),
      () => named('rds', 'DescribeGlobalClusters'),
      () => named('lambda', 'GetFunctionConcurrency'),
      () => named('cloudfront', 'GetDistribution'),
    )
    test.lab.service('iam').addRole('cdk-deploy')
    test.lab.serve(
      '/_lab/',
      adminHandler(test.lab, () => undefined),
    )
  })

  afterEach(() => test.close())

  async function admin<T>(method: string, path: string, body?: object): Promise<{status: number; body: T}> {
    const headers = {authorization: `Bearer ${keysOf(test.lab).secretAccessKey}`}
    const answer = await fetch(`${test.lab.endpoint}/_lab/${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
    })
    return {status: answer.status, body: (await answer.json()) as T}
  }

  const calls = async (): Promise<RecordedCall[]> => (await admin<{calls: RecordedCall[]}>('GET', 'calls')).body.calls
  const ssm = (settings: object = {}) => new SSMClient({...test.client(REGION), ...settings})
  const s3 = (settings: object = {}) => new S3Client({...test.client(REGION), forcePathStyle: true, ...settings})
  const put = (Name: string) => new PutParameterCommand({Name, Value: 'v', Type: 'String', Overwrite: true})

  describe('the record', () => {
    it('says who called what with which permission on what, until it is told to forget', async () => {
      await ssm().send(put('/todo-dr/a'))
      await failure(ssm().send(new GetParameterCommand({Name: '/none'})))
      await new STSClient(test.client(REGION)).send(new GetCallerIdentityCommand({}))
      const found = await calls()
      expect(found).to.have.lengthOf(3)
      expect(found[0]).to.deep.include({
        accessKeyId: 'lab',
        caller: 'arn:aws:iam::000000000000:user/lab',
        service: 'ssm',
        operation: 'PutParameter',
        needs: [{action: 'ssm:PutParameter', resources: [`arn:aws:ssm:${REGION}:000000000000:parameter/todo-dr/a`]}],
        region: REGION,
        code: 'OK',
      })
      expect(found[1]).to.include({code: 'ParameterNotFound'})
      expect(found[2]).to.deep.include({service: 'sts', needs: []})
      await admin('DELETE', 'calls')
      expect(await calls()).to.deep.equal([])
    })

    it('knows the permissions that are not called as their operation', async () => {
      const client = s3()
      const Bucket = 'b-1'
      const CreateBucketConfiguration = {LocationConstraint: REGION} as const
      await client.send(new CreateBucketCommand({Bucket, CreateBucketConfiguration}))
      await client.send(new PutObjectCommand({Bucket, Key: 'k', Body: 'x'}))
      await client.send(new ListObjectsV2Command({Bucket}))
      await client.send(new DeleteObjectsCommand({Bucket, Delete: {Objects: [{Key: 'k'}]}}))
      const needs = (await calls()).flatMap((call) => call.needs)
      expect(needs).to.deep.equal([
        {action: 's3:CreateBucket', resources: ['arn:aws:s3:::b-1']},
        {action: 's3:PutObject', resources: ['arn:aws:s3:::b-1/k']},
        {action: 's3:ListBucket', resources: ['arn:aws:s3:::b-1']},
        {action: 's3:DeleteObject', resources: ['arn:aws:s3:::b-1/k']},
      ])
    })
  })

  describe('the weather', () => {
    it('throttles and fails at its rate, each service in its own words, and the same seed gives the same', async () => {
      await admin('PUT', 'weather', {throttleRate: 1})
      expect(await failure(ssm().send(put('/a')))).to.include({name: 'ThrottlingException'})
      expect(await failure(s3().send(new ListObjectsV2Command({Bucket: 'b-1'})))).to.include({name: 'SlowDown'})
      const rds = new RDSClient(test.client(REGION))
      expect(await failure(rds.send(new DescribeGlobalClustersCommand({})))).to.include({name: 'Throttling'})
      const lambda = new LambdaClient(test.client(REGION))
      const asked = lambda.send(new GetFunctionConcurrencyCommand({FunctionName: 'f'}))
      expect((await failure(asked)).$metadata?.httpStatusCode).to.equal(429)

      const codes: string[][] = []
      for (const seed of [7, 7, 8]) {
        await admin('PUT', 'weather', {throttleRate: 0.2, errorRate: 0.3, seed})
        await admin('DELETE', 'calls')
        for (let index = 0; index < 200; index++)
          await ssm()
            .send(put('/a'))
            .catch(() => undefined)
        codes.push((await calls()).map(({code}) => code))
      }

      const [first, second, third] = codes
      expect(first).to.deep.equal(second).and.not.deep.equal(third)
      const share = (code: string): number => first!.filter((one) => one === code).length / first!.length
      expect(share('ThrottlingException')).to.be.within(0.12, 0.28)
      expect(share('InternalFailure')).to.be.within(0.2, 0.4)
    })

    it('loses the answers of half of the calls that fail, which have acted', async () => {
      await admin('PUT', 'weather', {errorRate: 1, seed: 7})
      const names = Array.from({length: 60}, (_, index) => `/p/${index}`)
      for (const name of names) await failure(ssm().send(put(name)))
      await admin('PUT', 'weather', {})
      const there = await Promise.all(
        names.map((Name) =>
          ssm()
            .send(new GetParameterCommand({Name}))
            .then(
              () => true,
              () => false,
            ),
        ),
      )
      expect(there.filter(Boolean).length).to.be.within(15, 45)
    })

    it('is borne by the SDK’s own retries', async () => {
      await admin('PUT', 'weather', {throttleRate: 0.3, errorRate: 0.1, seed: 3})
      for (let index = 0; index < 10; index++) await ssm({maxAttempts: 10}).send(put('/a'))
    }).timeout(60_000)

    it('refuses rates that are none', async () => {
      for (const body of [{throttleRate: -1}, {errorRate: 'x'}, {throttleRate: 0.6, errorRate: 0.6}, {seed: 1.5}])
        expect((await admin('PUT', 'weather', body)).status).to.equal(400)
    })
  })

  it('has a clock of its own: beyond five minutes signatures are refused, and the SDK corrects itself', async () => {
    expect((await admin('PUT', 'clock', {offsetSeconds: 'x'})).status).to.equal(400)
    await admin('PUT', 'clock', {offsetSeconds: 280})
    await ssm().send(put('/a'))
    await admin('PUT', 'clock', {offsetSeconds: 400})
    const refused = await failure(ssm().send(put('/a')))
    expect(refused).to.include({name: 'InvalidSignatureException'})
    expect(refused.message).to.match(/Signature expired/)
    const {$metadata} = await ssm({maxAttempts: 3}).send(put('/a'))
    expect($metadata.attempts).to.equal(2)
    const {headers} = await fetch(`${test.lab.endpoint}/`, {headers: {authorization: 'x'}})
    expect((Date.parse(headers.get('date')!) - Date.now()) / 1000).to.be.within(390, 401)
    await admin('PUT', 'clock', {offsetSeconds: 0})
  })

  for (const offsetSeconds of [7200, -7200])
    it(`field report 9: tells every time that is held against a Date by one clock, which is off by ${offsetSeconds} s`, async () => {
      await admin('PUT', 'clock', {offsetSeconds})
      const client = s3({maxAttempts: 3})
      const there = (): number => Date.now() + offsetSeconds * 1000
      try {
        await client.send(
          new CreateBucketCommand({Bucket: 'kept', CreateBucketConfiguration: {LocationConstraint: REGION}}),
        )
        const before = there()
        await client.send(new PutObjectCommand({Bucket: 'kept', Key: 'k', Body: 'x'}))
        const after = there()
        const {LastModified} = await client.send(new GetObjectCommand({Bucket: 'kept', Key: 'k'}))
        // In whole seconds.
        expect(LastModified!.getTime()).to.be.within(before - 1000, after)
      } finally {
        client.destroy()
        await admin('PUT', 'clock', {offsetSeconds: 0})
      }
    })

  describe('IAM', () => {
    const allow = (...Action: string[]) => ({
      Version: '2012-10-17',
      Statement: [{Effect: 'Allow', Action, Resource: '*'}],
    })

    it('registers no principals where it enforces nothing', async () => {
      const {status, body} = await admin<{error: {code: string}}>('PUT', 'principals', {
        ...OPERATOR,
        policies: [allow('*')],
      })
      expect(status).to.equal(409)
      expect(body.error.code).to.equal('IamNotEnforced')
    })

    describe('enforced', () => {
      beforeEach(() => {
        Object.assign(test.lab.governance, {enforcesIam: true})
      })

      const be = async (policy: object, more: object = {}): Promise<void> => {
        expect((await admin('PUT', 'principals', {...OPERATOR, policies: [policy], ...more})).status).to.equal(200)
      }

      it('lets a principal do what its policy allows, and the lab’s own key everything', async () => {
        await be({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Action: 'ssm:PutParameter',
            Resource: `arn:aws:ssm:${REGION}:000000000000:parameter/todo-dr/*`,
          },
        })
        await ssm({credentials: OPERATOR}).send(put('/todo-dr/a'))
        await ssm().send(put('/other'))
        const refused = await failure(ssm({credentials: OPERATOR}).send(put('/other')))
        expect(refused).to.include({name: 'AccessDeniedException'})
        expect(refused.message).to.equal(
          `User: arn:aws:iam::000000000000:user/operator is not authorized to perform: ssm:PutParameter on resource: arn:aws:ssm:${REGION}:000000000000:parameter/other because no identity-based policy allows the ssm:PutParameter action`,
        )
        const elsewhere = new SSMClient({...test.client('us-east-1'), credentials: OPERATOR})
        expect(await failure(elsewhere.send(put('/todo-dr/a')))).to.include({name: 'AccessDeniedException'})
      })

      it('answers in each service’s own shape, before anything is done', async () => {
        await be(allow('none:None'))
        const settings = {...test.client(REGION), credentials: OPERATOR}
        const refusals = await Promise.all([
          failure(new RDSClient(settings).send(new DescribeGlobalClustersCommand({}))),
          failure(s3({credentials: OPERATOR}).send(new GetObjectCommand({Bucket: 'b', Key: 'k'}))),
          failure(new LambdaClient(settings).send(new GetFunctionConcurrencyCommand({FunctionName: 'f'}))),
          failure(new CloudFrontClient(settings).send(new GetDistributionCommand({Id: 'E1'}))),
          failure(new EC2Client(settings).send(new DescribeVpcsCommand({}))),
        ])
        expect(refusals.map(({name}) => name)).to.deep.equal([
          'AccessDenied',
          'AccessDenied',
          'AccessDeniedException',
          'AccessDenied',
          'UnauthorizedOperation',
        ])
        for (const {message, $metadata} of refusals) {
          expect(message).to.match(/user\/operator is not authorized to perform: \w+:\w+ on resource: /)
          expect($metadata?.httpStatusCode).to.equal(403)
        }
      })

      it('tells an explicit deny, and one of the organization, from a missing allow', async () => {
        const deny = {Effect: 'Deny', Action: 'ssm:*', Resource: '*'}
        await be({Version: '2012-10-17', Statement: [...allow('*').Statement, deny]})
        expect((await failure(ssm({credentials: OPERATOR}).send(put('/a')))).message).to.match(
          /with an explicit deny in an identity-based policy$/,
        )
        await be(allow('*'), {
          serviceControlPolicy: {Version: '2012-10-17', Statement: [...allow('*').Statement, deny]},
        })
        expect((await failure(ssm({credentials: OPERATOR}).send(put('/a')))).message).to.match(
          /with an explicit deny in a service control policy$/,
        )
      })

      it('asks whether a role may be assumed; its session is an administrator', async () => {
        const RoleArn = 'arn:aws:iam::000000000000:role/cdk-deploy'
        const sts = new STSClient({...test.client(REGION), credentials: OPERATOR})
        const assume = () => sts.send(new AssumeRoleCommand({RoleArn, RoleSessionName: 'me'}))
        await be(allow('none:None'))
        expect(await failure(assume())).to.include({name: 'AccessDenied'})
        await sts.send(new GetCallerIdentityCommand({}))
        await be({
          Version: '2012-10-17',
          Statement: {Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::*:role/cdk-*'},
        })
        const {AccessKeyId, SecretAccessKey, SessionToken} = (await assume()).Credentials!
        const credentials = {
          accessKeyId: AccessKeyId!,
          secretAccessKey: SecretAccessKey!,
          sessionToken: SessionToken!,
        }
        await ssm({credentials}).send(put('/a'))
      })

      it('field report 25: takes no policy that is longer than a managed one, and no more than ten', async () => {
        const long = (characters: number) => {
          const policy = allow('*')
          const [statement] = policy.Statement
          const room = characters - JSON.stringify(policy).length
          return {...policy, Statement: [{...statement, Resource: `*${'x'.repeat(room)}`}]}
        }
        const answer = async (policies: unknown) => {
          const {status, body} = await admin<{error?: {code: string; message: string}}>('PUT', 'principals', {
            ...OPERATOR,
            policies,
          })
          return `${status} ${body.error?.message ?? 'taken'}`
        }

        expect(await answer([long(6144)])).to.equal('200 taken')
        expect(await answer([long(6145)])).to.equal('409 Cannot exceed quota for PolicySize: 6144')
        expect(await answer(Array.from({length: 11}, () => allow('*')))).to.match(/^409 .*PoliciesPerUser: 10$/)
        expect(await answer(allow('*'))).to.match(/^400 /)
        await be(allow('ssm:PutParameter'))
        await admin('PUT', 'principals', {...OPERATOR, policies: [allow('none:None'), allow('ssm:PutParameter')]})
        await ssm({credentials: OPERATOR}).send(put('/todo-dr/a'))
      })

      it('refuses a policy that it cannot judge', async () => {
        const bad = {...allow('*').Statement[0], Condition: {Bool: {'aws:MultiFactorAuthPresent': 'true'}}}
        const {status, body} = await admin<{error: {message: string}}>('PUT', 'principals', {
          ...OPERATOR,
          policies: [{Version: '2012-10-17', Statement: [bad]}],
        })
        expect(status).to.equal(400)
        expect(body.error.message).to.match(/Bool/)
      })
    })
  })
})
