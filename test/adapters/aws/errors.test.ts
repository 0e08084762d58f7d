import {expect} from 'chai'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {mapAwsError} from '../../../src/adapters/aws/errors.js'
import {AwsGlobalDatabase} from '../../../src/adapters/aws/global-database.js'
import {Unreachable} from '../../../src/errors.js'
import type {DrError} from '../../../src/errors.js'
import {HOME, sampleDeployment} from '../../support/deployment.js'
import {CLOSED_PORT, serve} from '../../support/server.js'
import type {Reply} from '../../support/server.js'
import {thrownBy} from '../../support/thrown.js'
import {watch} from '../../support/watch.js'

const CREDENTIALS = {accessKeyId: 'lab', secretAccessKey: 'lab'}

/** What `describe` makes of an endpoint that answers so. */
async function described(reply: Reply | {port: number}, signal?: AbortSignal): Promise<DrError> {
  const server = typeof reply === 'object' && 'port' in reply ? undefined : await serve(() => reply as Reply)
  const port = server?.port ?? (reply as {port: number}).port
  const clients = new Clients({endpoint: `http://127.0.0.1:${port}`, credentials: CREDENTIALS})
  try {
    return (await thrownBy(new AwsGlobalDatabase(clients, sampleDeployment()).describe(HOME, {signal}))) as DrError
  } finally {
    await clients.close()
    await server?.close()
  }
}

const fault = (code: string, status = 400, message = 'because'): Reply => ({
  status,
  headers: {'content-type': 'text/xml', 'x-amzn-requestid': 'request-7'},
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>request-7</RequestId></ErrorResponse>`,
})

const ANSWER = {headers: {'x-amzn-requestid': 'request-7'}}

describe('errors of AWS', () => {
  it('are Unreachable where nobody answers', async () => {
    expect(await described({port: CLOSED_PORT})).to.be.instanceOf(Unreachable)
    expect(await described('reset')).to.be.instanceOf(Unreachable)
  })

  it('are Unreachable where an answer does not come in time', async () => {
    expect(await described('hang')).to.be.instanceOf(Unreachable)
  })

  it('are Unreachable where the caller gives up', async () => {
    const patient = described('hang')
    const watched = watch(patient)
    const caller = new AbortController()
    setTimeout(() => caller.abort(), 50)
    expect(await described('hang', caller.signal)).to.be.instanceOf(Unreachable)
    expect(await described('hang', AbortSignal.abort())).to.be.instanceOf(Unreachable)
    expect(watched.over).to.equal(false)
    await patient
  })

  it('say whether the same call may work a moment later', () => {
    const passing = (name: string, httpStatusCode: number): boolean =>
      mapAwsError(Object.assign(new Error('because'), {name, $metadata: {httpStatusCode}, $response: ANSWER}), {
        action: 'cloudfront-keyvaluestore:PutKey',
        region: 'the edge',
      }).passing
    for (const [name, status] of [
      ['ThrottlingException', 400],
      ['Unnamed', 429],
      ['InternalServerException', 500],
      ['ServiceUnavailable', 503],
      ['ConflictException', 409],
    ] as const)
      expect(passing(name, status), name).to.equal(true)
    for (const [name, status] of [
      ['ResourceNotFoundException', 404],
      ['ValidationException', 400],
      ['AccessDeniedException', 403],
      ['NotImplemented', 501],
    ] as const)
      expect(passing(name, status), name).to.equal(false)
    expect(new Unreachable('no answer').passing).to.equal(true)
  })

  it('keep the code and the request id of a fault, and are not silence', async () => {
    const error = await described(fault('GlobalClusterNotFoundFault', 404))
    expect(error).to.not.be.instanceOf(Unreachable)
    expect(error).to.include({
      code: 'GlobalClusterNotFoundFault',
      exit: 'failed',
      why: 'because',
      requestId: 'request-7',
    })
    expect(error.message).to.contain('rds:DescribeGlobalClusters in us-east-1')
    const internal = await described(fault('InternalFailure', 500))
    expect(internal).to.not.be.instanceOf(Unreachable)
    expect(internal).to.include({code: 'InternalFailure'})
  })

  it('point at the login for expired credentials', async () => {
    expect(await described(fault('ExpiredToken', 403))).to.include({exit: 'credentials', next: 'aws sso login'})
    const named = mapAwsError(Object.assign(new Error('gone'), {name: 'ExpiredTokenException'}), {
      action: 'ssm:GetParameter',
      region: HOME,
      profile: 'ops',
    })
    expect(named).to.include({exit: 'credentials', next: 'aws sso login --profile ops'})
  })

  it('name the missing action, and tell it apart from a denial that no permission lifts', async () => {
    const missing = await described(fault('AccessDenied', 403, 'User x is not authorized'))
    expect(missing).to.include({exit: 'credentials'})
    expect(missing.next).to.contain('"Action":"rds:DescribeGlobalClusters"')
    const told = await described(
      fault(
        'AccessDenied',
        403,
        'User: arn:aws:iam::1:user/x is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::b" because no identity-based policy allows the s3:ListBucket action',
      ),
    )
    expect(told.next).to.contain('{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b"}')
    const boundary = await described(
      fault('AccessDenied', 403, 'because no permissions boundary allows the rds:DescribeGlobalClusters action'),
    )
    expect(boundary.next).to.contain('owner of the boundary').and.not.contain('{')
    const scp = await described(fault('AccessDenied', 403, 'with an explicit deny in a service control policy'))
    expect(scp.next).to.contain('service control policy')
    const explicit = await described(fault('AccessDenied', 403, 'with an explicit deny in an identity-based policy'))
    expect(explicit.next).to.contain('ask the owner of the policy')
  })
})
