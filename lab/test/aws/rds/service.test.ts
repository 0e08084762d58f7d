import {expect} from 'chai'

import {IamService} from '../../../src/aws/iam/service.js'
import {SecretsManagerService} from '../../../src/aws/secretsmanager/service.js'
import {accountArn} from '../../../src/aws/rds/may-connect.js'
import {recordsOf} from '../../../src/cloudformation/records.js'
import type {Service} from '../../../src/kernel.js'
import {connectToken} from '../../support/connect-token.js'
import {AWAY, DatabaseLab, HOME, MASTER} from '../../support/lab-database.js'

const TARGET = {GlobalClusterIdentifier: 'todomgmt'}

describe('RDS', () => {
  let lab: DatabaseLab

  before(async function () {
    this.timeout(180_000)
    lab = await DatabaseLab.start()
    await lab.rds.prepare()
    await lab.pair({proxies: true})
  })

  after(() => lab.stop())

  it('stores identifiers in lower case and finds them in any', async () => {
    const {DBClusters} = await lab.call('DescribeDBClusters', {DBClusterIdentifier: 'TODOMGMT-US-EAST-1'})
    expect(DBClusters[0].DBClusterIdentifier).to.equal('todomgmt-us-east-1')
    expect(DBClusters[0].Status).to.equal('available')
    expect(await lab.refusal('CreateDBCluster', {DBClusterIdentifier: '1abc', Engine: 'aurora-mysql'})).to.equal(
      'InvalidParameterValue',
    )
  })

  it('shows the global database with all members from either region, idle without a failover state', async () => {
    for (const region of [HOME, AWAY]) {
      const [global] = (await lab.call('DescribeGlobalClusters', {}, region)).GlobalClusters
      expect(global.Status).to.equal('available')
      expect(global.FailoverState).to.equal(undefined)
      expect(global.GlobalClusterMembers).to.have.length(2)
      const writer = global.GlobalClusterMembers.find((member: {IsWriter: boolean}) => member.IsWriter)
      expect(writer).to.deep.include({DBClusterArn: lab.arn(HOME), Readers: [lab.arn(AWAY)]})
    }

    expect(await lab.refusal('DescribeGlobalClusters', {GlobalClusterIdentifier: 'other'})).to.equal(
      'GlobalClusterNotFoundFault',
    )
  })

  it('steps ids by the offsets of each region', async () => {
    const [home] = await lab.rows(
      HOME,
      'SELECT @@global.auto_increment_increment AS step, @@global.auto_increment_offset AS first',
    )
    const [away] = await lab.rows(
      AWAY,
      'SELECT @@global.auto_increment_increment AS step, @@global.auto_increment_offset AS first',
    )
    expect([home, away]).to.deep.equal([
      {step: 2, first: 1},
      {step: 2, first: 2},
    ])
    const {Parameters} = await lab.call(
      'DescribeDBClusterParameters',
      {DBClusterParameterGroupName: 'offsets', Source: 'user'},
      AWAY,
    )
    expect(Parameters[1]).to.include({ParameterName: 'auto_increment_offset', ParameterValue: '2', Source: 'user'})
  })

  it('replicates rows, schema and grants', async () => {
    const writer = await lab.admin(HOME)
    await writer.query('CREATE TABLE replicated (id BIGINT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(9))')
    await writer.query("INSERT INTO replicated (v) VALUES ('a'), ('b')")
    writer.destroy()
    await lab.waitFor('rows', async () => (await lab.rows(AWAY, 'SHOW TABLES LIKE "replicated"')).length === 1)
    await lab.waitFor('rows', async () => (await lab.rows(AWAY, 'SELECT * FROM replicated')).length === 2)
    expect(await lab.rows(AWAY, 'SELECT id, v FROM replicated')).to.deep.equal([
      {id: 1, v: 'a'},
      {id: 3, v: 'b'},
    ])
    const standby = await lab.byName(
      `todomgmt-${AWAY}-ro.endpoint.proxy-${await suffix(AWAY)}.${AWAY}.rds.amazonaws.com`,
    )
    const failed = await standby
      .query("INSERT INTO replicated (v) VALUES ('c')")
      .catch((error: {errno: number}) => error.errno)
    expect(failed, 'the standby is read-only').to.equal(1290)
    standby.destroy()
  })

  const suffix = async (region: string): Promise<string> =>
    /cluster-(\w+)\./.exec((await lab.cluster(region)).Endpoint)![1]!

  describe('proxy', () => {
    const endpoint = async (region: string): Promise<string> =>
      (await lab.call('DescribeDBProxies', {}, region)).DBProxies[0].Endpoint
    const readOnly = async (region: string): Promise<string> =>
      (await lab.call('DescribeDBProxyEndpoints', {DBProxyEndpointName: `todomgmt-${region}-ro`}, region))
        .DBProxyEndpoints[0].Endpoint
    const refused = async (host: string): Promise<string> => {
      try {
        ;(await lab.byName(host)).destroy()
      } catch (error) {
        return (error as Error).message
      }

      throw new Error(`${host} let a connection through`)
    }

    it('has names in the shape of AWS, which carry one suffix a region', async () => {
      expect(await endpoint(HOME)).to.match(/^todomgmt-us-east-1\.proxy-c[\da-z]{11}\.us-east-1\.rds\.amazonaws\.com$/)
      expect(await readOnly(AWAY)).to.match(
        /^todomgmt-us-east-2-ro\.endpoint\.proxy-c[\da-z]{11}\.us-east-2\.rds\.amazonaws\.com$/,
      )
      expect(await suffix(HOME)).to.not.equal(await suffix(AWAY))
    })

    it('serves writes where the writer is, and reads through the read-only endpoint of the standby', async () => {
      for (const host of [await endpoint(HOME), await readOnly(AWAY)]) {
        const connection = await lab.byName(host)
        const [[row]] = (await connection.query("SHOW STATUS LIKE 'Ssl_version'")) as unknown as [{Value: string}[]]
        expect(row!.Value).to.match(/^TLS/)
        connection.destroy()
      }
    })

    it('refuses at the default endpoint of a standby and at the read-only endpoint of a cluster with a writer only', async () => {
      expect(await refused(await endpoint(AWAY))).to.equal(
        "The target group doesn't have any associated read/write instances",
      )
      expect(await refused(await readOnly(HOME))).to.equal(
        "The target group doesn't have any associated read-only instances",
      )
    })

    it('refuses a client without TLS', async () => {
      const error = await lab
        .byName(await endpoint(HOME), {ssl: undefined})
        .catch((error_: {errno: number}) => error_.errno)
      expect(error).to.equal(3159)
    })

    it('waits for a target that is down until the borrow timeout, and says so in its target health', async () => {
      await lab.lab.faults.start({kind: 'database-crash', region: HOME})
      const {Targets} = await lab.call('DescribeDBProxyTargets', {DBProxyName: `todomgmt-${HOME}`})
      expect(Targets[1].TargetHealth).to.deep.include({State: 'UNAVAILABLE', Reason: 'UNREACHABLE'})
      const started = Date.now()
      expect(await refused(await endpoint(HOME))).to.equal('Timed-out waiting to acquire database connection')
      // A second; a login that nothing else ends has ten.
      expect(Date.now() - started).to.be.within(990, 8000)

      // Long enough for a server that starts on a busy machine.
      const group = {DBProxyName: `todomgmt-${HOME}`, TargetGroupName: 'default'}
      const borrow = (ConnectionBorrowTimeout: number) =>
        lab.call('ModifyDBProxyTargetGroup', {...group, ConnectionPoolConfig: {ConnectionBorrowTimeout}})
      await borrow(15)
      const queued = endpoint(HOME).then((host) => lab.byName(host))
      await lab.lab.faults.lift({kind: 'database-crash', region: HOME})
      ;(await queued).destroy()
      await borrow(1)
      const health = (await lab.call('DescribeDBProxyTargets', {DBProxyName: `todomgmt-${HOME}`})).Targets[1]
      expect(health).to.deep.include({Role: 'READ_WRITE', TargetHealth: {State: 'AVAILABLE'}})
      await lab.waitFor('replication', () => lab.synchronized(AWAY))
    })

    it('takes one cluster, and lets it go', async () => {
      const target = {DBProxyName: `todomgmt-${AWAY}`, DBClusterIdentifiers: [`todomgmt-${AWAY}`]}
      expect(await lab.refusal('RegisterDBProxyTargets', target, AWAY)).to.equal('DBProxyTargetAlreadyRegisteredFault')
      await lab.call('DeregisterDBProxyTargets', target, AWAY)
      expect((await lab.call('DescribeDBProxyTargets', target, AWAY)).Targets).to.deep.equal([])
      expect(await lab.refusal('DeregisterDBProxyTargets', target, AWAY)).to.equal('DBProxyTargetNotFoundFault')
      await lab.call('RegisterDBProxyTargets', target, AWAY)
    })
  })

  describe('proxy with end-to-end IAM authentication', () => {
    const PROXY_ROLE = 'arn:aws:iam::000000000000:role/proxy'
    const session = {arn: 'arn:aws:sts::000000000000:assumed-role/fn/one', userId: 'A'}
    let host: string
    let proxyId: string
    let clusterId: string

    before(async () => {
      const services = lab.lab.services as Map<string, Service>
      services.set('iam', new IamService(lab.lab))
      services.set('secretsmanager', new SecretsManagerService(lab.lab))
      for (const role of ['fn', 'proxy']) lab.lab.service('iam').addRole(role)
      const SecretString = JSON.stringify({username: MASTER.user, password: MASTER.password})
      const secret = await lab.lab.call('secretsmanager', 'CreateSecret', {Name: 'admin', SecretString}, HOME)
      const name = {DBProxyName: `todomgmt-${HOME}`}
      const Auth = [{AuthScheme: 'SECRETS', SecretArn: secret.ARN}]
      await lab.call('ModifyDBProxy', {...name, DefaultAuthScheme: 'IAM_AUTH', RoleArn: PROXY_ROLE, Auth})
      await lab.call('ModifyDBCluster', {
        DBClusterIdentifier: `todomgmt-${HOME}`,
        EnableIAMDatabaseAuthentication: true,
      })
      const [proxy] = (await lab.call('DescribeDBProxies', name)).DBProxies
      expect(proxy).to.deep.include({DefaultAuthScheme: 'IAM_AUTH', Auth})
      host = proxy.Endpoint
      proxyId = proxy.DBProxyArn.split(':').at(-1)
      clusterId = (await lab.cluster(HOME)).DbClusterResourceId
      const admin = await lab.byName(host)
      await admin.query("CREATE USER todo_iam@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL")
      await admin.query("GRANT SELECT ON todo.* TO todo_iam@'%'")
      admin.destroy()
      allow('fn', accountArn(HOME, proxyId, 'todo_iam'))
      allow('proxy', accountArn(HOME, clusterId, 'todo_iam'))
    })

    after(() => lab.call('ModifyDBProxy', {DBProxyName: `todomgmt-${HOME}`, DefaultAuthScheme: 'NONE'}))

    /** An inline policy of a role, as CloudFormation makes one. */
    function allow(role: string, Resource: string): void {
      const statement = {Effect: 'Allow', Action: 'rds-db:connect', Resource}
      recordsOf(lab.lab).put({
        type: 'AWS::IAM::Policy',
        region: '',
        physicalId: `policy-${role}`,
        arn: undefined,
        properties: {
          PolicyName: `policy-${role}`,
          Roles: [role],
          PolicyDocument: {Version: '2012-10-17', Statement: [statement]},
        },
        attributes: {},
        createdAt: new Date(),
      })
    }

    /** What the database calls the client, or the number of the error. `spoil` alters the token. */
    async function enter(options: {user?: string; spoil?: (token: string) => string; ssl?: undefined} = {}) {
      const {user = 'todo_iam', spoil = (token) => token, ...more} = options
      const keys = lab.lab.credentials.issue(session, 3600)
      const token = spoil(await connectToken({host, port: 3306, region: HOME, user}, keys))
      try {
        const connection = await lab.byName(host, {
          user,
          password: '',
          authPlugins: {mysql_clear_password: () => () => Buffer.from(`${token}\0`)},
          ...more,
        })
        const [[row]] = (await connection.query('SELECT CURRENT_USER() AS user')) as unknown as [{user: string}[]]
        connection.destroy()
        return row!.user
      } catch (error) {
        return (error as {errno: number}).errno
      }
    }

    it('aws 15: logs in as the user of a token that is good', async () => {
      expect(await enter()).to.equal('todo_iam@%')
      expect(await Promise.all([enter(), enter(), enter()])).to.deep.equal(['todo_iam@%', 'todo_iam@%', 'todo_iam@%'])
    })

    it('aws 15: refuses a wrong token, a password, a user who has no token, and a client without TLS', async () => {
      expect(await enter({spoil: (token) => token.replace('Action', 'action')})).to.equal(1045)
      expect(await enter({spoil: () => MASTER.password})).to.equal(1045)
      expect(await enter({user: MASTER.user}), 'a token of who has a password').to.equal(1045)
      expect(await enter({ssl: undefined})).to.equal(3159)
    })

    it("aws 15: asks the policies of the client's role and of the proxy's, and IAM authentication of the cluster", async () => {
      allow('fn', accountArn(HOME, proxyId, 'another'))
      expect(await enter()).to.equal(1045)
      allow('fn', accountArn(HOME, proxyId, '*'))
      expect(await enter()).to.equal('todo_iam@%')
      allow('proxy', accountArn(AWAY, clusterId, 'todo_iam'))
      expect(await enter()).to.equal(1045)
      allow('proxy', accountArn(HOME, clusterId, 'todo_iam'))
      const DBClusterIdentifier = `todomgmt-${HOME}`
      await lab.call('ModifyDBCluster', {DBClusterIdentifier, EnableIAMDatabaseAuthentication: false})
      expect(await enter()).to.equal(1045)
      await lab.call('ModifyDBCluster', {DBClusterIdentifier, EnableIAMDatabaseAuthentication: true})
      expect(await enter()).to.equal('todo_iam@%')
    })

    it('aws 15: is needed by a proxy that knows no secret', async () => {
      const change = {DBProxyName: `todomgmt-${HOME}`, DefaultAuthScheme: 'NONE', Auth: []}
      expect(await lab.refusal('ModifyDBProxy', change)).to.equal('InvalidParameterCombination')
    })
  })

  describe('refuses', () => {
    const secondary = (): object => ({DBClusterIdentifier: 'b', Engine: 'aurora-mysql', ...TARGET})
    const to = (region: string, more: object = {}): object => ({
      ...TARGET,
      TargetDbClusterIdentifier: lab.arn(region),
      ...more,
    })
    const cases: [string, string, () => object, string, string?][] = [
      ['an unknown cluster', 'DescribeDBClusters', () => ({DBClusterIdentifier: 'none'}), 'DBClusterNotFoundFault'],
      ['an unknown instance', 'DescribeDBInstances', () => ({DBInstanceIdentifier: 'none'}), 'DBInstanceNotFound'],
      ['an unknown proxy', 'DescribeDBProxies', () => ({DBProxyName: 'none'}), 'DBProxyNotFoundFault'],
      [
        'a cluster twice',
        'CreateDBCluster',
        () => ({DBClusterIdentifier: `todomgmt-${HOME}`}),
        'DBClusterAlreadyExistsFault',
      ],
      [
        'a master user for a secondary',
        'CreateDBCluster',
        () => ({...secondary(), MasterUsername: 'x'}),
        'InvalidParameterCombination',
        'eu-west-1',
      ],
      [
        'a database name for a secondary',
        'CreateDBCluster',
        () => ({...secondary(), DatabaseName: 'x'}),
        'InvalidParameterCombination',
        'eu-west-1',
      ],
      ['a second member in a region', 'CreateDBCluster', secondary, 'InvalidGlobalClusterStateFault', AWAY],
      [
        'a managed password in a global database',
        'CreateDBCluster',
        () => ({...secondary(), ManageMasterUserPassword: true}),
        'InvalidParameterCombination',
        'eu-west-1',
      ],
      [
        'a short password',
        'CreateDBCluster',
        () => ({DBClusterIdentifier: 'b', Engine: 'aurora-mysql', MasterUsername: 'x', MasterUserPassword: 'short'}),
        'InvalidParameterValue',
      ],
      [
        'another engine',
        'CreateDBCluster',
        () => ({DBClusterIdentifier: 'b', Engine: 'aurora-postgresql'}),
        'InvalidParameterValue',
      ],
      [
        'the deletion of a cluster with instances',
        'DeleteDBCluster',
        () => ({DBClusterIdentifier: `todomgmt-${HOME}`, SkipFinalSnapshot: true}),
        'InvalidDBClusterStateFault',
      ],
      [
        'the deletion of a global cluster with members',
        'DeleteGlobalCluster',
        () => TARGET,
        'InvalidGlobalClusterStateFault',
      ],
      [
        'to remove a primary while it has secondaries',
        'RemoveFromGlobalCluster',
        () => ({...TARGET, DbClusterIdentifier: lab.arn(HOME)}),
        'InvalidGlobalClusterStateFault',
      ],
      [
        'to remove what is no member',
        'RemoveFromGlobalCluster',
        () => ({...TARGET, DbClusterIdentifier: 'none'}),
        'DBClusterNotFoundFault',
      ],
      [
        'the deletion of a parameter group in use',
        'DeleteDBClusterParameterGroup',
        () => ({DBClusterParameterGroupName: 'offsets'}),
        'InvalidDBParameterGroupState',
      ],
      [
        'a failover to the primary',
        'FailoverGlobalCluster',
        () => to(HOME, {AllowDataLoss: true}),
        'InvalidDBClusterStateFault',
      ],
      ['a switchover to the primary', 'SwitchoverGlobalCluster', () => to(HOME), 'InvalidDBClusterStateFault'],
      [
        'a switchover that is sent to the standby',
        'SwitchoverGlobalCluster',
        () => to(AWAY),
        'InvalidGlobalClusterStateFault',
        AWAY,
      ],
      [
        'a failover that is sent to the primary',
        'FailoverGlobalCluster',
        () => to(AWAY, {AllowDataLoss: true}),
        'InvalidGlobalClusterStateFault',
      ],
      [
        'data loss and switchover together',
        'FailoverGlobalCluster',
        () => to(AWAY, {AllowDataLoss: true, Switchover: true}),
        'InvalidParameterCombination',
        AWAY,
      ],
    ]

    for (const [what, operation, input, code, region] of cases) {
      it(what, async () => {
        expect(await lab.refusal(operation, input(), region)).to.equal(code)
        expect(await lab.settledWriter()).to.equal(HOME)
      })
    }

    it('a switchover while replication is cut', async () => {
      await lab.lab.faults.start({kind: 'partition', region: AWAY})
      expect(await lab.synchronized(AWAY)).to.equal(false)
      expect(await lab.refusal('SwitchoverGlobalCluster', to(AWAY))).to.equal('InvalidGlobalClusterStateFault')
      await lab.lab.faults.lift({kind: 'partition', region: AWAY})
      await lab.waitFor('replication', () => lab.synchronized(AWAY))
    })
  })

  // Last, and in this order: mocha runs the tests of a suite before its suites.
  describe('in the course of its life', () => {
    it('keeps tags by ARN', async () => {
      const ResourceName = lab.arn(HOME)
      await lab.call('AddTagsToResource', {
        ResourceName,
        Tags: [
          {Key: 'a', Value: '1'},
          {Key: 'b', Value: '2'},
        ],
      })
      await lab.call('RemoveTagsFromResource', {ResourceName, TagKeys: ['a']})
      expect(await lab.call('ListTagsForResource', {ResourceName})).to.deep.equal({TagList: [{Key: 'b', Value: '2'}]})
      expect(await lab.refusal('ListTagsForResource', {ResourceName: 'arn:none'})).to.equal('InvalidParameterValue')
    })

    it('changes the master password', async () => {
      const password = 'Another-Horse-2'
      await lab.call('ModifyDBCluster', {DBClusterIdentifier: `todomgmt-${HOME}`, MasterUserPassword: password})
      const {Endpoint} = await lab.cluster(HOME)
      ;(await lab.byName(Endpoint, {password})).destroy()
      expect(await lab.byName(Endpoint).catch((error: {errno: number}) => error.errno)).to.equal(1045)
      await lab.call('ModifyDBCluster', {DBClusterIdentifier: `todomgmt-${HOME}`, MasterUserPassword: MASTER.password})
      expect(
        await lab.refusal(
          'ModifyDBCluster',
          {DBClusterIdentifier: `todomgmt-${AWAY}`, MasterUserPassword: password},
          AWAY,
        ),
      ).to.equal('InvalidDBClusterStateFault')
    })

    it('changes the range of the capacity, and keeps what a change leaves out', async () => {
      const change = (ServerlessV2ScalingConfiguration: object) => ({
        DBClusterIdentifier: `todomgmt-${AWAY}`,
        ServerlessV2ScalingConfiguration,
      })
      await lab.call('ModifyDBCluster', change({MinCapacity: 0.5, MaxCapacity: 8}), AWAY)
      await lab.call('ModifyDBCluster', change({MinCapacity: 4}), AWAY)
      expect((await lab.cluster(AWAY)).ServerlessV2ScalingConfiguration).to.include({MinCapacity: 4, MaxCapacity: 8})
      for (const wrong of [{MinCapacity: 8.5}, {MinCapacity: 0.7}, {MaxCapacity: 0.5}, {MaxCapacity: 257}])
        expect(await lab.refusal('ModifyDBCluster', change(wrong), AWAY)).to.equal('InvalidParameterValue')
    })

    it('comes back from a reboot with its data and its replica', async () => {
      const before = lab.rds.databaseStatus(HOME)!.pids
      await lab.call('RebootDBInstance', {DBInstanceIdentifier: `todomgmt-${HOME}-1`})
      await lab.waitFor('the reboot', () => lab.rds.databaseStatus(HOME)!.pids.some((pid) => !before.includes(pid)))
      await lab.waitFor('replication', () => lab.synchronized(AWAY))
      expect(await lab.rows(HOME, 'SELECT v FROM replicated')).to.have.length(2)
    })

    it('is taken down in order: protected, detached, without instances, then gone', async function () {
      this.timeout(30_000)
      await lab.call('ModifyDBCluster', {DBClusterIdentifier: `todomgmt-${AWAY}`, DeletionProtection: true}, AWAY)
      const remove = {DBClusterIdentifier: `todomgmt-${AWAY}`, SkipFinalSnapshot: true}
      expect(await lab.refusal('DeleteDBCluster', remove, AWAY)).to.equal('InvalidParameterCombination')
      await lab.call('ModifyDBCluster', {DBClusterIdentifier: `todomgmt-${AWAY}`, DeletionProtection: false}, AWAY)

      await lab.call('RemoveFromGlobalCluster', {...TARGET, DbClusterIdentifier: lab.arn(AWAY)}, AWAY)
      await lab.waitFor('the detachment', async () => (await lab.cluster(AWAY)).Status === 'available')
      const alone = await lab.byName((await lab.cluster(AWAY)).Endpoint)
      await alone.query("INSERT INTO replicated (v) VALUES ('alone')")
      expect((await alone.query('SELECT MAX(id) AS id FROM replicated'))[0]).to.deep.equal([{id: 4}])
      alone.destroy()
      expect(
        await lab.refusal('DeleteDBCluster', {DBClusterIdentifier: `todomgmt-${HOME}`, SkipFinalSnapshot: true}),
      ).to.equal('InvalidDBClusterStateFault')

      await lab.call('RemoveFromGlobalCluster', {...TARGET, DbClusterIdentifier: lab.arn(HOME)})
      await lab.call('DeleteGlobalCluster', TARGET)
      for (const region of [HOME, AWAY]) {
        await lab.call('DeleteDBProxy', {DBProxyName: `todomgmt-${region}`}, region)
        await lab.call('DeleteDBInstance', {DBInstanceIdentifier: `todomgmt-${region}-1`}, region)
        await lab.waitFor(
          'the instance to go',
          async () => (await lab.call('DescribeDBInstances', {}, region)).DBInstances.length === 0,
        )
        await lab.call(
          'DeleteDBCluster',
          {DBClusterIdentifier: `todomgmt-${region}`, FinalDBSnapshotIdentifier: 'Last'},
          region,
        )
        await lab.waitFor(
          'the cluster to go',
          async () => (await lab.call('DescribeDBClusters', {}, region)).DBClusters.length === 0,
        )
        const {DBClusterSnapshots} = await lab.call(
          'DescribeDBClusterSnapshots',
          {DBClusterIdentifier: `todomgmt-${region}`},
          region,
        )
        expect(DBClusterSnapshots[0]).to.include({DBClusterSnapshotIdentifier: 'last', SnapshotType: 'manual'})
        expect(lab.lab.hosts.ofRegion(region)).to.deep.equal({})
      }
    })
  })
})
