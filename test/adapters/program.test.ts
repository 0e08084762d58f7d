import {expect} from 'chai'
import {execFileSync, spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {unzipSync} from 'fflate'
import {programArchive} from '../../src/adapters/program.js'
import {thrownBy} from '../support/thrown.js'

describe('the program for a pipeline', function () {
  this.timeout(60_000)
  const folder = mkdtempSync(join(tmpdir(), 'todo-dr-program-'))

  after(() => rmSync(folder, {recursive: true, force: true}))

  it('runs where nothing is installed beside Node.js, and finds the settings beside it', async () => {
    const settings = {
      defaultTarget: 'shop',
      targets: {shop: {app: 'shop', regions: {home: 'us-east-1', away: 'us-east-2'}}},
    }
    const archive = await programArchive({'todo-dr.yaml': JSON.stringify(settings)})
    for (const [path, content] of Object.entries(unzipSync(archive))) {
      mkdirSync(dirname(join(folder, path)), {recursive: true})
      writeFileSync(join(folder, path), content)
    }

    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['program/bin/run.js', ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: {PATH: process.env.PATH, HOME: folder},
      })
    expect(run('failover', '--help').stdout).to.contain('--allow-data-loss')
    const policy = run('iam-policy', 'failover', '--account', '123456789012')
    expect(policy.stdout, policy.stderr).to.contain('arn:aws:rds::123456789012:global-cluster:shop')
    // What it would connect to refuses at once.
    const failover = spawnSync(
      process.execPath,
      ['program/bin/run.js', 'failover', '--dry-run', '--no-input', '--json'],
      {
        cwd: folder,
        encoding: 'utf8',
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
          AWS_ACCESS_KEY_ID: 'x',
          AWS_SECRET_ACCESS_KEY: 'x',
        },
      },
    )
    expect(JSON.parse(failover.stdout).error.code, failover.stderr).to.equal('MapUnreachable')
  })

  it('is the same archive each time, of a size that an upload takes seconds for', async () => {
    const [one, other] = await Promise.all([programArchive({}), programArchive({})])
    expect(Buffer.compare(one, other)).to.equal(0)
    expect(one.length).to.be.below(10_000_000)
    const names = Object.keys(unzipSync(one))
    expect(names.filter((name) => /dist\/(lab|assembly)\/|node_modules|\.map$|\.ts$/.test(name))).to.deep.equal([])
  })

  it('can be read by other programs', async () => {
    const file = join(folder, 'program.zip')
    writeFileSync(file, await programArchive({'todo-dr.yaml': '{}'}))
    const listed = execFileSync('python3', ['-m', 'zipfile', '-l', file], {encoding: 'utf8'})
    expect(listed).to.contain('program/bin/run.js').and.to.contain('todo-dr.yaml')
  })

  it('is refused where it was not built', async () => {
    mkdirSync(join(folder, 'bare', 'bin'), {recursive: true})
    writeFileSync(join(folder, 'bare', 'package.json'), '{}')
    expect(await thrownBy(programArchive({}, join(folder, 'bare')))).to.include({code: 'ProgramNotBuilt'})
  })
})
