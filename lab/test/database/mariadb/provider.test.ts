import {expect} from 'chai'
import {existsSync} from 'node:fs'
import {chmod, mkdtemp, readdir, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {skip} from '../../../../test/support/skip.js'
import {MariaDbUnavailable, provideMariaDb} from '../../../src/database/mariadb/provider.js'

async function failure(env: NodeJS.ProcessEnv): Promise<MariaDbUnavailable> {
  try {
    await provideMariaDb({env})
  } catch (error) {
    expect(error).to.be.instanceOf(MariaDbUnavailable)
    return error as MariaDbUnavailable
  }

  throw new Error('a server was provided')
}

function needsNone(context: Mocha.Context): void {
  if (existsSync('/usr/sbin/mariadbd')) skip(context, 'this machine has a /usr/sbin/mariadbd, so that none is fetched')
}

describe('MariaDB provider', () => {
  let home: string

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'todo-dr-provider-'))
  })

  afterEach(() => rm(home, {recursive: true, force: true}))

  const program = async (name: string, script: string): Promise<string> => {
    const file = join(home, name)
    await writeFile(file, `#!/bin/sh\n${script}\n`)
    await chmod(file, 0o755)
    return file
  }

  it('fetches by apt into an empty cache, twice at once without harm, and then finds it there', async function () {
    needsNone(this)
    this.timeout(180_000)
    const said: string[] = []
    const env = {...process.env, XDG_CACHE_HOME: home}
    const fetched = await Promise.all([1, 2].map(() => provideMariaDb({env, onProgress: (text) => said.push(text)})))
    for (const one of fetched) expect(one.origin).to.equal('apt')
    expect(said.join('\n')).to.match(/MariaDB is not installed/)

    const found = await provideMariaDb({env: {XDG_CACHE_HOME: home, PATH: '/nowhere'}})
    expect(found).to.deep.equal({...fetched[0], origin: 'cache'})
    expect(existsSync(join(found.shareDir, 'mysql_system_tables.sql'))).to.equal(true)
    const cache = join(home, 'todo-dr', 'mariadb')
    expect(await readdir(cache), 'no leftovers of the fetch').to.have.length(1)
    expect((await stat(cache)).mode & 0o777).to.equal(0o700)
  })

  it('says what is missing and what to install where there is no apt', async function () {
    needsNone(this)
    const error = await failure({XDG_CACHE_HOME: home, PATH: home})
    expect(error.why).to.equal('apt-get is not installed')
    expect(error.next).to.include('mariadb-server-core')
    expect(await readdir(join(home, 'todo-dr', 'mariadb'))).to.deep.equal([])
  })

  it('says what apt said where apt fails', async function () {
    needsNone(this)
    await program('apt-get', "echo 'E: Could not resolve the mirror' >&2; exit 100")
    expect((await failure({XDG_CACHE_HOME: home, PATH: `${home}:/usr/bin:/bin`})).why).to.equal(
      'apt-get failed: E: Could not resolve the mirror',
    )
  })

  it('does not look any further where TODO_DR_MARIADBD names no server', async () => {
    const missing = await failure({TODO_DR_MARIADBD: join(home, 'absent'), XDG_CACHE_HOME: home})
    expect(missing.why).to.include('does not run')
    const mysqld = await program('mysqld', "echo 'mysqld  Ver 8.0.36 for Linux on x86_64'")
    expect((await failure({TODO_DR_MARIADBD: mysqld})).why).to.include('is not MariaDB')
    const old = await program('old', "echo 'mariadbd  Ver 10.5.23-MariaDB'")
    expect((await failure({TODO_DR_MARIADBD: old})).why).to.include('older than 10.10')
  })
})
