import {expect} from 'chai'
import {createHash} from 'node:crypto'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {AwsLease, LEASE_KEY} from '../../../src/adapters/aws/lease.js'
import {Unreachable} from '../../../src/errors.js'
import type {DrError} from '../../../src/errors.js'
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

interface LeaseRecord {
  owner: string | null
  ttlSeconds: number
  token: number
  since: number
}

/** So much of S3 as compare-and-swap needs. */
class Buckets {
  readonly objects = new Map<string, string>()
  /** When each was written, epoch milliseconds by the service's clock. */
  readonly writtenAt = new Map<string, number>()
  /** Milliseconds by which the service's clock is before ours. */
  clockAheadMs = 0
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
    const date = new Date(this.now).toUTCString()
    if (method === 'GET') {
      if (held === undefined) return s3Fault(404, 'NoSuchKey')
      const written = new Date(this.writtenAt.get(region) ?? this.now).toUTCString()
      return {headers: {etag: etagOf(held), date, 'last-modified': written}, body: held}
    }

    const stale =
      headers['if-none-match'] === '*' ? held !== undefined : held === undefined || headers['if-match'] !== etagOf(held)
    if (stale) return s3Fault(412, 'PreconditionFailed')
    this.objects.set(region, body)
    this.writtenAt.set(region, this.now)
    return {headers: {etag: etagOf(body), date}}
  }

  get now(): number {
    return Date.now() + this.clockAheadMs
  }

  record(region: string): LeaseRecord {
    return JSON.parse(this.objects.get(region)!) as LeaseRecord
  }

  /** Written so many seconds ago. */
  put(region: string, record: Partial<LeaseRecord>, secondsAgo = 0): void {
    this.objects.set(region, JSON.stringify({ttlSeconds: 60, since: Date.UTC(2026, 0, 2), ...record}))
    this.writtenAt.set(region, this.now - secondsAgo * 1000)
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

  it('is given back in a region that is slow for a moment, so that it refuses nobody for a minute', async () => {
    const impatient = new AwsLease(clients, BUCKET_OF, ANSWER_MS)
    const {token} = await impatient.acquire('one', 60)
    // More than one attempt asks: a read that is silent is asked for again beside it.
    buckets.hangsFirst = 2
    await impatient.release({owner: 'one', token})
    expect([HOME, AWAY].map((region) => buckets.record(region).owner)).to.deep.equal([null, null])
  })

  it('aws 03: is taken, renewed and given back though every answer to a write is lost', async () => {
    const {answer} = buckets
    server.answer = (asked) => {
      const reply = answer(asked)
      return asked.method === 'PUT' && typeof reply !== 'string' && reply.status === undefined ? 'reset' : reply
    }
    const {regions, token} = await lease.acquire('one', 30)
    expect(regions).to.have.members([HOME, AWAY])
    expect(token).to.equal(1)
    for (const region of [HOME, AWAY]) buckets.writtenAt.set(region, buckets.now - 20_000)
    await lease.renew({owner: 'one', token}, 30)
    // More than was left before.
    expect((await lease.holder())?.secondsLeft).to.be.greaterThan(10)
    await lease.release({owner: 'one', token})
    expect(await lease.holder()).to.equal(undefined)
  })

  it('is taken in both regions, in a fixed order', async () => {
    expect(await lease.acquire('one', 60)).to.deep.equal({regions: [HOME, AWAY], unreachable: [], token: 1})
    expect(buckets.record(HOME)).to.include({owner: 'one', token: 1})
    expect(buckets.record(AWAY)).to.deep.equal(buckets.record(HOME))
    const written = server.asked.filter(({method}) => method === 'PUT').map(({url}) => BUCKETS[url.split('/')[1]!])
    expect(written).to.deep.equal([HOME, AWAY])
  })

  it('is refused while another holds it, who is named with the beginning and the end of the lease', async () => {
    await lease.acquire('one', 60)
    const error = (await thrownBy(lease.acquire('two', 60))) as DrError
    expect(error).to.include({code: 'LeaseHeld', exit: 'refused'})
    expect(error.message).to.contain('one')
    expect(error.why).to.contain(new Date(buckets.record(HOME).since).toISOString())
    expect(error.next).to.match(/ends by itself in (5\d|6[01]) s, and the same command then takes it over/)
    expect(buckets.record(AWAY).owner).to.equal('one')
  })

  for (const [who, ours] of [
    ['90 s ahead', 90],
    ['a day ahead', 86_400],
    ['a day behind', -86_400],
  ] as const)
    it(`field report 3: an operator whose clock is ${who} neither takes a live lease nor blocks the others`, async () => {
      buckets.clockAheadMs = -ours * 1000
      buckets.put(HOME, {owner: 'one', token: 3}, 20)
      expect(await thrownBy(lease.acquire('two', 60))).to.include({code: 'LeaseHeld'})
      buckets.put(HOME, {owner: 'one', token: 3}, 62)
      expect(await lease.acquire('two', 60)).to.include({token: 4})
      // One whose clock is right finds the lease alive, and takes it when it has run out.
      buckets.clockAheadMs = 0
      for (const region of [HOME, AWAY]) buckets.writtenAt.set(region, Date.now() - 30_000)
      expect(await thrownBy(lease.acquire('three', 60))).to.include({code: 'LeaseHeld'})
      for (const region of [HOME, AWAY]) buckets.writtenAt.set(region, Date.now() - 62_000)
      expect(await lease.acquire('three', 60)).to.include({token: 5})
    })

  it('is refused where another holds it in one region only', async () => {
    buckets.put(AWAY, {owner: 'one', token: 4})
    expect(await thrownBy(lease.acquire('two', 60))).to.include({code: 'LeaseHeld'})
    expect(buckets.objects.has(HOME)).to.equal(false)
  })

  it('keeps its fencing number when renewed, and raises it with every taking, that of the same owner too', async () => {
    const hold = {owner: 'one', token: 1}
    expect(await lease.acquire('one', 60)).to.include({token: 1})
    const {since} = buckets.record(HOME)
    await lease.renew(hold, 60)
    expect(buckets.record(HOME)).to.deep.equal({...hold, ttlSeconds: 60, since})
    await lease.confirm(hold)
    expect(await lease.acquire('one', 60)).to.include({token: 2})
    await lease.release({owner: 'one', token: 2})
    expect(buckets.record(HOME)).to.include({owner: null, ttlSeconds: 0, token: 2})
    expect(await lease.acquire('two', 60)).to.include({token: 3})
  })

  it('is taken over when it has run out', async () => {
    for (const region of [HOME, AWAY]) buckets.put(region, {owner: 'one', token: 7}, 62)
    expect(await lease.acquire('two', 60)).to.include({token: 8})
    await lease.release({owner: 'one', token: 7})
    expect(buckets.record(HOME)).to.include({owner: 'two', token: 8})
  })

  const takenMeanwhile: Record<string, (other: AwsLease) => Promise<void>> = {
    async 'taken by another'(other) {
      await other.acquire('two', 60)
    },
    async 'taken by another and given back'(other) {
      const {token} = await other.acquire('two', 60)
      await other.release({owner: 'two', token})
    },
    async 'taken by another process of the same run'(other) {
      await other.acquire('one', 60)
    },
  }
  for (const [how, take] of Object.entries(takenMeanwhile))
    it(`field report 2: a lease that was ${how} is lost, and never taken again`, async () => {
      const hold = {owner: 'one', token: (await lease.acquire('one', 60)).token}
      for (const region of [HOME, AWAY]) buckets.writtenAt.set(region, Date.now() - 62_000)
      await take(new AwsLease(clients, BUCKET_OF))
      const before = [...buckets.objects]
      expect(await thrownBy(lease.renew(hold, 60))).to.include({code: 'LeaseLost', exit: 'refused'})
      expect(await thrownBy(lease.confirm(hold))).to.include({code: 'LeaseLost', exit: 'refused'})
      await lease.release(hold)
      expect([...buckets.objects]).to.deep.equal(before)
    })

  it('is brought to a region that has come back with an older record, unless somebody lives there', async () => {
    buckets.lost.add(HOME)
    buckets.put(AWAY, {owner: null, token: 5})
    const hold = {owner: 'one', token: (await lease.acquire('one', 60)).token}
    buckets.lost.clear()
    buckets.put(HOME, {owner: 'two', token: 3}, 62)
    await lease.renew(hold, 60)
    expect(buckets.record(HOME)).to.include(hold)
    buckets.put(HOME, {owner: 'two', token: 3})
    expect(await thrownBy(lease.renew(hold, 60))).to.include({code: 'LeaseLost'})
  })

  it('is confirmed by the regions that keep it: one that was silent at the taking is not asked', async () => {
    const impatient = new AwsLease(clients, BUCKET_OF, ANSWER_MS)
    buckets.hanging.add(HOME)
    const hold = {owner: 'one', token: (await impatient.acquire('one', 60)).token}
    const before = server.asked.length
    await impatient.confirm(hold)
    expect(server.asked.slice(before).map(({url}) => BUCKETS[url.split('/')[1]!])).to.deep.equal([AWAY])
  })

  it('is enough in one region when the other is lost, which is reported', async () => {
    buckets.lost.add(HOME)
    expect(await lease.acquire('one', 60)).to.deep.equal({regions: [AWAY], unreachable: [HOME], token: 1})
    buckets.lost.clear()
    buckets.put(HOME, {owner: null, token: 5})
    expect(await lease.acquire('one', 60)).to.deep.equal({regions: [HOME, AWAY], unreachable: [], token: 6})
    buckets.lost.add(HOME)
    await lease.release({owner: 'one', token: 6})
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
      if (others-- > 0) buckets.put(region, {owner: null, token: 7 + others})
    }

    const before = server.asked.length
    let taken
    const ms = await within(impatient.acquire('one', 60).then((one) => (taken = one)))
    expect(taken).to.deep.equal({regions: [AWAY], unreachable: [HOME], token: 8})
    const asked = server.asked.slice(before).map(({method, url}) => `${method} ${BUCKETS[url.split('/')[1]!]!}`)
    expect(asked.filter((one) => one === `GET ${AWAY}`)).to.have.length(3)
    expect(asked.filter((one) => one.endsWith(HOME))).to.have.length(1)
    // Without a deadline of the lease's own, a call that hangs has 6 s.
    expect(ms).to.be.within(ANSWER_MS, 5000)
    expect(await within(impatient.release({owner: 'one', token: 8}))).to.be.below(5000)
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
      buckets.put(region, {owner: 'faster', token: 1})
    }

    expect(await thrownBy(lease.acquire('one', 60))).to.include({code: 'LeaseHeld'})
    expect(buckets.record(HOME).owner).to.equal('faster')
  })

  it('is kept in the other region where the bucket of one is gone', async () => {
    buckets.gone.add(HOME)
    expect(await lease.acquire('one', 60)).to.deep.equal({regions: [AWAY], unreachable: [HOME], token: 1})
    await lease.release({owner: 'one', token: 1})
    expect(buckets.record(AWAY).owner).to.equal(null)
  })

  it('leaves alone a bucket that is to go, once what was under way there has ended', async () => {
    await lease.acquire('one', 60)
    let writes = 0
    buckets.beforeWrite = (region) => {
      if (region === HOME) writes++
    }

    const renewal = lease.renew({owner: 'one', token: 1}, 60)
    expect(await lease.forget(HOME)).to.equal(1)
    const before = writes
    buckets.objects.delete(HOME)
    await renewal
    expect(await lease.acquire('one', 60)).to.deep.include({regions: [AWAY]})
    await lease.release({owner: 'one', token: 2})
    expect(writes).to.equal(before)
    expect(buckets.objects.has(HOME)).to.equal(false)
    expect(await lease.forget(AWAY)).to.equal(0)
  })

  it('is not taken over a record that cannot be read', async () => {
    buckets.objects.set(HOME, '{"owner":')
    expect(await thrownBy(lease.acquire('one', 60))).to.include({code: 'LeaseDamaged', exit: 'refused'})
  })
})
