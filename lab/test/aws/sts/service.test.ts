import {expect} from 'chai'

import type {CallContext} from '../../../src/kernel.js'
import {StsService} from '../../../src/aws/sts/service.js'
import {Credentials} from '../../../src/wire/credentials.js'
import {smallLab} from '../../cloudformation/small-lab.js'

const CONTEXT: CallContext = {region: 'us-east-1', requestId: 'r'}
const ROLE = {RoleArn: 'arn:aws:iam::000000000000:role/path/deploy', RoleSessionName: 'session'}

describe('STS', () => {
  const credentials = new Credentials()
  const small = smallLab()
  const iam = small.lab.service('iam')
  const sts = new StsService({credentials, service: small.lab.service})
  const assume = (input: object) => sts.operations.AssumeRole!({...ROLE, ...input}, CONTEXT)

  before(async () => {
    iam.addRole('plain')
    const Properties = {RoleName: 'deploy', Path: '/path/', AssumeRolePolicyDocument: {}}
    await small.deploy('roles', {Resources: {R: {Type: 'AWS::IAM::Role', Properties}}})
  })

  it('hands out keys that end when they say so', () => {
    const before = Date.now()
    const {Credentials: keys} = assume({DurationSeconds: 900}) as {
      Credentials: {AccessKeyId: string; SessionToken: string; Expiration: Date}
    }
    const lasts = keys.Expiration.getTime() - before
    expect(lasts).to.be.within(900_000, 905_000)
    expect(credentials.find(keys.AccessKeyId)).to.include({sessionToken: keys.SessionToken})
  })

  const refused: [string, object, string][] = [
    ['an ARN that is no role’s', {RoleArn: 'arn:aws:iam::000000000000:user/x'}, 'ValidationError'],
    ['another account', {RoleArn: 'arn:aws:iam::111111111111:role/plain'}, 'AccessDenied'],
    ['aws 20: a role that nobody made', {RoleArn: 'arn:aws:iam::000000000000:role/other'}, 'AccessDenied'],
    ['aws 20: a role of another path', {RoleArn: 'arn:aws:iam::000000000000:role/other/deploy'}, 'AccessDenied'],
  ]
  for (const [what, input, code] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => assume(input))
        .to.throw()
        .with.property('code', code)
    })
  }

  it('takes a role by its ARN', () => {
    for (const RoleArn of ['arn:aws:iam::000000000000:role/path/deploy', 'arn:aws:iam::000000000000:role/plain'])
      expect(assume({RoleArn}), RoleArn).to.have.property('AssumedRoleUser')
  })
})
