import {execFileSync} from 'node:child_process'
import {mkdtemp, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {createCredentials} from '../../../src/database/mariadb/credentials.js'
import {provideMariaDb, type MariaDb} from '../../../src/database/mariadb/provider.js'
import {Server} from '../../../src/database/mariadb/server.js'
import {Volumes} from '../../../src/database/mariadb/volume.js'
import {createPki} from '../../../src/pki.js'

describe('a data directory', () => {
  let root: string
  let cache: string
  let mariadb: MariaDb
  const servers: Server[] = []

  before(async function () {
    this.timeout(180_000)
    root = await mkdtemp(join(tmpdir(), 'todo-dr-volumes-'))
    cache = join(root, 'cache')
    mariadb = await provideMariaDb()
  })

  after(async () => {
    await Promise.all(servers.map((server) => server.kill()))
    await rm(root, {recursive: true})
  })

  async function labWith(name: string): Promise<Server> {
    const folder = join(root, name)
    const [credentials, pki] = await Promise.all([createCredentials(folder), createPki(join(folder, 'pki'))])
    const server = new Server({
      mariadb,
      credentials,
      name,
      dataDir: await new Volumes(mariadb, folder, cache).create('data'),
      errorLog: join(folder, 'error.log'),
      serverId: 1,
      tls: {...(await pki.issue(name, ['localhost'])), caFile: pki.caFile},
    })
    servers.push(server)
    await server.start()
    return server
  }

  it('is a copy of one template for all labs, which knows the accounts of none', async function () {
    this.timeout(60_000)
    const one = await labWith('one')
    const made = await readdir(cache)
    const two = await labWith('two')
    expect(made).to.have.length(1)
    expect(await readdir(cache)).to.deep.equal(made)

    const [{users} = {}] = await one.query('SELECT GROUP_CONCAT(User ORDER BY User) AS users FROM mysql.global_priv')
    expect(users).to.equal('lab_admin,lab_replication,mariadb.sys')
    const {password} = one.options.credentials.admin
    expect(password).not.to.equal(two.options.credentials.admin.password)
    const stranger = new Server({...one.options, credentials: two.options.credentials})
    stranger.port = one.port
    const error = await stranger.query('SELECT 1').catch((error_: NodeJS.ErrnoException) => error_.code)
    expect(error).to.equal('ER_ACCESS_DENIED_ERROR')
    expect(() => execFileSync('grep', ['-r', 'lab_admin', cache])).to.throw('Command failed')

    // Nothing of this is in the log that a replica replays.
    const [{position} = {}] = await one.query('SELECT @@gtid_binlog_pos AS position')
    expect(position).to.equal('')
  })

  it('is made in the folder of the lab where the cache cannot be written', async () => {
    // Below a file there is no folder, not even for root.
    const place = await new Volumes(mariadb, join(root, 'alone'), join(mariadb.mariadbd, 'cache')).pristine()
    expect(place).to.equal(join(root, 'alone', 'pristine'))
  })
})
