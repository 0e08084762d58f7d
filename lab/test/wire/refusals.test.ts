import {createHash, createHmac} from 'node:crypto'
import {request} from 'node:http'

import {DescribeGlobalClustersCommand, RDSClient} from '@aws-sdk/client-rds'
import {ListBucketsCommand, PutObjectCommand, GetObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {GetParameterCommand, SSMClient} from '@aws-sdk/client-ssm'
import {AssumeRoleCommand, GetCallerIdentityCommand, STSClient} from '@aws-sdk/client-sts'
import {expect} from 'chai'

import {IamService} from '../../src/aws/iam/service.js'
import {StsService} from '../../src/aws/sts/service.js'
import {keysOf, scripted, testLab, type TestLab} from './support.js'

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

const services = {
  rds: scripted('rds', {
    DescribeGlobalClusters: {GlobalClusters: []},
    DescribeDBClusters() {
      throw new TypeError('a bug of the lab')
    },
  }),
  ssm: scripted('ssm', {GetParameter: {Parameter: {Name: 'n'}}}),
  s3: scripted('s3', {ListBuckets: {}, PutObject: {ETag: '"x"'}, GetObject: {Body: Buffer.from('hey')}}),
  cognito: scripted('cognito-idp', {InitiateAuth: {AuthenticationResult: {}}, AdminCreateUser: {}}),
}

const nameOf = (error: unknown): unknown => (error as {name?: unknown}).name

describe('what the wire refuses', () => {
  let lab: TestLab

  before(async () => {
    lab = await testLab(
      ...Object.values(services).map((service) => () => service),
      (self) => new IamService(self),
      (self) => new StsService(self),
    )
    lab.lab.service('iam').addRole('deploy')
  })

  after(() => lab.close())

  const raw = (method: string, path: string, headers: Record<string, string>, body = ''): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const call = request(lab.lab.endpoint, {method, path, headers, agent: false}, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        )
      })
      call.on('error', reject)
      call.end(body)
    })

  /** A signature by the book, from the description in AWS's documentation and not from the lab's code. */
  function sign(options: {
    service: string
    body: string
    secret?: string
    at?: Date
    target?: string
    /** The signed headers that are left out. */
    without?: string[]
  }): Record<string, string> {
    const {service, body, secret = keysOf(lab.lab).secretAccessKey, at = new Date(), target, without = []} = options
    const sha = (text: string): string => createHash('sha256').update(text).digest('hex')
    const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
    const stamp = at.toISOString().replaceAll(/[:-]|\.\d{3}/g, '')
    const day = stamp.slice(0, 8)
    const {host} = new URL(lab.lab.endpoint)
    const headers: Record<string, string> = {host, 'x-amz-date': stamp, ...(target && {'x-amz-target': target})}
    const names = Object.keys(headers)
      .filter((name) => !without.includes(name))
      .sort()
    const canonical = [
      'POST',
      '/',
      '',
      ...names.map((name) => `${name}:${headers[name]}`),
      '',
      names.join(';'),
      sha(body),
    ]
    const scope = `${day}/us-east-1/${service}/aws4_request`
    const toSign = ['AWS4-HMAC-SHA256', stamp, scope, sha(canonical.join('\n'))].join('\n')
    const key = [day, 'us-east-1', service, 'aws4_request'].reduce<string | Buffer>(
      (k, part) => mac(k, part),
      `AWS4${secret}`,
    )
    const signature = mac(key, toSign).toString('hex')
    const credential = `Credential=lab/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
    return {...headers, authorization: `AWS4-HMAC-SHA256 ${credential}`}
  }

  const BODY = 'Action=DescribeGlobalClusters&Version=2014-10-31'

  it('takes a signature that was made by the book', async () => {
    const {status, body, headers} = await raw('POST', '/', sign({service: 'rds', body: BODY}), BODY)
    expect(status).to.equal(200)
    expect(body).to.contain('<DescribeGlobalClustersResponse')
    expect(headers['x-amzn-requestid']).to.match(/^[\da-f-]{36}$/)
  })

  it('refuses a body that was changed on the way', async () => {
    const changed = `${BODY}&MaxRecords=20`
    const {status, body} = await raw('POST', '/', sign({service: 'rds', body: BODY}), changed)
    expect(status).to.equal(403)
    expect(body).to.contain('<Code>SignatureDoesNotMatch</Code>')
  })

  it('refuses a signature that leaves the host out', async () => {
    const {status, body} = await raw('POST', '/', sign({service: 'rds', body: BODY, without: ['host']}), BODY)
    expect(status).to.equal(403)
    expect(body)
      .to.contain('<Code>SignatureDoesNotMatch</Code>')
      .and.match(/Host.* or .*:authority.* must be/)
  })

  it('refuses web pages and other names, whatever they sign', async () => {
    const signed = sign({service: 'rds', body: BODY})
    for (const [name, value] of [
      ['origin', 'http://localhost:3000'],
      ['sec-fetch-site', 'cross-site'],
      ['host', 'evil.example.com'],
    ] as const) {
      const {status, body, headers} = await raw('POST', '/', {...signed, [name]: value}, BODY)
      expect([status, JSON.parse(body).error.code], name).to.deep.equal([403, 'Forbidden'])
      expect(Object.keys(headers).filter((header) => header.startsWith('access-control'))).to.deep.equal([])
    }

    const preflight = {origin: 'http://localhost:3000', 'access-control-request-method': 'POST'}
    expect((await raw('OPTIONS', '/', preflight)).status).to.equal(403)
  })

  it('refuses a signature of another day', async () => {
    const at = new Date(Date.now() - 20 * 60_000)
    const {status} = await raw('POST', '/', sign({service: 'rds', body: BODY, at}), BODY)
    expect(status).to.equal(403)
  })

  it('refuses a wrong secret, under the name of each protocol', async () => {
    const bad = {...lab.client(), credentials: {accessKeyId: 'lab', secretAccessKey: 'guessed'}}
    const calls = [
      new RDSClient(bad).send(new DescribeGlobalClustersCommand({})),
      new SSMClient(bad).send(new GetParameterCommand({Name: 'n'})),
      new S3Client({...bad, forcePathStyle: true}).send(new ListBucketsCommand({})),
    ]
    const errors = await Promise.all(calls.map((call) => call.catch((error: unknown) => error)))
    expect(errors.map((error) => nameOf(error))).to.deep.equal([
      'SignatureDoesNotMatch',
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
    ])
    for (const error of errors) expect(error).to.have.nested.property('$metadata.httpStatusCode', 403)
  })

  it('refuses a key that nobody was given', async () => {
    const bad = {...lab.client(), credentials: {...keysOf(lab.lab), accessKeyId: 'AKIAEXAMPLE'}}
    const calls = [
      new RDSClient(bad).send(new DescribeGlobalClustersCommand({})),
      new SSMClient(bad).send(new GetParameterCommand({Name: 'n'})),
      new S3Client({...bad, forcePathStyle: true}).send(new ListBucketsCommand({})),
    ]
    const errors = await Promise.all(calls.map((call) => call.catch((error: unknown) => error)))
    expect(errors.map((error) => nameOf(error))).to.deep.equal([
      'InvalidClientTokenId',
      'UnrecognizedClientException',
      'InvalidAccessKeyId',
    ])
  })

  it('refuses what is not signed', async () => {
    const form = {'content-type': 'application/x-www-form-urlencoded'}
    const query = await raw('POST', '/', form, BODY)
    expect(query.status).to.equal(403)
    expect(query.body).to.contain('<Code>MissingAuthenticationToken</Code>')
    const json = await raw('POST', '/', {'x-amz-target': 'AmazonSSM.GetParameter'}, '{"Name":"n"}')
    expect(json.status).to.equal(403)
    expect(JSON.parse(json.body)).to.have.property('__type', 'MissingAuthenticationTokenException')
    const admin = await raw('POST', '/', {'x-amz-target': 'AWSCognitoIdentityProviderService.AdminCreateUser'}, '{}')
    expect(admin.status).to.equal(403)
    const target = {'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth'}
    expect((await raw('POST', '/', target, '{"AuthFlow":"USER_AUTH","ClientId":"c"}')).status).to.equal(200)
    const empty = await raw('POST', '/', target, '{}')
    expect(empty.status).to.equal(400)
    expect(JSON.parse(empty.body)).to.have.property('__type', 'InvalidParameterException')
  })

  it('refuses an authorization that is none of AWS', async () => {
    for (const authorization of [
      'Bearer x',
      'AWS4-HMAC-SHA256 nonsense',
      'AWS4-HMAC-SHA256 Credential=lab/x, SignedHeaders=host, Signature=00',
    ]) {
      const {status, body} = await raw('POST', '/', {authorization, 'x-amz-target': 'AmazonSSM.GetParameter'}, '{}')
      expect(status, body).to.equal(400)
      expect(body).to.contain('IncompleteSignature')
    }
  })

  it('field report 16: refuses every call to a region that does not exist, as AWS names that', async () => {
    for (const region of ['us-east-9', 'unknown-region']) {
      const asked = [
        ['SignatureDoesNotMatch', new RDSClient(lab.client(region)).send(new DescribeGlobalClustersCommand({}))],
        ['InvalidSignatureException', new SSMClient(lab.client(region)).send(new GetParameterCommand({Name: 'n'}))],
        ['SignatureDoesNotMatch', new STSClient(lab.client(region)).send(new GetCallerIdentityCommand({}))],
      ] as const
      for (const [name, call] of asked)
        expect(nameOf(await call.catch((error: unknown) => error)), region).to.equal(name)
    }

    const body = 'Action=DescribeGlobalClusters&Version=2014-10-31'
    expect((await raw('POST', '/', sign({service: 'rds', body}), body)).status, 'the next one').to.equal(200)
  })

  it('takes the keys that AssumeRole handed out, with their session token alone', async () => {
    const sts = new STSClient(lab.client())
    const role = {RoleArn: 'arn:aws:iam::000000000000:role/deploy', RoleSessionName: 'session'}
    const {Credentials} = await sts.send(new AssumeRoleCommand(role))
    const credentials = {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    }
    const identity = await new STSClient({...lab.client(), credentials}).send(new GetCallerIdentityCommand({}))
    expect(identity.Arn).to.equal('arn:aws:sts::000000000000:assumed-role/deploy/session')
    const {sessionToken: _, ...without} = credentials
    const call = new STSClient({...lab.client(), credentials: without}).send(new GetCallerIdentityCommand({}))
    expect(nameOf(await call.catch((error: unknown) => error))).to.equal('InvalidClientTokenId')
    const own = await sts.send(new GetCallerIdentityCommand({}))
    expect(own.Arn).to.equal('arn:aws:iam::000000000000:user/lab')
  })

  it('signs paths and queries as S3 does, and as every other service does', async () => {
    const client = new S3Client({...lab.client(), forcePathStyle: true})
    for (const Key of ["a b+c/ü&=?#%/'()*!~", 'a//b/../c', 'plain']) {
      await client.send(new PutObjectCommand({Bucket: 'b', Key, Body: 'x'}))
      expect(services.s3.seen.at(-1)!.input.Key).to.equal(Key)
    }
  })

  it('takes a presigned URL until it expires', async () => {
    const {createPresigned} = await import('./presign.js')
    const url = await createPresigned(lab.client(), new GetObjectCommand({Bucket: 'b', Key: 'k'}), 60)
    expect(await raw('GET', url, {})).to.include({status: 200, body: 'hey'})
    const tampered = await raw('GET', url.replace('/b/k', '/b/other'), {})
    expect(tampered.status).to.equal(403)
    const past = await createPresigned(
      lab.client(),
      new GetObjectCommand({Bucket: 'b', Key: 'k'}),
      60,
      new Date(Date.now() - 61_000),
    )
    expect((await raw('GET', past, {})).status).to.equal(403)
  })

  it('answers 500 to a bug of its own, logs it, and goes on', async () => {
    const body = 'Action=DescribeDBClusters&Version=2014-10-31'
    const {status, body: text} = await raw('POST', '/', sign({service: 'rds', body}), body)
    expect(status).to.equal(500)
    expect(text).to.contain('InternalFailure').and.not.contain('a bug of the lab')
    expect(lab.logs.join('\n')).to.contain('a bug of the lab')
    expect((await raw('POST', '/', sign({service: 'rds', body: BODY}), BODY)).status).to.equal(200)
  })

  it('answers 400 to a body that cannot be read', async () => {
    const target = 'AmazonSSM.GetParameter'
    const json = await raw('POST', '/', sign({service: 'ssm', body: '{', target}), '{')
    expect(json.status, json.body).to.equal(400)
    expect(json.body).to.contain('SerializationException')
    const form = 'Action=DescribeGlobalClusters&Filters=1&Filters.Filter.1.Name=x'
    expect((await raw('POST', '/', sign({service: 'rds', body: form}), form)).status).to.equal(400)
    const unknown = 'Action=__proto__'
    expect((await raw('POST', '/', sign({service: 'rds', body: unknown}), unknown)).status).to.equal(400)
  })
})
