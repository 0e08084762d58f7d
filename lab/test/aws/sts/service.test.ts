import {expect} from 'chai'

import type {CallContext} from '../../../src/kernel.js'
import {StsService} from '../../../src/aws/sts/service.js'
import {Credentials} from '../../../src/wire/credentials.js'

const CONTEXT: CallContext = {region: 'us-east-1', requestId: 'r'}
const ROLE = {RoleArn: 'arn:aws:iam::000000000000:role/path/deploy', RoleSessionName: 'session'}

describe('STS', () => {
  const credentials = new Credentials()
  const sts = new StsService({credentials})
  const assume = (input: object) => sts.operations.AssumeRole!({...ROLE, ...input}, CONTEXT)

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
    ['another account', {RoleArn: 'arn:aws:iam::111111111111:role/x'}, 'AccessDenied'],
    ['a session without a name', {RoleSessionName: ''}, 'ValidationError'],
    ['a time that is too short', {DurationSeconds: 899}, 'ValidationError'],
    ['a time that is too long', {DurationSeconds: 43_201}, 'ValidationError'],
  ]
  for (const [what, input, code] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => assume(input))
        .to.throw()
        .with.property('code', code)
    })
  }
})
