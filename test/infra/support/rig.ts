import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {bundle} from '../../../infra-template/lambda/bundle.js'
import {createCredentials} from '../../../lab/src/database/mariadb/credentials.js'
import {provideMariaDb} from '../../../lab/src/database/mariadb/provider.js'
import {Server} from '../../../lab/src/database/mariadb/server.js'
import {Volumes} from '../../../lab/src/database/mariadb/volume.js'
import {createPki} from '../../../lab/src/pki.js'
import {Front} from './front.js'
import {FunctionProcess} from './function-process.js'
import {SecretsStub} from './secrets-stub.js'

const PROXY_HOST = 'todomgmt-us-east-1.proxy-abc.us-east-1.rds.amazonaws.com'
const READER_HOST = 'todomgmt-us-east-1-ro.endpoint.proxy-abc.us-east-1.rds.amazonaws.com'
/** Of a cluster beside. */
export const CLUSTER_HOST = 'lost.cluster-abc.us-east-1.rds.amazonaws.com'
export const APP_SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:ToDoMgmt/app-AbCdEf'
export const ADMIN_SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:ToDoMgmt/admin-AbCdEf'
export const ADMIN_PASSWORD = 'AdminPasswordOfATest'

const MASTER_PRIVILEGES =
  'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE USER, PROCESS, RELOAD, LOCK TABLES'

type Bundle = 'get' | 'upsert' | 'remove' | 'create-table' | 'ledger-check' | 'compare'

/** A real database with TLS, fronts in the place of the proxy's two endpoints, and the real bundles in processes. */
export class Rig {
  readonly secrets = new SecretsStub()
  proxy!: Front
  reader!: Front
  database!: Server
  readonly functions: FunctionProcess[] = []
  private folder = ''
  private secretsUrl = ''
  private caFile = ''

  async start(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'todo-dr-handlers-'))
    const [mariadb, credentials, pki] = await Promise.all([
      provideMariaDb(),
      createCredentials(this.folder),
      createPki(join(this.folder, 'pki')),
      bundle(join(this.folder, 'dist')),
    ])
    this.caFile = pki.caFile
    this.database = new Server({
      mariadb,
      name: 'database',
      dataDir: await new Volumes(mariadb, join(this.folder, 'volumes')).create('data'),
      errorLog: join(this.folder, 'database.log'),
      serverId: 1,
      tls: {...(await pki.issue('database', [PROXY_HOST, READER_HOST, CLUSTER_HOST])), caFile: pki.caFile},
      credentials,
    })
    await this.database.start()
    await this.sql('SET GLOBAL read_only = 0')
    await this.sql('CREATE DATABASE todo')
    await this.sql("CREATE USER dradmin@'%' IDENTIFIED BY ?", [ADMIN_PASSWORD])
    await this.sql(`GRANT ${MASTER_PRIVILEGES} ON *.* TO dradmin@'%' WITH GRANT OPTION`)

    this.proxy = await Front.open(() => this.database.port)
    this.reader = await Front.open(() => this.database.port)
    this.secretsUrl = await this.secrets.open()
    this.secrets.secrets.set(ADMIN_SECRET, {username: 'dradmin', password: ADMIN_PASSWORD})
    this.setAppPassword('AppPasswordOfATest')
  }

  setAppPassword(password: string): void {
    this.secrets.secrets.set(APP_SECRET, {
      host: 'elsewhere',
      port: 3306,
      dbname: 'todo',
      username: 'todo_app',
      password,
    })
  }

  /** A fresh execution environment. `proxyHost` replaces the name by which it knows the default endpoint. */
  function(name: Bundle, {proxyHost = PROXY_HOST, caFile = this.caFile} = {}): FunctionProcess {
    const started = new FunctionProcess(join(this.folder, 'dist', name, 'index.cjs'), {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: this.secretsUrl,
      NODE_EXTRA_CA_CERTS: caFile,
      DB_PROXY_HOST: proxyHost,
      DB_READER_HOST: READER_HOST,
      DB_NAME: 'todo',
      DB_SECRET_ARN: APP_SECRET,
      ...(name === 'create-table' && {DB_ADMIN_SECRET_ARN: ADMIN_SECRET}),
    })
    started.route({
      [proxyHost]: this.proxy.port,
      [READER_HOST]: this.reader.port,
      [CLUSTER_HOST]: this.database.port,
    })
    this.functions.push(started)
    return started
  }

  /** As the engine's administrator, past every front. */
  sql(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.database.query(text, values)
  }

  async count(where: string, values: unknown[] = []): Promise<number> {
    const [row] = await this.sql(`SELECT COUNT(*) AS n FROM todo.ToDos WHERE ${where}`, values)
    return Number(row!.n)
  }

  async stop(): Promise<void> {
    await Promise.all(this.functions.map((started) => started.stop()))
    await Promise.all([this.proxy?.close(), this.reader?.close(), this.secrets.close()])
    await this.database?.kill()
    await rm(this.folder, {recursive: true, force: true})
  }
}
