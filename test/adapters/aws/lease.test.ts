import {expect} from 'chai'
import {createHash} from 'node:crypto'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {AwsLease, LEASE_KEY} from '../../../src/adapters/aws/lease.js'
import {Unreachable} from '../../../src/errors.js'
import {AWAY, HOME} from '../../support/deployment.js'
import {serve} from '../../support/server.js'
import type {Asked, Reply, TestServer} from '../../support/server.js'
import {thrownBy} from '../../support/thrown.js'

const BUCKETS = Object.fromEntries([HOME, AWAY].map((region) => [`todomgmt-lease-000000000000-${region}`, region]))
const BUCKET_OF = Object.fromEntries(Object.entries(BUCKETS).map(([bucket, region]) => [region, bucket]))
const etagOf = (text: string): string => `"${createHash('md5').update(text).digest('hex')}"`

const s3Fault = (status: number, code: string): Reply => ({
  status,
  headers: {'content-type': 'application/xml'},
  body: `<Error><Code>${code}</Code><Message>no</Message></Error>`,
})

/** So much of S3 as compare-and-swap needs. */
class Buckets {
  readonly objects = new Map<string, string>()
  readonly lost = new Set<string>()
  /** Takes requests and never answers them. */
  readonly hanging = new Set<string>()
  readonly failing = new Set<string>()
  /** Their buckets were deleted. */
  readonly gone = new Set<string>()
  /** So many requests are not answered. */
  hangsFirst = 0
  /** Runs before each write is judged: another operator in the gap between our look and our write. */
  beforeWrite: (region: string) => void = () => undefined

  readonly answer = ({method, url, headers, body}: Asked): Reply => {
    const [bucket, key] = new URL(url, 'http://x').pathname.slice(1).split('/')
    const region = BUCKETS[bucket!]!
    if (this.lost.has(region) || key !== LEASE_KEY) return 'reset'
    if (this.hangsFirst-- > 0) return 'hang'
    if (this.failing.has(region)) return s3Fault(503, 'ServiceUnavailable')
    if (this.hanging.has(region)) return 'hang'
    if (this.gone.has(region)) return s3Fault(404, 'NoSuchBucket')
    if (method === 'PUT') this.beforeWrite(region)
    if (this.hanging.has(region)) return 'hang'
    const held = this.objects.get(region)
    if (method === 'GET') {
      if (held === undefined) return s3Fault(404, 'NoSuchKey')
      return {headers: {etag: etagOf(held)}, body: held}
    }

    const stale =
      headers['if-none-match'] === '*' ? held !== undefined : held === undefined || headers['if-match'] !== etagOf(held)
    if (stale) return s3Fault(412, 'PreconditionFailed')
    this.objects.set(region, body)
    return {headers: {etag: etagOf(body)}}
  }

  record(region: string): {owner: string | null; token: number; expiresAt: number} {
    return JSON.parse(this.objects.get(region)!) as {owner: string | null; token: number; expiresAt: number}
  }

  put(region: string, record: object): void {
    this.objects.set(region, JSON.stringify(record))
  }
}

/** Milliseconds that a test gives a region. */
const ANSWER_MS = 300

describe('the operator lease', () => {
  let buckets: Buckets
  let server: TestServer
  let clients: Clients
  let lease: AwsLease

  beforeEach(async () => {
    buckets = new Buckets()
    server = await serve((asked) => buckets.answer(asked))
    clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
    lease = new AwsLease(clients, BUCKET_OF)
  })

  afterEach(async () => {
    await clients.close()
    await server.close()
  })

  it('is taken in both regions, in a fixed order', async () => {
    expect(await lease.acquire('one', 60)).to.deep.equal({regions: [HOME, AWAY], unreachable: [], token: 1})
    expect(buckets.record(HOME)).to.include({owner: 'one', token: 1})
    expect(buckets.record(AWAY)).to.deep.equal(buckets.record(HOME))
    const written = server.asked.filter(({method}) => method === 'PUT').map(({url}) => BUCKETS[url.split('/')[1]!])
    expect(written).to.deep.equal([HOME, AWAY])
  })

  it('is refused while another holds it, who is named with the end of the lease', async () => {
    await lease.acquire('one', 60)
    const error = await thrownBy(lease.acquire('two', 60))
    expect(error).to.include({code: 'LeaseHeld', exit: 'refused'})
    expect((error as Error).message).to.contain('one')
    expect((error as {why: string}).why).to.contain(new Date(buckets.record(HOME).expiresAt).toISOString())
    expect(buckets.record(AWAY).owner).to.equal('one')
  })

  it('is refused where another holds it in one region only', async () => {
    buckets.put(AWAY, {owner: 'one', expiresAt: Date.now() + 60_000, token: 4})
    expect(await thrownBy(lease.acquire('two', 60))).to.include({code: 'LeaseHeld'})
    expect(buckets.objects.has(HOME)).to.equal(false)
  })

  it('keeps its fencing number when renewed, and raises it with every other holder', async () => {
    expect(await lease.acquire('one', 60)).to.include({token: 1})
    expect(await lease.acquire('one', 60)).to.include({token: 1})
    await lease.release('one')
    expect(buckets.record(HOME)).to.deep.equal({owner: null, expiresAt: 0, token: 1})
    expect(await lease.acquire('two', 60)).to.include({token: 2})
  })

  it('is taken over when it has run out', async () => {
    for (const region of [HOME, AWAY]) buckets.put(region, {owner: 'one', expiresAt: Date.now() - 1, token: 7})
    expect(await lease.acquire('two', 60)).to.include({token: 8})
    await lease.release('one')
    expect(buckets.record(HOME)).to.include({owner: 'two', token: 8})
  })

  it('is enough in one region when the other is lost, which is reported', async () => {
    buckets.lost.add(HOME)
    expect(await lease.acquire('one', 60)).to.deep.equal({regions: [AWAY], unreachable: [HOME], token: 1})
    buckets.lost.clear()
    buckets.put(HOME, {owner: null, expiresAt: 0, token: 5})
    expect(await lease.acquire('one', 60)).to.deep.equal({regions: [HOME, AWAY], unreachable: [], token: 6})
    buckets.lost.add(HOME)
    await lease.release('one')
    expect(buckets.record(AWAY).owner).to.equal(null)
  })

  it('is Unreachable where no region answers', async () => {
    buckets.lost.add(HOME).add(AWAY)
    expect(await thrownBy(lease.acquire('one', 60))).to.be.instanceOf(Unreachable)
  })

  const within = async (work: Promise<unknown>): Promise<number> => {
    const since = performance.now()
    await work
    return performance.now() - since
  }

  it('costs one deadline where a region hangs, however often another is faster in the one that answers', async () => {
    const impatient = new AwsLease(clients, BUCKET_OF, ANSWER_MS)
    await lease.acquire('one', 60)
    buckets.hanging.add(HOME)
    let others = 2
    buckets.beforeWrite = (region) => {
      if (others-- > 0) buckets.put(region, {owner: null, expiresAt: 0, token: 7 + others})
    }

    const before = server.asked.length
    let taken
    const ms = await within(impatient.acquire('one', 60).then((one) => (taken = one)))
    expect(taken).to.deep.equal({regions: [AWAY], unreachable: [HOME], token: 8})
    const asked = server.asked.slice(before).map(({method, url}) => `${method} ${BUCKETS[url.split('/')[1]!]!}`)
    expect(asked.filter((one) => one === `GET ${AWAY}`)).to.have.length(3)
    expect(asked.filter((one) => one.endsWith(HOME))).to.have.length(1)
    expect(ms).to.be.within(ANSWER_MS, 2500)
    expect(await within(impatient.release('one'))).to.be.below(2500)
    expect(buckets.record(AWAY).owner).to.equal(null)
  })

  it('is taken in the other region where one begins to hang between look and write', async () => {
    const impatient = new AwsLease(clients, BUCKET_OF, ANSWER_MS)
    buckets.beforeWrite = (region) => void (region === HOME && buckets.hanging.add(region))
    expect(await impatient.acquire('one', 60)).to.deep.equal({regions: [AWAY], unreachable: [HOME], token: 1})
  })

  it('does not depend on a region whose S3 answers with faults of its own', async () => {
    buckets.failing.add(HOME)
    expect(await lease.acquire('one', 60)).to.deep.equal({regions: [AWAY], unreachable: [HOME], token: 1})
    buckets.failing.add(AWAY)
    expect(await thrownBy(lease.acquire('one', 60))).to.include({code: 'ServiceUnavailable', exit: 'failed'})
  })

  it('gives everybody more time where nobody answers in time: it is our own line that is slow', async () => {
    buckets.hangsFirst = 2
    const impatient = new AwsLease(clients, BUCKET_OF, ANSWER_MS)
    expect(await impatient.acquire('one', 60)).to.include({token: 1})
  })

  it('goes to the faster of two', async () => {
    buckets.beforeWrite = (region) => {
      buckets.beforeWrite = () => undefined
      buckets.put(region, {owner: 'faster', expiresAt: Date.now() + 60_000, token: 1})
    }

    expect(await thrownBy(lease.acquire('one', 60))).to.include({code: 'LeaseHeld'})
    expect(buckets.record(HOME).owner).to.equal('faster')
  })

  it('is kept in the other region where the bucket of one is gone', async () => {
    buckets.gone.add(HOME)
    expect(await lease.acquire('one', 60)).to.deep.equal({regions: [AWAY], unreachable: [HOME], token: 1})
    await lease.release('one')
    expect(buckets.record(AWAY).owner).to.equal(null)
  })

  it('leaves alone a bucket that is to go, once what was under way there has ended', async () => {
    await lease.acquire('one', 60)
    let writes = 0
    buckets.beforeWrite = (region) => {
      if (region === HOME) writes++
    }

    const renewal = lease.acquire('one', 60)
    expect(await lease.forget(HOME)).to.equal(1)
    const before = writes
    buckets.objects.delete(HOME)
    await renewal
    expect(await lease.acquire('one', 60)).to.deep.include({regions: [AWAY]})
    await lease.release('one')
    expect(writes).to.equal(before)
    expect(buckets.objects.has(HOME)).to.equal(false)
    expect(await lease.forget(AWAY)).to.equal(0)
  })

  it('is not taken over a record that cannot be read', async () => {
    buckets.objects.set(HOME, '{"owner":')
    expect(await thrownBy(lease.acquire('one', 60))).to.include({code: 'LeaseDamaged', exit: 'refused'})
  })
})
