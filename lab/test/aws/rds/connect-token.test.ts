import {expect} from 'chai'
import fc from 'fast-check'

import {signerOf, type Door} from '../../../src/aws/rds/connect-token.js'
import {Credentials} from '../../../src/wire/credentials.js'
import {connectToken} from '../../support/connect-token.js'

const DOOR: Door = {host: 'p.proxy-c1.us-east-1.rds.amazonaws.com', port: 3306, region: 'us-east-1', user: 'todo_iam'}
const AT = Date.UTC(2026, 10, 30, 12)
const MINUTE = 60_000

describe('tokens that open a database', () => {
  const credentials = new Credentials(() => AT)
  const session = credentials.issue({arn: 'arn:aws:sts::000000000000:assumed-role/api/fn', userId: 'A'}, 3600)

  const made = (options: Parameters<typeof connectToken>[2] = {}, door = DOOR, keys: typeof session = session) =>
    connectToken(door, keys, {at: new Date(AT), ...options})
  const signer = (token: string, now = AT, door = DOOR): string => signerOf(token, door, credentials, now)

  it("aws 15: takes what the SDK's signer makes, for 15 minutes, and says who has signed it", async () => {
    const token = await made()
    expect(signer(token)).to.equal(session.arn)
    expect(signer(token, AT + 15 * MINUTE)).to.equal(session.arn)
    expect(() => signer(token, AT + 15 * MINUTE + 1)).to.throw(/expired/)
    expect(() => signer(token, AT - 6 * MINUTE)).to.throw(/not yet current/)
  })

  it('aws 15: refuses a token with any one byte altered, left out or added', async () => {
    const token = await made()
    const byte = fc.integer({min: 0x21, max: 0x7e}).map((code) => String.fromCodePoint(code))
    fc.assert(
      fc.property(fc.nat({max: token.length - 1}), byte, fc.constantFrom(0, 1), (at, other, added) => {
        const altered = token.slice(0, at) + other + token.slice(at + 1 - added)
        fc.pre(altered !== token)
        expect(() => signer(altered), altered).to.throw()
      }),
      {numRuns: 2000},
    )
    for (let at = 0; at < token.length; at++)
      expect(() => signer(token.slice(0, at) + token.slice(at + 1)), `without byte ${at}`).to.throw()
  })

  it('aws 15: refuses a token for another host, port, region, user or action', async () => {
    const token = await made()
    for (const other of [{host: `x${DOOR.host}`}, {port: 3307}, {region: 'us-east-2'}, {user: 'dradmin'}])
      expect(() => signer(token, AT, {...DOOR, ...other}), JSON.stringify(other)).to.throw()
    const otherAction = await made({query: {Action: 'delete'}})
    expect(() => signer(otherAction)).to.throw(/Action/)
  })

  it('aws 15: refuses a token that is to live longer, and one of keys that are unknown, wrong or out of date', async () => {
    const long = await made({seconds: 901})
    expect(() => signer(long)).to.throw(/X-Amz-Expires/)
    for (const wrong of [{accessKeyId: 'ASIANOBODY'}, {secretAccessKey: 'guessed'}, {sessionToken: 'another'}]) {
      const token = await made({}, DOOR, {...session, ...wrong})
      expect(() => signer(token), JSON.stringify(wrong)).to.throw()
    }

    const old = credentials.issue({arn: 'arn:aws:sts::000000000000:assumed-role/api/old', userId: 'A'}, 60)
    const token = await made({}, DOOR, old)
    expect(signer(token)).to.equal(old.arn)
    expect(() => signer(token, AT + MINUTE)).to.throw(/expired/)
  })
})
