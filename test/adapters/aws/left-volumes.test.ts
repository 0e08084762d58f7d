import {expect} from 'chai'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {AwsLeftVolumes} from '../../../src/adapters/aws/left-volumes.js'
import {AWAY, HOME, sampleDeployment} from '../../support/deployment.js'
import {serve} from '../../support/server.js'
import type {Asked, Reply, TestServer} from '../../support/server.js'

const NAMESPACE = 'xmlns="http://rds.amazonaws.com/doc/2014-10-31/"'
const LEFT = `rds:unplanned-global-failover-todomgmt-${HOME}-2026-11-28-20-31-05-123`
const COPY = `todomgmt-${HOME}-kept-20261128203105123`

describe('what failovers have left behind, over RDS', () => {
  let server: TestServer
  let clients: Clients
  let left: AwsLeftVolumes
  let ids: string[]
  let copies: URLSearchParams[]

  const answer = ({body}: Asked): Reply => {
    const asked = new URLSearchParams(body)
    const action = asked.get('Action')!
    const headers = {'content-type': 'text/xml'}
    if (action === 'CopyDBClusterSnapshot') {
      copies.push(asked)
      if (ids.includes(asked.get('TargetDBClusterSnapshotIdentifier')!))
        return {
          status: 400,
          headers,
          body: `<ErrorResponse ${NAMESPACE}><Error><Type>Sender</Type><Code>DBClusterSnapshotAlreadyExistsFault</Code><Message>no</Message></Error></ErrorResponse>`,
        }
      ids.push(asked.get('TargetDBClusterSnapshotIdentifier')!)
    }

    const shown = ids.map(
      (id) => `<DBClusterSnapshot><DBClusterSnapshotIdentifier>${id}</DBClusterSnapshotIdentifier></DBClusterSnapshot>`,
    )
    const result = action.startsWith('Describe') ? `<DBClusterSnapshots>${shown.join('')}</DBClusterSnapshots>` : ''
    return {
      headers,
      body: `<${action}Response ${NAMESPACE}><${action}Result>${result}</${action}Result></${action}Response>`,
    }
  }

  beforeEach(async () => {
    ids = ['rds:todomgmt-us-east-1-2026-11-28-03-00', LEFT, `rds:unplanned-global-failover-todomgmt-${AWAY}-1`]
    copies = []
    server = await serve(answer)
    clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
    left = new AwsLeftVolumes(clients, sampleDeployment())
  })

  afterEach(async () => {
    await clients.close()
    await server.close()
  })

  it('aws 13: are found by the name that Aurora gives them, and copied to a manual snapshot with their tags', async () => {
    const [volume, ...none] = (await left.list(HOME)) as [Awaited<ReturnType<AwsLeftVolumes['list']>>[0]]
    expect([volume, none]).to.deep.equal([{snapshot: LEFT, copy: COPY, copied: false}, []])
    await left.keep(HOME, volume)
    expect(Object.fromEntries(copies[0]!)).to.include({
      SourceDBClusterSnapshotIdentifier: LEFT,
      TargetDBClusterSnapshotIdentifier: COPY,
      CopyTags: 'true',
    })
    expect(await left.list(HOME)).to.deep.equal([{snapshot: LEFT, copy: COPY, copied: true}])
    expect(COPY.length).to.be.at.most(63)
  })

  it('aws 13: are kept once, whoever was first', async () => {
    ids.push(COPY)
    await left.keep(HOME, {snapshot: LEFT, copy: COPY, copied: false})
    expect(copies).to.have.length(1)
  })
})
