import {expect} from 'chai'
import {AwsCheckup} from '../../../src/adapters/aws/checkup.js'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {AWAY, HOME} from '../../support/deployment.js'
import {serve} from '../../support/server.js'

const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::000000000000:user/lab</Arn><Account>000000000000</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

describe('what doctor asks of AWS', () => {
  it('field report 22: tells a lost region of a lab, which has one address for all, from a living one', async () => {
    const lost = new Set<string>()
    const server = await serve(({headers}) => {
      // As a lab does: without a signature the request is one of the home region.
      const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? HOME
      return lost.has(region)
        ? 'reset'
        : {headers: {'content-type': 'text/xml', 'x-amzn-requestid': 'r'}, body: IDENTITY}
    })
    const access = {endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}}
    const clients = new Clients(access)
    const checkup = new AwsCheckup(clients, access)
    const reached = async () => [(await checkup.reach(HOME)).known, (await checkup.reach(AWAY)).known]
    try {
      expect(await reached()).to.deep.equal([true, true])
      lost.add(HOME)
      expect(await reached()).to.deep.equal([false, true])
      lost.add(AWAY)
      expect(await reached()).to.deep.equal([false, false])
    } finally {
      await clients.close()
      await server.close()
    }
  })
})
