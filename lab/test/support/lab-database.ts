import {readFileSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

import mysql, {type Connection, type ConnectionOptions} from 'mysql2/promise'

import {LabFaults} from '../../src/faults.js'
import {LabHosts} from '../../src/hosts.js'
import type {Lab, Profile, Service} from '../../src/kernel.js'
import {createPki} from '../../src/pki.js'
import {PROFILES} from '../../src/profile.js'
import {LabPorts} from '../../src/ports.js'
import {CloudWatchService} from '../../src/aws/cloudwatch/service.js'
import {Credentials} from '../../src/wire/credentials.js'
import {RdsService} from '../../src/aws/rds/service.js'

export const HOME = 'us-east-1'
export const AWAY = 'us-east-2'
export const MASTER = {user: 'dradmin', password: 'Correct-Horse-1'}

const WAIT_DEADLINE_MS = 40_000

/** A lab of databases alone: real faults, ports, names, certificates and servers. */
export class DatabaseLab {
  private constructor(
    readonly lab: Lab,
    readonly rds: RdsService,
    readonly logged: string[],
    private readonly closers: (() => Promise<void> | void)[],
  ) {}

  static async start(profile: Partial<Profile> = {}): Promise<DatabaseLab> {
    const folder = await mkdtemp(join(tmpdir(), 'todo-dr-test-'))
    const faults = new LabFaults()
    const hosts = new LabHosts()
    const ports = new LabPorts(faults, hosts)
    const closers: (() => Promise<void> | void)[] = [
      () => rm(folder, {recursive: true, force: true}),
      () => ports.closeAll(),
    ]
    const services = new Map<string, Service>()
    const logged: string[] = []
    const lab: Lab = {
      name: 'test',
      home: HOME,
      away: AWAY,
      folder,
      now: Date.now,
      at() {
        throw new Error('this lab waits for no instant')
      },
      profile: {...PROFILES.instant, ...profile},
      endpoint: 'http://127.0.0.1:1',
      hosts,
      ports,
      faults,
      pki: await createPki(join(folder, 'pki')),
      credentialsFile: join(folder, 'credentials'),
      sessionKeys() {
        throw new Error('this lab runs no functions')
      },
      async call(service, operation, input, region) {
        return services.get(service)!.operations[operation]!(input, {region, requestId: 'test'})
      },
      services,
      service: (name) => services.get(name) as never,
      tagged: () => [],
      credentials: new Credentials(),
      log: (part, text) => logged.push(`${part}: ${text}`),
      serve: () => undefined,
      onStop: (close) => closers.push(close),
    }
    const rds = new RdsService(lab)
    services.set('rds', rds)
    services.set('monitoring', new CloudWatchService(lab))
    return new DatabaseLab(lab, rds, logged, closers)
  }

  async stop(): Promise<void> {
    for (const close of this.closers.toReversed()) await close()
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  call(operation: string, input: object, region = HOME): Promise<any> {
    return this.lab.call('rds', operation, input, region)
  }

  /** The code of the fault that the call ends in; throws where it succeeds. */
  async refusal(operation: string, input: object, region = HOME): Promise<string> {
    try {
      await this.call(operation, input, region)
    } catch (error) {
      return (error as {code?: string}).code ?? String(error)
    }

    throw new Error(`${operation} was not refused`)
  }

  /** A global database `todomgmt` with a cluster and an instance a region, replicating; proxies too where asked for. */
  async pair({proxies = false} = {}): Promise<void> {
    for (const [region, offset] of [
      [HOME, '1'],
      [AWAY, '2'],
    ] as const) {
      await this.call(
        'CreateDBClusterParameterGroup',
        {DBClusterParameterGroupName: 'offsets', DBParameterGroupFamily: 'aurora-mysql8.0', Description: 'ids'},
        region,
      )
      const Parameters = [
        {ParameterName: 'auto_increment_increment', ParameterValue: '2', ApplyMethod: 'immediate'},
        {ParameterName: 'auto_increment_offset', ParameterValue: offset, ApplyMethod: 'immediate'},
      ]
      await this.call('ModifyDBClusterParameterGroup', {DBClusterParameterGroupName: 'offsets', Parameters}, region)
    }

    const common = {
      Engine: 'aurora-mysql',
      DBClusterParameterGroupName: 'offsets',
      ServerlessV2ScalingConfiguration: {MinCapacity: 0.5, MaxCapacity: 2},
    }
    const founder = {MasterUsername: MASTER.user, MasterUserPassword: MASTER.password, DatabaseName: 'todo'}
    await this.call('CreateDBCluster', {...common, ...founder, DBClusterIdentifier: `ToDoMgmt-${HOME}`})
    await this.waitFor('cluster', async () => (await this.cluster(HOME)).Status === 'available')
    await this.call('CreateGlobalCluster', {
      GlobalClusterIdentifier: 'todomgmt',
      SourceDBClusterIdentifier: this.arn(HOME),
    })
    await this.call(
      'CreateDBCluster',
      {...common, DBClusterIdentifier: `todomgmt-${AWAY}`, GlobalClusterIdentifier: 'todomgmt'},
      AWAY,
    )
    for (const region of [HOME, AWAY]) {
      await this.call(
        'CreateDBInstance',
        {
          DBInstanceIdentifier: `todomgmt-${region}-1`,
          DBClusterIdentifier: `todomgmt-${region}`,
          Engine: 'aurora-mysql',
          DBInstanceClass: 'db.serverless',
        },
        region,
      )
    }

    if (proxies) for (const region of [HOME, AWAY]) await this.proxy(region)
    for (const region of [HOME, AWAY]) await this.waitFor(`the instance in ${region}`, () => this.available(region))
    await this.waitFor('replication', () => this.synchronized(AWAY))
    await this.waitFor('the database at the standby', () => this.hasDatabase(AWAY))
  }

  private async available(region: string): Promise<boolean> {
    const {DBInstances} = await this.call('DescribeDBInstances', {}, region)
    return DBInstances.every((one: {DBInstanceStatus: string}) => one.DBInstanceStatus === 'available')
  }

  private async hasDatabase(region: string): Promise<boolean> {
    const connection = await this.admin(region, {database: undefined})
    const [found] = await connection.query("SHOW DATABASES LIKE 'todo'")
    connection.destroy()
    return (found as unknown[]).length === 1
  }

  /** A proxy `todomgmt-REGION` with a read-only endpoint and a borrow timeout of one second. */
  async proxy(region: string): Promise<void> {
    const name = `todomgmt-${region}`
    const subnets = {VpcSubnetIds: ['subnet-1', 'subnet-2']}
    const Auth = [{AuthScheme: 'SECRETS', SecretArn: `arn:aws:secretsmanager:${region}:000000000000:secret:app`}]
    await this.call(
      'CreateDBProxy',
      {DBProxyName: name, EngineFamily: 'MYSQL', RoleArn: 'arn:role', RequireTLS: true, Auth, ...subnets},
      region,
    )
    await this.call(
      'ModifyDBProxyTargetGroup',
      {DBProxyName: name, TargetGroupName: 'default', ConnectionPoolConfig: {ConnectionBorrowTimeout: 1}},
      region,
    )
    await this.call('RegisterDBProxyTargets', {DBProxyName: name, DBClusterIdentifiers: [name]}, region)
    await this.call(
      'CreateDBProxyEndpoint',
      {DBProxyName: name, DBProxyEndpointName: `${name}-ro`, TargetRole: 'READ_ONLY', ...subnets},
      region,
    )
  }

  arn(region: string): string {
    return `arn:aws:rds:${region}:000000000000:cluster:todomgmt-${region}`
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async cluster(region: string): Promise<any> {
    return (await this.call('DescribeDBClusters', {DBClusterIdentifier: `todomgmt-${region}`}, region)).DBClusters[0]
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async global(): Promise<any> {
    return (await this.call('DescribeGlobalClusters', {GlobalClusterIdentifier: 'todomgmt'}, AWAY)).GlobalClusters[0]
  }

  /** The region of the writer, or undefined while a switch is under way. */
  async settledWriter(): Promise<string | undefined> {
    const global = await this.global()
    if (global.FailoverState) return undefined
    return global.GlobalClusterMembers.find((member: {IsWriter: boolean}) => member.IsWriter).DBClusterArn.split(':')[3]
  }

  async synchronized(region: string): Promise<boolean> {
    const members = (await this.global()).GlobalClusterMembers as {
      DBClusterArn: string
      SynchronizationStatus?: string
    }[]
    return members.some(
      (member) => member.DBClusterArn === this.arn(region) && member.SynchronizationStatus === 'connected',
    )
  }

  /** A session with all privileges, straight to the region's server. */
  admin(region: string, options: ConnectionOptions = {}): Promise<Connection> {
    const {host, port, user, passwordFile} = this.rds.databaseStatus(region)!
    return mysql.createConnection({
      host,
      port,
      user,
      password: readFileSync(passwordFile, 'utf8'),
      database: 'todo',
      ...options,
    })
  }

  /** A session of the master user by an AWS-shaped name, TLS verified against that name, as a function would. */
  byName(hostname: string, options: ConnectionOptions = {}): Promise<Connection> {
    const {port} = this.lab.hosts.resolve(hostname)!
    const ca = readFileSync(this.lab.pki.caFile, 'utf8')
    // mysql2 verifies the certificate against ssl.servername where given, else against host.
    const ssl = {ca, rejectUnauthorized: true, verifyIdentity: true, servername: hostname} as ConnectionOptions['ssl']
    return mysql.createConnection({host: '127.0.0.1', port, ...MASTER, database: 'todo', ssl, ...options})
  }

  async rows(region: string, sql: string): Promise<Record<string, unknown>[]> {
    const connection = await this.admin(region)
    try {
      return (await connection.query(sql))[0] as Record<string, unknown>[]
    } finally {
      connection.destroy()
    }
  }

  async waitFor(
    what: string,
    condition: () => Promise<boolean> | boolean,
    deadlineMs = WAIT_DEADLINE_MS,
  ): Promise<void> {
    const deadline = Date.now() + deadlineMs
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what}\n${this.logged.join('\n')}`)
      await sleep(10)
    }
  }
}
