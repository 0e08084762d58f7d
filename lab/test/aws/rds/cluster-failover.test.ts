/** A failover within a cluster, and manual snapshots of it. */

import {expect} from 'chai'
import {AWAY, DatabaseLab, HOME} from '../../support/lab-database.js'

const CLUSTER = {DBClusterIdentifier: `todomgmt-${HOME}`}
const instance = (number: number, region = HOME) => `todomgmt-${region}-${number}`

describe('a cluster of several instances', function () {
  this.timeout(240_000)
  let lab: DatabaseLab

  before(async () => {
    lab = await DatabaseLab.start()
    await lab.rds.prepare()
    await lab.pair()
  })

  after(() => lab.stop())

  const addReader = async (number: number, PromotionTier: number): Promise<void> => {
    const input = {...CLUSTER, DBInstanceIdentifier: instance(number), Engine: 'aurora-mysql', PromotionTier}
    await lab.call('CreateDBInstance', {...input, DBInstanceClass: 'db.serverless'})
    await settled()
  }
  const settled = () =>
    lab.waitFor('the instances', async () => {
      const {DBInstances} = await lab.call('DescribeDBInstances', {})
      const statuses = DBInstances.map((one: {DBInstanceStatus: string}) => one.DBInstanceStatus)
      return [...statuses, (await lab.cluster(HOME)).Status].every((status) => status === 'available')
    })
  const writer = async (): Promise<string> => {
    const {DBClusterMembers} = await lab.cluster(HOME)
    return DBClusterMembers.find((one: {IsClusterWriter: boolean}) => one.IsClusterWriter).DBInstanceIdentifier
  }
  const failOver = async (TargetDBInstanceIdentifier?: string): Promise<void> => {
    const {DBCluster} = await lab.call('FailoverDBCluster', {...CLUSTER, TargetDBInstanceIdentifier})
    expect(DBCluster.Status).equal('failing-over')
    await settled()
  }

  it('aws 22: has another writer after a failover, by its tier or by name; clients are cut off, and rows and the secondary stay', async () => {
    const refuse = (TargetDBInstanceIdentifier?: string, region = HOME) =>
      lab.refusal('FailoverDBCluster', {DBClusterIdentifier: `todomgmt-${region}`, TargetDBInstanceIdentifier}, region)
    expect(await refuse()).equal('InvalidDBClusterStateFault')
    expect(await refuse(instance(1))).equal('InvalidDBInstanceState')
    expect(await refuse(instance(9))).equal('DBInstanceNotFound')
    expect(await refuse(undefined, AWAY)).equal('InvalidDBClusterStateFault')
    expect(await lab.refusal('FailoverDBCluster', {DBClusterIdentifier: 'none'})).equal('DBClusterNotFoundFault')

    await addReader(2, 5)
    await addReader(3, 2)
    const client = await lab.admin(HOME)
    client.on('error', () => undefined)
    await client.query('CREATE TABLE todo.kept (id INT PRIMARY KEY)')
    await client.query('INSERT INTO todo.kept VALUES (1)')
    await failOver()
    expect(await writer()).equal(instance(3))
    expect(await client.query('SELECT 1').catch((error: Error) => error)).instanceOf(Error)
    await failOver(instance(2))
    expect(await writer()).equal(instance(2))

    const again = await lab.admin(HOME)
    await again.query('INSERT INTO todo.kept VALUES (2)')
    again.destroy()
    await lab.waitFor('replication', () => lab.synchronized(AWAY))
    await lab.waitFor('the rows at the standby', async () => {
      const standby = await lab.admin(AWAY)
      const [rows] = await standby.query('SELECT id FROM todo.kept ORDER BY id')
      standby.destroy()
      return JSON.stringify(rows) === '[{"id":1},{"id":2}]'
    })
    const {Events} = await lab.call('DescribeEvents', {SourceType: 'db-cluster', EventCategories: ['failover']})
    expect(Events.map(({Message}: {Message: string}) => Message)).deep.equal([
      `Started cross AZ failover to DB instance: ${instance(3)}.`,
      `Completed failover to DB instance: ${instance(3)}.`,
      `Started cross AZ failover to DB instance: ${instance(2)}.`,
      `Completed failover to DB instance: ${instance(2)}.`,
    ])
  })

  it('aws 22: has manual snapshots, made of what is available, with their tags, until they are deleted', async () => {
    const named = {DBClusterSnapshotIdentifier: 'Before-Release'}
    const found = async () => (await lab.call('DescribeDBClusterSnapshots', named)).DBClusterSnapshots[0]
    const Tags = [{Key: 'why', Value: 'release'}]
    const {DBClusterSnapshot} = await lab.call('CreateDBClusterSnapshot', {...CLUSTER, ...named, Tags})
    expect(DBClusterSnapshot).deep.include({
      DBClusterSnapshotIdentifier: 'before-release',
      DBClusterIdentifier: `todomgmt-${HOME}`,
      SnapshotType: 'manual',
      Status: 'creating',
      PercentProgress: 0,
      TagList: Tags,
    })
    expect(await lab.refusal('DeleteDBClusterSnapshot', named)).equal('InvalidDBClusterSnapshotStateFault')
    const copy = {SourceDBClusterSnapshotIdentifier: 'before-release', TargetDBClusterSnapshotIdentifier: 'copy'}
    expect(await lab.refusal('CopyDBClusterSnapshot', copy)).equal('InvalidDBClusterSnapshotStateFault')
    await lab.waitFor('the snapshot', async () => (await found()).Status === 'available')
    expect(await found()).deep.include({PercentProgress: 100, TagList: Tags})

    const refuse = (input: object) => lab.refusal('CreateDBClusterSnapshot', {...CLUSTER, ...named, ...input})
    expect(await refuse({})).equal('DBClusterSnapshotAlreadyExistsFault')
    expect(await refuse({DBClusterSnapshotIdentifier: '1st'})).equal('InvalidParameterValue')
    expect(await refuse({DBClusterIdentifier: 'none'})).equal('DBClusterNotFoundFault')
    const reading = lab.call('FailoverDBCluster', CLUSTER)
    expect(await refuse({DBClusterSnapshotIdentifier: 'other'})).equal('InvalidDBClusterStateFault')
    await reading
    await settled()
    await lab.call('DeleteDBClusterSnapshot', named)
    expect(await lab.refusal('DescribeDBClusterSnapshots', named)).equal('DBClusterSnapshotNotFoundFault')
  })
})
