import {expect} from 'chai'
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

import {SNAPSHOTS} from '../../../src/aws/rds/quotas.js'
import {quotasOf} from '../../../src/quotas.js'
import {AWAY, DatabaseLab, HOME} from '../../support/lab-database.js'
import {Writers, written} from '../../support/writers.js'

describe('RDS switches', function () {
  this.timeout(240_000)
  let lab: DatabaseLab

  async function begin(profile = {}): Promise<string[]> {
    lab = await DatabaseLab.start(profile)
    await lab.rds.prepare()
    await lab.pair({proxies: true})
    await Writers.table(lab, HOME)
    await lab.waitFor('the table', async () => (await lab.rows(AWAY, "SHOW TABLES LIKE 'written'")).length === 1)
    const proxies = await Promise.all([HOME, AWAY].map((region) => lab.call('DescribeDBProxies', {}, region)))
    return proxies.map(({DBProxies}) => DBProxies[0].Endpoint)
  }

  afterEach(() => lab.stop())

  const target = (region: string): object => ({
    GlobalClusterIdentifier: 'todomgmt',
    TargetDbClusterIdentifier: lab.arn(region),
  })
  const eventIds = (region: string): string[] => lab.rds.eventHistory(region).map(({eventId}) => eventId.slice(-4))
  const lostOf = (acknowledged: Iterable<number>, present: Set<number>): number[] =>
    [...acknowledged].filter((number) => !present.has(number))
  const fault = (kind: 'region-loss' | 'partition', region: string) => ({kind, region})
  const failover = async (region: string): Promise<void> => {
    await lab.call('FailoverGlobalCluster', {...target(region), AllowDataLoss: true}, region)
    await lab.waitFor(`the failover to ${region}`, async () => (await lab.settledWriter()) === region)
  }

  it('aws 06: each primary knows by SQL how far its standby is behind, for as long as it hears of it', async () => {
    await begin()
    const known = (region: string) =>
      lab.rows(
        region,
        `SELECT AWS_REGION region, RPO_LAG_IN_MILLISECONDS lag, LAST_LAG_CALCULATION_TIMESTAMP < '1971-01-01' isPrimary,
          TIMESTAMPDIFF(MICROSECOND, LAST_LAG_CALCULATION_TIMESTAMP, UTC_TIMESTAMP(6)) / 1000 age
        FROM aurora.aurora_global_db_status ORDER BY isPrimary DESC`,
      )
    const hears = async (primary: string, standby: string): Promise<void> => {
      const isSmall = (value: unknown): boolean => Number(value) >= 0 && Number(value) < 5000
      await lab.waitFor('the lag by SQL', async () => {
        const [, other] = await known(primary)
        return other !== undefined && isSmall(other.lag) && isSmall(other.age)
      })
      const [own, other] = await known(primary)
      expect(own).to.deep.include({region: primary, lag: 0, isPrimary: 1})
      expect(other).to.deep.include({region: standby, isPrimary: 0})
    }

    await hears(HOME, AWAY)
    // Nobody who logs in is kept from it.
    await lab.rows(HOME, "CREATE USER anybody@'127.0.0.1' IDENTIFIED BY 'x'")
    expect(await lab.rows(HOME, 'SHOW GRANTS FOR anybody@127.0.0.1')).to.have.length(1)
    const anybody = await lab.admin(HOME, {user: 'anybody', password: 'x', database: 'aurora'})
    const [seen] = await anybody.query('SELECT AWS_REGION FROM aurora.aurora_global_db_status').finally(() => {
      anybody.destroy()
    })
    expect(seen).to.have.length(2)

    await lab.lab.faults.start(fault('partition', AWAY))
    await lab.waitFor('a value that is old', async () => Number((await known(HOME))[1]?.age) > 4000)
    await lab.lab.faults.lift(fault('partition', AWAY))
    await failover(AWAY)
    await hears(AWAY, HOME)
  })

  it('switches over and back under writes and loses nothing', async () => {
    const hosts = await begin()
    const writers = new Writers(lab, hosts)
    writers.start(4, 2)
    await lab.waitFor('writes', () => writers.acknowledged.size > 100)
    for (const [from, to] of [
      [HOME, AWAY],
      [AWAY, HOME],
    ] as const) {
      const {GlobalCluster} = await lab.call('SwitchoverGlobalCluster', target(to), from)
      expect(GlobalCluster.FailoverState).to.deep.include({
        Status: 'pending',
        IsDataLossAllowed: false,
        ToDbClusterArn: lab.arn(to),
      })
      expect(await lab.refusal('SwitchoverGlobalCluster', target(to), from), 'a second one').to.equal(
        'InvalidGlobalClusterStateFault',
      )
      await lab.waitFor('the switchover', async () => (await lab.settledWriter()) === to)
      await lab.waitFor('replication', () => lab.synchronized(from))
      const reached = writers.acknowledged.size
      await lab.waitFor('writes afterwards', () => writers.acknowledged.size > reached + 100)
    }

    await writers.stop()
    expect(lostOf(writers.acknowledged.keys(), await written(lab, HOME))).to.deep.equal([])
    await lab.waitFor('the standby', async () => (await written(lab, AWAY)).size === (await written(lab, HOME)).size)
    expect(await checksum(AWAY)).to.deep.equal(await checksum(HOME))
    expect(eventIds(AWAY)).to.include.members(['0181', '0184', '0185'])
  })

  it('aws 21: FailoverGlobalCluster without flags is a switchover from either region, and from no third one', async () => {
    await begin()
    for (const [to, region] of [
      [AWAY, AWAY],
      [HOME, AWAY],
    ] as const) {
      expect(await lab.refusal('FailoverGlobalCluster', target(to), 'eu-west-1')).to.equal(
        'InvalidGlobalClusterStateFault',
      )
      const {GlobalCluster} = await lab.call('FailoverGlobalCluster', target(to), region)
      expect(GlobalCluster.FailoverState).to.deep.include({IsDataLossAllowed: false, ToDbClusterArn: lab.arn(to)})
      await lab.waitFor('the switchover', async () => (await lab.settledWriter()) === to)
      await lab.waitFor('replication', () => lab.synchronized(to === HOME ? AWAY : HOME))
    }

    expect(await lab.refusal('SwitchoverGlobalCluster', target(AWAY), AWAY)).to.equal('InvalidGlobalClusterStateFault')
  })

  it('drains the lag in a switchover', async () => {
    const hosts = await begin()
    const writers = new Writers(lab, hosts)
    lab.lab.faults.setLag(300)
    writers.start(2, 5)
    await lab.waitFor('writes', () => writers.acknowledged.size > 50)
    await lab.call('SwitchoverGlobalCluster', target(AWAY))
    await lab.waitFor('the switchover', async () => (await lab.settledWriter()) === AWAY)
    await writers.stop()
    expect(lostOf(writers.acknowledged.keys(), await written(lab, AWAY))).to.deep.equal([])
  })

  it('loses exactly what was in flight when the primary region dies', async () => {
    // Long, so that the slack can be more than a busy machine takes for an answer, and for the loss itself.
    const lagMs = 3000
    const slackMs = lagMs / 2
    const [home] = await begin()
    const writers = new Writers(lab, [home!])
    lab.lab.faults.setLag(lagMs)
    writers.start(4, 5)
    await lab.waitFor('writes', () => writers.acknowledged.size > 20)
    await sleep(2 * lagMs)
    const died = Date.now()
    await lab.lab.faults.start(fault('region-loss', HOME))
    await writers.stop()
    await failover(AWAY)

    const acknowledged = [...writers.acknowledged]
    const present = await written(lab, AWAY)
    const lost = lostOf(writers.acknowledged.keys(), present)
    expect(lost.length).to.be.greaterThan(0)
    for (const [number, at] of acknowledged) {
      if (at < died - lagMs - slackMs)
        expect(present.has(number), `${number}, acknowledged ${died - at} ms before`).to.equal(true)
      if (at > died - lagMs + slackMs)
        expect(present.has(number), `${number}, acknowledged ${died - at} ms before`).to.equal(false)
    }

    expect(eventIds(AWAY)).to.include.members(['0391', '0238'])
  })

  it('adds the old primary again on a new volume, and keeps the old one as a snapshot', async () => {
    const [home, away] = await begin()
    const writers = new Writers(lab, [home!, away!])
    lab.lab.faults.setLag(200)
    writers.start(2, 5)
    await lab.waitFor('replicated writes', async () => (await written(lab, AWAY)).size > 10)
    await lab.lab.faults.start(fault('region-loss', HOME))
    await failover(AWAY)
    const reached = writers.acknowledged.size
    await lab.waitFor('writes to the new primary', () => writers.acknowledged.size > reached + 20)
    expect(await lab.synchronized(HOME)).to.equal(false)
    await lab.lab.faults.lift(fault('region-loss', HOME))
    await lab.waitFor('the old primary', () => lab.synchronized(HOME))
    await writers.stop()

    await lab.waitFor('the same rows', async () => (await written(lab, HOME)).size === (await written(lab, AWAY)).size)
    expect(await checksum(HOME)).to.deep.equal(await checksum(AWAY))
    expect(await lab.rows(HOME, "SHOW GRANTS FOR 'dradmin'@'%'")).to.deep.equal(
      await lab.rows(AWAY, "SHOW GRANTS FOR 'dradmin'@'%'"),
    )
    expect((await lab.rows(HOME, 'SELECT @@read_only AS ro'))[0]).to.deep.equal({ro: 1})
    const [row] = await lab.rows(
      AWAY,
      'SELECT COUNT(*) AS home, (SELECT COUNT(*) FROM written WHERE id % 2 = 0) AS away FROM written WHERE id % 2 = 1',
    )
    expect(Number(row!.home)).to.be.greaterThan(0)
    expect(Number(row!.away)).to.be.greaterThan(0)

    const {DBClusterSnapshots} = await lab.call('DescribeDBClusterSnapshots', {DBClusterIdentifier: `todomgmt-${HOME}`})
    expect(DBClusterSnapshots).to.have.length(1)
    expect(DBClusterSnapshots[0].DBClusterSnapshotIdentifier).to.match(
      /^rds:unplanned-global-failover-todomgmt-us-east-1-\d{4}-/,
    )
    const left = DBClusterSnapshots[0].DBClusterSnapshotIdentifier as string
    const copied = (name: string) => ({
      SourceDBClusterSnapshotIdentifier: left,
      TargetDBClusterSnapshotIdentifier: name,
    })
    const copy = await lab.call('CopyDBClusterSnapshot', copied('todomgmt-us-east-1-kept-1'))
    expect(copy.DBClusterSnapshot.SnapshotType).to.equal('manual')
    for (const [name, code] of [
      ['todomgmt-us-east-1-kept-1', 'DBClusterSnapshotAlreadyExistsFault'],
      [left, 'InvalidParameterValue'],
      ['x'.repeat(64), 'InvalidParameterValue'],
    ] as const)
      expect(await lab.refusal('CopyDBClusterSnapshot', copied(name))).to.equal(code)
    quotasOf(lab.lab).set(HOME, SNAPSHOTS, 1)
    expect(await lab.refusal('CopyDBClusterSnapshot', copied('one-more'))).to.equal('SnapshotQuotaExceeded')
    const [kept] = readdirSync(join(lab.lab.folder, 'database', 'snapshots'))
    expect(existsSync(join(lab.lab.folder, 'database', 'snapshots', kept!, 'todo', 'written.ibd'))).to.equal(true)
    expect(eventIds(AWAY)).to.include.members(['0240', '0241'])

    await lab.call('SwitchoverGlobalCluster', target(HOME), AWAY)
    await lab.waitFor('the failback', async () => (await lab.settledWriter()) === HOME)
  })

  it('resumes in the old roles when the region comes back without a failover', async () => {
    const hosts = await begin()
    const writers = new Writers(lab, hosts)
    writers.start(2, 5)
    await lab.waitFor('writes', () => writers.acknowledged.size > 20)
    await lab.lab.faults.start(fault('region-loss', HOME))
    await lab.lab.faults.lift(fault('region-loss', HOME))
    await lab.waitFor('replication', () => lab.synchronized(AWAY))
    const reached = writers.acknowledged.size
    await lab.waitFor('writes', () => writers.acknowledged.size > reached + 20)
    await writers.stop()
    expect(await lab.settledWriter()).to.equal(HOME)
    expect(lostOf(writers.acknowledged.keys(), await written(lab, HOME))).to.deep.equal([])
    await lab.waitFor('the standby', async () => (await written(lab, AWAY)).size === (await written(lab, HOME)).size)
  })

  it('blocks the writes of an old primary that is alive', async () => {
    const [home] = await begin()
    const session = await lab.byName(home!)
    session.on('error', () => undefined)
    await failover(AWAY)
    const refused = await session
      .query('INSERT INTO written (number) VALUES (1)')
      .catch((error: Error) => error.message)
    expect(refused).to.match(/closed|lost|read-only/i)
    expect(eventIds(AWAY)).to.include('0390')
    await lab.waitFor('the old primary', () => lab.synchronized(HOME))
  })

  it('cannot block an old primary beyond a partition, whose writes are gone after it', async () => {
    const [home] = await begin()
    await lab.lab.faults.start(fault('partition', HOME))
    await failover(AWAY)
    expect(eventIds(AWAY)).to.include('0391')
    const session = await lab.byName(home!)
    session.on('error', () => undefined)
    await session.query('INSERT INTO written (number) VALUES (7)')
    await lab.lab.faults.lift(fault('partition', HOME))
    await lab.waitFor('the old primary', () => lab.synchronized(HOME))
    expect([...(await written(lab, HOME))]).to.deep.equal([])
  })

  it('keeps the old primary writing for a while, then neither, and queues at the new one, in a paced switchover', async () => {
    const [home, away] = await begin({promotionMs: 2000})
    const session = await lab.byName(home!)
    session.on('error', () => undefined)
    const patient = {
      DBProxyName: `todomgmt-${AWAY}`,
      TargetGroupName: 'default',
      ConnectionPoolConfig: {ConnectionBorrowTimeout: 10},
    }
    await lab.call('ModifyDBProxyTargetGroup', patient, AWAY)
    await lab.call('SwitchoverGlobalCluster', target(AWAY))
    await session.query('INSERT INTO written (number) VALUES (1)')
    const accepted = performance.now()
    const queued = await lab.byName(away!, {connectTimeout: 15_000})
    expect(performance.now() - accepted, 'it waited for the promotion').to.be.greaterThan(1000)
    await queued.query('INSERT INTO written (number) VALUES (2)')
    queued.destroy()
    expect([...(await written(lab, AWAY))]).to.have.members([1, 2])
  })

  it('shows a switch in the answer of its call, and to nobody who looks while it is hidden', async () => {
    await begin({promotionMs: 1500, hiddenMs: 60_000})
    const {GlobalCluster} = await lab.call('FailoverGlobalCluster', {...target(AWAY), AllowDataLoss: true}, AWAY)
    expect(GlobalCluster.FailoverState).to.include({Status: 'pending', ToDbClusterArn: lab.arn(AWAY)})
    const seen = await lab.global()
    expect([seen.Status, seen.FailoverState]).to.deep.equal(['available', undefined])
    expect(await lab.refusal('SwitchoverGlobalCluster', target(AWAY)), 'it is under way').to.equal(
      'InvalidGlobalClusterStateFault',
    )
    await lab.waitFor('the failover', async () => (await lab.settledWriter()) === AWAY)
  })

  it('leaves a proxy waiting that has not seen the new writer yet', async () => {
    const [, away] = await begin({proxyMs: 60_000})
    await failover(AWAY)
    const impatient = {
      DBProxyName: `todomgmt-${AWAY}`,
      TargetGroupName: 'default',
      ConnectionPoolConfig: {ConnectionBorrowTimeout: 1},
    }
    await lab.call('ModifyDBProxyTargetGroup', impatient, AWAY)
    const refused = await lab.byName(away!, {connectTimeout: 15_000}).then(
      () => 'connected',
      (error: Error) => error.message,
    )
    expect(refused).to.equal("The target group doesn't have any associated read/write instances")
    const {Targets} = await lab.call('DescribeDBProxyTargets', {DBProxyName: `todomgmt-${AWAY}`}, AWAY)
    expect(Targets.map(({Role}: {Role?: string}) => Role)).to.deep.equal([undefined, 'READ_ONLY'])
  })

  it('goes back to where it was when the target dies in a switchover', async () => {
    const [home] = await begin({promotionMs: 400})
    await lab.call('SwitchoverGlobalCluster', target(AWAY))
    await lab.lab.faults.start(fault('region-loss', AWAY))
    await lab.waitFor('the cancellation', async () => (await lab.settledWriter()) === HOME)
    const session = await lab.byName(home!)
    await session.query('INSERT INTO written (number) VALUES (1)')
    session.destroy()
    await lab.lab.faults.lift(fault('region-loss', AWAY))
    await lab.waitFor('replication', () => lab.synchronized(AWAY))
    // A table that was being created when the server died is created again by replication.
    await lab.waitFor('the row', async () => (await written(lab, AWAY).catch(() => new Set())).has(1))
    expect(eventIds(AWAY)).to.include('0186')
  })

  it('goes on replicating where a statement was done and logged, and not counted yet, when the server died', async () => {
    await begin()
    await lab.lab.faults.start(fault('partition', AWAY))
    const create = 'CREATE TABLE late (id INT PRIMARY KEY)'
    const home = await lab.admin(HOME)
    await home.query(create)
    const [[{gtid}]] = (await home.query('SELECT @@last_gtid AS gtid')) as unknown as [[{gtid: string}]]
    await home.query('INSERT INTO late VALUES (1)')
    home.destroy()

    // What replication does, but for its last act: a statement under the primary's number that `gtid_slave_pos` does not know.
    const [, server, sequence] = gtid.split('-').map(Number)
    const away = await lab.admin(AWAY)
    await away.query(`SET SESSION server_id=${server}, gtid_seq_no=${sequence}`)
    await away.query(create)
    away.destroy()
    await lab.lab.faults.start(fault('region-loss', AWAY))
    await lab.lab.faults.lift(fault('partition', AWAY))
    await lab.lab.faults.lift(fault('region-loss', AWAY))
    await lab.waitFor('the row', async () => (await lab.rows(AWAY, 'SELECT id FROM late')).length === 1)
  })

  it('detaches the survivor of a dead primary, which then stands alone', async () => {
    const [, away] = await begin()
    await lab.lab.faults.start(fault('region-loss', HOME))
    await lab.call(
      'RemoveFromGlobalCluster',
      {GlobalClusterIdentifier: 'todomgmt', DbClusterIdentifier: lab.arn(AWAY)},
      AWAY,
    )
    await lab.waitFor('the detachment', async () => (await lab.cluster(AWAY)).Status === 'available')
    const session = await lab.byName(away!)
    await session.query('INSERT INTO written (number) VALUES (1)')
    session.destroy()
    await lab.lab.faults.lift(fault('region-loss', HOME))
    expect(
      (await lab.global()).GlobalClusterMembers.map((member: {DBClusterArn: string}) => member.DBClusterArn),
    ).to.deep.equal([lab.arn(HOME)])
    expect((await written(lab, HOME)).size, 'no replication between the two').to.equal(0)
  })

  const checksum = async (region: string): Promise<unknown> => (await lab.rows(region, 'CHECKSUM TABLE written'))[0]
})
