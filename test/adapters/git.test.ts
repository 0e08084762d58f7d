import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createServer, type IncomingMessage, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {signedRegion} from '../../lab/src/aws/codecommit/git-signature.js'
import {basicCredentials} from '../../lab/src/git/credentials.js'
import {signedForGit} from '../../src/adapters/aws/git-signature.js'
import {GitCheckout} from '../../src/adapters/git.js'
import {thrownBy} from '../support/thrown.js'

const PLACE = {user: 'unused', password: 'unused'}

describe('the folder of a project as git knows it', function () {
  this.timeout(20_000)
  let folder: string
  let project: string
  let remote: string
  const before = {...process.env}

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'todo-dr-git-'))
    project = join(folder, 'project')
    remote = join(folder, 'remote.git')
    mkdirSync(project)
    Object.assign(process.env, {HOME: folder, GIT_CONFIG_NOSYSTEM: '1', XDG_CONFIG_HOME: folder})
    for (const who of ['AUTHOR', 'COMMITTER'])
      Object.assign(process.env, {[`GIT_${who}_NAME`]: 'n', [`GIT_${who}_EMAIL`]: 'n@example.com'})
    execFileSync('git', ['init', '--quiet', '--bare', remote])
  })

  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
    rmSync(folder, {recursive: true, force: true})
  })

  it('is committed, and pushed once', async () => {
    const git = new GitCheckout(project)
    expect(await git.look()).to.equal(undefined)
    await git.init('main')
    writeFileSync(join(project, 'a file'), '1')
    expect(await git.look()).to.deep.equal({changes: ['a file']})
    const commit = await git.commitAll('-m looks like a flag')
    expect(await git.look()).to.deep.equal({commit, changes: []})
    expect(await git.push({...PLACE, url: remote}, 'main')).to.equal(true)
    expect(await git.push({...PLACE, url: remote}, 'main')).to.equal(false)
    expect(execFileSync('git', ['-C', remote, 'rev-parse', 'main'], {encoding: 'utf8'}).trim()).to.equal(commit)
  })

  it('is not pushed over what others have pushed, nor from inside another repository', async () => {
    const git = new GitCheckout(project)
    await git.init('main')
    writeFileSync(join(project, 'a'), '1')
    await git.commitAll('one')
    await git.push({...PLACE, url: remote}, 'main')
    execFileSync('git', ['-C', project, 'commit', '--quiet', '--amend', '-m', 'another'])
    expect(await thrownBy(git.push({...PLACE, url: remote}, 'main'))).to.include({
      code: 'PushRejected',
      exit: 'refused',
    })
    mkdirSync(join(project, 'below'))
    expect(await thrownBy(new GitCheckout(join(project, 'below')).look())).to.include({code: 'RepositoryAround'})
    expect(await thrownBy(git.push({...PLACE, url: join(folder, 'nowhere')}, 'main'))).to.include({code: 'GitFailed'})
  })

  it('is refused without git', async () => {
    process.env.PATH = folder
    expect(await thrownBy(new GitCheckout(project).look())).to.include({code: 'GitMissing', exit: 'usage'})
  })

  it('shows what lets it in to the remote alone', async () => {
    const asked: IncomingMessage['headers'][] = []
    const server: Server = createServer((request, response) => {
      asked.push(request.headers)
      response.writeHead(asked.length === 1 ? 401 : 403, {'www-authenticate': 'Basic realm="x"'}).end()
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    try {
      const git = new GitCheckout(project)
      await git.init('main')
      writeFileSync(join(project, 'a'), '1')
      await git.commitAll('one')
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/repos/demo`
      const keys = {accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret', sessionToken: 'a/token=='}
      const signed = signedForGit(url, 'eu-west-1', keys, Date.now())
      // A helper of the user's would keep it.
      const kept = join(folder, 'kept')
      writeFileSync(join(folder, '.gitconfig'), `[credential]\n\thelper = store --file=${kept}\n`)
      const error = await thrownBy(git.push({url, ...signed}, 'main'))
      expect(error).to.include({code: 'PushDenied', exit: 'credentials'})
      expect(JSON.stringify(error)).not.to.contain(signed.password)
      const given = basicCredentials(asked.at(-1)!.authorization)!
      expect(given).to.deep.equal(signed)
      const found = signedRegion(
        given,
        {host: asked[0]!.host!, path: '/v1/repos/demo'},
        () => ({...keys, arn: 'arn:of:somebody'}),
        ['us-east-1', 'eu-west-1'],
        Date.now(),
      )
      expect(found).to.deep.equal({region: 'eu-west-1', arn: 'arn:of:somebody'})
      expect(() => readFileSync(kept)).to.throw('ENOENT')
      expect(readFileSync(join(project, '.git/config'), 'utf8')).not.to.match(/credential|127\.0\.0\.1/)
    } finally {
      server.close()
    }
  })
})
