import {expect} from 'chai'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {AwsRunMirror} from '../../../src/adapters/aws/run-mirror.js'
import {Unreachable} from '../../../src/errors.js'
import {AWAY, HOME, sampleDeployment} from '../../support/deployment.js'
import {serve} from '../../support/server.js'
import type {Asked, Reply, TestServer} from '../../support/server.js'
import {thrownBy} from '../../support/thrown.js'

const ID = '20260102T030405678Z-failover-0a0b'

const xml = (status: number, body: string): Reply => ({status, headers: {'content-type': 'application/xml'}, body})

describe('copies of runs in the lease buckets', () => {
  const objects = new Map<string, string>()
  let answer: (asked: Asked) => Reply
  let server: TestServer
  let clients: Clients
  let mirror: AwsRunMirror

  beforeEach(async () => {
    objects.clear()
    answer = ({method, url, body}) => {
      const path = new URL(url, 'http://x').pathname
      if (method === 'PUT') {
        objects.set(path, body)
        return {}
      }

      const held = objects.get(path)
      return held === undefined ? xml(404, '<Error><Code>NoSuchKey</Code></Error>') : {body: held}
    }

    server = await serve((asked) => answer(asked))
    clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
    mirror = new AwsRunMirror(clients, sampleDeployment())
  })

  afterEach(async () => {
    await clients.close()
    await server.close()
  })

  it('lie in the bucket of each region, below the name of the global cluster', async () => {
    expect(mirror.regions).to.deep.equal([HOME, AWAY])
    await mirror.put(AWAY, ID, 'journal.ndjson', '{"n":0}\n')
    expect([...objects.keys()]).to.deep.equal([
      `/todomgmt-lease-000000000000-${AWAY}/runs/todomgmt/${ID}/journal.ndjson`,
    ])
    expect(await mirror.get(AWAY, ID, 'journal.ndjson')).to.equal('{"n":0}\n')
    expect(await mirror.get(HOME, ID, 'journal.ndjson')).to.equal(undefined)
  })

  it('are listed from an instant on, over all pages', async () => {
    const page = (id: string, next?: string): Reply =>
      xml(
        200,
        `<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}<CommonPrefixes><Prefix>runs/todomgmt/${id}/</Prefix></CommonPrefixes></ListBucketResult>`,
      )
    answer = ({url}) => (url.includes('continuation-token=more') ? page('second') : page('first', 'more'))
    expect(await mirror.list(HOME, Date.UTC(2026, 0, 2))).to.deep.equal(['first', 'second'])
    const {searchParams} = new URL(server.asked[0]!.url, 'http://x')
    expect(Object.fromEntries(searchParams)).to.include({
      prefix: 'runs/todomgmt/',
      delimiter: '/',
      'start-after': 'runs/todomgmt/20260102T000000000Z',
    })
  })

  it('are Unreachable where nobody answers', async () => {
    answer = () => 'reset'
    expect(await thrownBy(mirror.put(HOME, ID, 'plan.json', '{}'))).to.be.instanceOf(Unreachable)
    expect(await thrownBy(mirror.get(HOME, ID, 'plan.json'))).to.be.instanceOf(Unreachable)
    expect(await thrownBy(mirror.list(HOME, 0))).to.be.instanceOf(Unreachable)
  })
})
