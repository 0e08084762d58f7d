import {expect} from 'chai'
import {spawn, type ChildProcess} from 'node:child_process'
import {existsSync, readFileSync, statSync} from 'node:fs'
import {once} from 'node:events'
import {mkdtemp, rm} from 'node:fs/promises'
import {connect, type Socket} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {createCredentials} from '../../../src/database/mariadb/credentials.js'
import {provideMariaDb} from '../../../src/database/mariadb/provider.js'
import {ClusterServer} from '../../../src/database/mariadb/cluster-server.js'
import {Server, type ServerOptions} from '../../../src/database/mariadb/server.js'
import {Volumes} from '../../../src/database/mariadb/volume.js'
import {until} from '../../../src/database/until.js'
import {createPki} from '../../../src/pki.js'
import {DatabaseLab, HOME} from '../../support/lab-database.js'

const alive = (pid: number): boolean => {
  // A zombie that nobody has waited for is dead.
  const status = `/proc/${pid}/status`
  return existsSync(status) && !/^State:\s+[ZX]/m.test(readFileSync(status, 'utf8'))
}

/** What servers are made of, by their number. */
async function serversIn(
  folder: string,
): Promise<{options(serverId: number): Promise<ServerOptions>; volumes: Volumes}> {
  const [mariadb, credentials, pki] = await Promise.all([
    provideMariaDb(),
    createCredentials(folder),
    createPki(join(folder, 'pki')),
  ])
  const volumes = new Volumes(mariadb, folder)
  const tls = {...(await pki.issue('port', ['localhost'])), caFile: pki.caFile}
  const options = async (serverId: number): Promise<ServerOptions> => {
    const [name, errorLog] = [`server-${serverId}`, join(folder, `${serverId}.log`)]
    return {mariadb, credentials, name, dataDir: await volumes.create(name), errorLog, serverId, tls}
  }
  return {options, volumes}
}

describe('database server', () => {
  it('dies with the lab, when the lab is killed by SIGKILL', async function () {
    this.timeout(180_000)
    const folder = await mkdtemp(join(tmpdir(), 'todo-dr-orphan-'))
    const program = fileURLToPath(new URL('../../support/lab-database-server.ts', import.meta.url))
    const lab = spawn(process.execPath, ['--import', 'tsx', program, folder], {stdio: ['ignore', 'pipe', 'inherit']})
    try {
      const pid = await firstNumber(lab)
      expect(alive(pid)).to.equal(true)
      lab.kill('SIGKILL')
      expect(await until(() => !alive(pid), 20_000), `mariadbd ${pid} outlives its lab`).to.equal(true)
    } finally {
      lab.kill('SIGKILL')
      await rm(folder, {recursive: true, force: true})
    }
  })

  it('cuts nobody who still logs in when it refuses writes: that may be the engine, whose switch would fail', async function () {
    this.timeout(180_000)
    const folder = await mkdtemp(join(tmpdir(), 'todo-dr-login-'))
    const {options, volumes} = await serversIn(folder)
    const server = new ClusterServer(await options(1), volumes)
    let login: Socket | undefined
    try {
      await server.start()
      login = connect(server.port, '127.0.0.1').on('error', () => undefined)
      await once(login, 'data')
      await server.refuseWrites()
      const [row] = await server.query(
        "SELECT COUNT(*) AS known FROM information_schema.PROCESSLIST WHERE USER = 'unauthenticated user'",
      )
      expect(Number(row!.known)).to.equal(1)
    } finally {
      login?.destroy()
      await server.kill()
      await rm(folder, {recursive: true, force: true})
    }
  })

  it('takes another port where a server of the same lab was faster, and never that one for itself', async function () {
    this.timeout(180_000)
    const folder = await mkdtemp(join(tmpdir(), 'todo-dr-port-'))
    const {options} = await serversIn(folder)
    const [fast, slow] = await Promise.all([1, 2].map(async (serverId) => new Server(await options(serverId))))
    try {
      const started = fast!.start()
      // It has chosen its port, and does not listen there yet.
      await until(() => fast!.pid !== undefined, 20_000)
      slow!.port = fast!.port
      await Promise.all([started, slow!.start()])
      expect(slow!.port).to.not.equal(fast!.port)
      const [row] = await slow!.query('SELECT @@server_id AS id')
      expect(Number(row!.id)).to.equal(2)
    } finally {
      await Promise.all([fast!.kill(), slow!.kill()])
      await rm(folder, {recursive: true, force: true})
    }
  })

  describe('of a cluster', () => {
    let lab: DatabaseLab

    before(async function () {
      this.timeout(180_000)
      lab = await DatabaseLab.start()
      await lab.rds.prepare()
      await lab.pair()
    })

    after(() => lab.stop())

    it('is reached directly by the account that the status names, whose password only its owner may read', async () => {
      const status = lab.rds.databaseStatus(HOME)!
      expect(status.name).to.equal('todo')
      expect(status.pids.every((pid) => alive(pid))).to.equal(true)
      expect(statSync(status.passwordFile).mode & 0o777).to.equal(0o600)
      const [row] = await lab.rows(
        HOME,
        'SELECT CURRENT_USER() AS user, @@character_set_server AS charset, @@read_only AS ro',
      )
      expect(row).to.deep.equal({user: 'lab_admin@127.0.0.1', charset: 'utf8mb4', ro: 0})
    })

    it('gives the master user neither SUPER nor anything else that passes read_only, and no account without a password', async () => {
      const grants = await lab.rows(HOME, "SHOW GRANTS FOR 'dradmin'@'%'")
      expect(JSON.stringify(grants)).to.not.match(
        /SUPER|READ_ONLY ADMIN|READ ONLY ADMIN|BINLOG ADMIN|CONNECTION ADMIN|ALL PRIVILEGES/,
      )
      const open = await lab.rows(
        HOME,
        "SELECT User FROM mysql.user WHERE authentication_string IN ('', 'invalid') AND User <> 'mariadb.sys'",
      )
      expect(open).to.deep.equal([])
    })

    it('listens on 127.0.0.1 only', async () => {
      const [row] = await lab.rows(HOME, 'SELECT @@bind_address AS address')
      expect(row).to.deep.equal({address: '127.0.0.1'})
    })

    it('leaves no process behind when the lab stops', async () => {
      const pids = [...lab.rds.databaseStatus(HOME)!.pids, ...lab.rds.databaseStatus('us-east-2')!.pids]
      await lab.stop()
      expect(pids.filter((pid) => alive(pid))).to.deep.equal([])
      expect(existsSync(lab.lab.folder)).to.equal(false)
    })
  })
})

function firstNumber(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const found = /(\d+)\n/.exec(text)
      if (found) resolve(Number(found[1]))
    })
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)))
  })
}
