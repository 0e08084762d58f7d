import {expect} from 'chai'
import {Clients} from '../../../../src/adapters/aws/clients.js'
import {KeyValueStoreRoute} from '../../../../src/adapters/aws/routing/keyvaluestore.js'
import {Unreachable} from '../../../../src/errors.js'
import {AWAY, HOME, sampleDeployment} from '../../../support/deployment.js'
import {CLOSED_PORT, serve} from '../../../support/server.js'
import type {Asked, Reply, TestServer} from '../../../support/server.js'
import {VirtualClock} from '../../../support/virtual-clock.js'
import {thrownBy} from '../../../support/thrown.js'

/** A KeyValueStore of one key. */
class Store {
  value = HOME
  version = 1
  /** So many writes of others come between reading the ETag and our write. */
  interference = 0

  readonly answer = ({method, url, headers, body}: Asked): Reply => {
    const json = (value: object, extra: Record<string, string> = {}): Reply => ({
      headers: {'content-type': 'application/json', ...extra},
      body: JSON.stringify(value),
    })
    const etag = {etag: `E${this.version}`}
    const isKey = url.includes('/keys/serving')
    if (method === 'GET' && isKey) return json({Key: 'serving', Value: this.value, ItemCount: 1, TotalSizeInBytes: 20})
    if (method === 'GET')
      return json({KvsARN: 'arn', ItemCount: 1, TotalSizeInBytes: 20, Created: 0, Status: 'READY'}, etag)
    if (this.interference > 0) {
      this.interference--
      this.version++
    }

    if (headers['if-match'] !== `E${this.version}`) {
      return {
        status: 409,
        headers: {'content-type': 'application/json', 'x-amzn-errortype': 'ConflictException'},
        body: '{"Message": "changed"}',
      }
    }

    this.version++
    this.value = (JSON.parse(body) as {Value: string}).Value
    return json({ItemCount: 1, TotalSizeInBytes: 20}, {etag: `E${this.version}`})
  }
}

describe('the route by a key of a KeyValueStore', () => {
  let store: Store
  let server: TestServer
  let clients: Clients
  let route: KeyValueStoreRoute

  beforeEach(async () => {
    store = new Store()
    server = await serve((asked) => store.answer(asked))
    clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
    route = new KeyValueStoreRoute(clients, sampleDeployment())
  })

  afterEach(async () => {
    await clients.close()
    await server.close()
  })

  it('is read on a loopback endpoint although the client prefixes the account to its host, signed for all regions', async () => {
    expect(await route.serving()).to.equal(HOME)
    const [{headers}] = server.asked as [Asked]
    expect(headers.host).to.equal(`000000000000.localhost:${server.port}`)
    expect(headers.authorization).to.match(/^AWS4-ECDSA-P256-SHA256 /)
    expect(headers['x-amz-region-set']).to.equal('*')
  })

  it('is written with the ETag of its own store', async () => {
    await route.steer(AWAY)
    expect(store.value).to.equal(AWAY)
  })

  it('aws 14: is proven by a write of what is there, which never takes back what another has written meanwhile', async () => {
    expect(await route.prove()).to.equal(HOME)
    expect([store.value, store.version], 'it was written').to.deep.equal([HOME, 2])
    const own = store.answer.bind(store)
    server.answer = (asked) => {
      const answer = own(asked)
      // A switch steers after the value was read.
      if (asked.method === 'GET' && asked.url.includes('/keys/serving')) Object.assign(store, {value: AWAY, version: 3})
      return answer
    }
    expect(await route.prove()).to.equal(HOME)
    expect(store.value).to.equal(AWAY)
  })

  it('aws 14: is not proven where a write is denied', async () => {
    server.answer = (asked) =>
      asked.method === 'GET'
        ? store.answer(asked)
        : {
            status: 403,
            headers: {'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException'},
            body: '{"Message": "User: u is not authorized to perform: cloudfront-keyvaluestore:PutKey"}',
          }
    expect(await thrownBy(route.prove())).to.include({code: 'AccessDeniedException'})
  })

  it('is written after others have written in between', async () => {
    store.interference = 2
    await route.steer(AWAY)
    expect(store.value).to.equal(AWAY)
  })

  it('is given up where others never cease to write', async () => {
    store.interference = Number.POSITIVE_INFINITY
    expect(await thrownBy(route.steer(AWAY))).to.include({code: 'ConflictException', passing: true})
    expect(store.value).to.equal(HOME)
  })

  it('aws 03: is looked at where the answer to the write is lost, and not written again', async () => {
    const own = store.answer.bind(store)
    server.answer = (asked) => {
      const answer = own(asked)
      return asked.method === 'GET' ? answer : 'reset'
    }
    await route.steer(AWAY)
    expect([store.value, store.version]).to.deep.equal([AWAY, 2])
  })

  it('is written after others have written, in the words that the data plane has been seen to use', async () => {
    store.interference = 2
    const own = store.answer.bind(store)
    server.answer = (asked) => {
      const answer = own(asked)
      if (typeof answer === 'string' || answer.status !== 409) return answer
      return {
        status: 400,
        headers: {'content-type': 'application/json', 'x-amzn-errortype': 'ValidationException'},
        body: '{"Message": "Pre-Condition failed"}',
      }
    }
    await route.steer(AWAY)
    expect(store.value).to.equal(AWAY)
  })

  it('is Unreachable where nobody answers', async () => {
    const dead = new Clients({
      endpoint: `http://127.0.0.1:${CLOSED_PORT}`,
      credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'},
    })
    expect(await thrownBy(new KeyValueStoreRoute(dead, sampleDeployment()).serving())).to.be.instanceOf(Unreachable)
    await dead.close()
  })

  it('is proven by three answers in a row: each proves one of the places that the key spreads to', async () => {
    const answers = [true, false, true, true, true]
    let asked = 0
    const served = async (): Promise<boolean> => answers[asked++] ?? true
    const {signal} = new AbortController()
    await route.verify(served, {to: AWAY, clock: new VirtualClock(), signal})
    expect(asked).to.equal(answers.length)
  })

  it('can be set by hand, and needs no region', () => {
    expect(route.byHand(AWAY)).to.match(
      /^set the key "serving" of the KeyValueStore arn:aws:cloudfront::.+ to us-east-2$/,
    )
    expect(route.needs).to.deep.equal({service: 'the KeyValueStore of CloudFront', plane: 'data'})
  })
})
