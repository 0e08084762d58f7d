/** Upgrades of members of a global database: their order, what is refused, and what clients see. */

import {expect} from 'chai'
import {AWAY, DatabaseLab, HOME} from '../../support/lab-database.js'

const LINE = '8.0.mysql_aurora.'
const NEXT = `${LINE}3.10.5`

describe('aws 1: upgrades in the lab', function () {
  this.timeout(240_000)
  let lab: DatabaseLab

  beforeEach(async () => {
    lab = await DatabaseLab.start()
    await lab.rds.prepare()
    await lab.pair()
  })

  afterEach(() => lab.stop())

  const change = (region: string, EngineVersion: string, ApplyImmediately = true) =>
    [{DBClusterIdentifier: `todomgmt-${region}`, EngineVersion, ApplyImmediately}, region] as const

  const upgrade = async (region: string, version = NEXT): Promise<void> => {
    const {DBCluster} = await lab.call('ModifyDBCluster', ...change(region, version))
    expect(DBCluster).to.include({Status: 'upgrading'})
    await lab.waitFor('the upgrade', async () => (await lab.cluster(region)).Status === 'available')
  }

  const versions = async (): Promise<string[]> =>
    Promise.all([HOME, AWAY].map(async (region) => (await lab.cluster(region)).EngineVersion as string))

  it('takes the secondary first, and refuses the primary before it', async () => {
    expect(await lab.refusal('ModifyDBCluster', ...change(HOME, NEXT))).to.equal('InvalidParameterValue')
    await upgrade(AWAY)
    expect((await lab.global()).EngineVersion).to.equal(`${LINE}3.10.3`)
    await lab.waitFor('replication', () => lab.synchronized(AWAY))
    await upgrade(HOME)
    expect(await versions()).to.deep.equal([NEXT, NEXT])
    expect((await lab.global()).EngineVersion).to.equal(NEXT)
    await lab.waitFor('replication', () => lab.synchronized(AWAY))
  })

  it('follows the roles: after a switch, home is the secondary', async () => {
    const target = {GlobalClusterIdentifier: 'todomgmt', TargetDbClusterIdentifier: lab.arn(AWAY)}
    await lab.call('SwitchoverGlobalCluster', target)
    await lab.waitFor('the switch', async () => (await lab.settledWriter()) === AWAY)
    await lab.waitFor('replication', () => lab.synchronized(HOME))
    expect(await lab.refusal('ModifyDBCluster', ...change(AWAY, NEXT))).to.equal('InvalidParameterValue')
    await upgrade(HOME)
  })

  it('restarts the server and cuts off its clients; rows and roles stay', async () => {
    const [{DBInstances: before}, client] = [await lab.call('DescribeDBInstances', {}), await lab.admin(HOME)]
    client.on('error', () => undefined)
    await client.query('CREATE TABLE todo.kept (id INT PRIMARY KEY)')
    await client.query('INSERT INTO todo.kept VALUES (1)')
    await upgrade(AWAY)
    await lab.call('ModifyDBCluster', ...change(HOME, NEXT))
    const {DBInstances} = await lab.call('DescribeDBInstances', {})
    expect([before[0].DBInstanceStatus, DBInstances[0].DBInstanceStatus]).to.deep.equal(['available', 'upgrading'])
    await lab.waitFor('the upgrade', async () => (await lab.cluster(HOME)).Status === 'available')
    const gone = await client.query('SELECT 1').then(
      () => 'alive',
      () => 'cut off',
    )
    expect(gone).to.equal('cut off')
    const again = await lab.admin(HOME)
    await again.query('INSERT INTO todo.kept VALUES (2)')
    const [rows] = await again.query('SELECT id FROM todo.kept ORDER BY id')
    expect(rows).to.deep.equal([{id: 1}, {id: 2}])
    again.destroy()
  })

  it('refuses a downgrade, an unknown version, and a minor version with another community MySQL', async () => {
    const refusals = ['3.10.2', '3.08.2', '3.10.99', '3.11.0'].map((version) =>
      lab.refusal('ModifyDBCluster', ...change(AWAY, `${LINE}${version}`)),
    )
    expect(await Promise.all(refusals)).to.deep.equal([
      'InvalidParameterCombination',
      'InvalidParameterCombination',
      'InvalidParameterCombination',
      'InvalidParameterValue',
    ])
    const whole = {GlobalClusterIdentifier: 'todomgmt', EngineVersion: NEXT}
    expect(await lab.refusal('ModifyGlobalCluster', whole)).to.equal('InvalidParameterValue')
    expect(await versions()).to.deep.equal([`${LINE}3.10.3`, `${LINE}3.10.3`])
  })

  it('leaves one for the maintenance window that is not to be applied at once', async () => {
    await lab.call('ModifyDBCluster', ...change(AWAY, NEXT, false))
    const cluster = await lab.cluster(AWAY)
    expect(cluster).to.deep.include({Status: 'available', EngineVersion: `${LINE}3.10.3`})
    expect(cluster.PendingModifiedValues).to.deep.equal({EngineVersion: NEXT})
  })

  it('refuses every managed switch while the versions differ, and takes it when they do not', async () => {
    const target = {GlobalClusterIdentifier: 'todomgmt', TargetDbClusterIdentifier: lab.arn(AWAY)}
    await upgrade(AWAY)
    await lab.waitFor('replication', () => lab.synchronized(AWAY))
    expect(await lab.refusal('SwitchoverGlobalCluster', target)).to.equal('InvalidDBClusterStateFault')
    expect(await lab.refusal('FailoverGlobalCluster', {...target, AllowDataLoss: true}, AWAY)).to.equal(
      'InvalidDBClusterStateFault',
    )
    await upgrade(HOME)
    await lab.waitFor('replication', () => lab.synchronized(AWAY))
    await lab.call('SwitchoverGlobalCluster', target)
    await lab.waitFor('the switch', async () => (await lab.settledWriter()) === AWAY)
  })

  it('refuses a cluster without an instance, and one that is busy', async () => {
    await lab.call('DeleteDBInstance', {DBInstanceIdentifier: `todomgmt-${AWAY}-1`}, AWAY)
    await lab.waitFor('the deletion', async () => (await lab.cluster(AWAY)).DBClusterMembers.length === 0)
    expect(await lab.refusal('ModifyDBCluster', ...change(AWAY, NEXT))).to.equal('InvalidDBClusterStateFault')
  })

  it('says what a version can be upgraded to', async () => {
    const asked = {Engine: 'aurora-mysql', EngineVersion: `${LINE}3.10.4`}
    const {DBEngineVersions} = await lab.call('DescribeDBEngineVersions', asked)
    const [{ValidUpgradeTarget: targets}] = DBEngineVersions
    expect(targets.map(({EngineVersion}: {EngineVersion: string}) => EngineVersion)).to.deep.equal([
      NEXT,
      `${LINE}3.10.6`,
      `${LINE}3.11.0`,
    ])
    expect(targets[0]).to.include({IsMajorVersionUpgrade: false, SupportsGlobalDatabases: true})
  })
})
