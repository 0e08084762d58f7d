import {expect} from 'chai'
import {spawnSync} from 'node:child_process'
import {chmodSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {ROOT, Sandbox} from '../support/cli.js'

/** From this version on Node does it itself, and keeps files of its own form. */
const BUILT_IN = Number(process.versions.node.split('.')[0]) >= 22

describe('what was compiled', function () {
  this.timeout(60_000)
  const sandbox = new Sandbox()
  const cache = join(sandbox.folder, 'cache')
  const env = {XDG_CACHE_HOME: cache}
  const help = async (): Promise<string> => (await sandbox.expect(0, ['status', '--help'], {env})).stdout
  const files = (): string[] =>
    (readdirSync(cache, {recursive: true}) as string[])
      .map((name) => join(cache, name))
      .filter((path) => statSync(path).isFile())

  after(() => sandbox.remove())

  it('is kept for the next start, for the owner alone, and is used then', async () => {
    const first = await help()
    expect(files().length).to.be.greaterThan(0)
    const before = files().map((path) => [path, statSync(path).mtimeMs])
    expect(await help()).to.equal(first)
    if (BUILT_IN) return
    expect(files().map((path) => [path, statSync(path).mtimeMs])).to.deep.equal(before)
    for (const path of files()) expect(statSync(path).mode & 0o777, path).to.equal(0o600)
  })

  it('is compiled anew where it is damaged, of another program, or cannot be kept', async () => {
    const whole = await help()
    const [victim] = files().sort((one, other) => statSync(other).size - statSync(one).size)
    const kept = readFileSync(victim!)
    for (const damage of [Buffer.alloc(0), kept.subarray(0, kept.length / 2), Buffer.alloc(kept.length, 7)]) {
      writeFileSync(victim!, damage)
      expect(await help()).to.equal(whole)
    }

    const nowhere = join(sandbox.folder, 'a-file')
    writeFileSync(nowhere, '')
    chmodSync(nowhere, 0o400)
    const {stdout} = await sandbox.expect(0, ['status', '--help'], {env: {XDG_CACHE_HOME: nowhere}})
    expect(stdout).to.equal(whole)
  })

  it('is kept of the lab too, and made again where it is damaged', () => {
    const own = join(sandbox.folder, 'cache-of-the-lab')
    const kept = (): string[] =>
      readdirSync(join(own, 'todo-dr', 'lab')).map((name) => join(own, 'todo-dr', 'lab', name))
    // Without a folder it ends as soon as it is loaded.
    const load = (): void => {
      const options = {env: {...sandbox.env, XDG_CACHE_HOME: own}, encoding: 'utf8'} as const
      const {stderr} = spawnSync(process.execPath, [join(ROOT, 'dist', 'lab', 'main.js')], options)
      expect(stderr).to.include('--folder is required')
    }

    load()
    const [largest] = kept().sort((one, other) => statSync(other).size - statSync(one).size)
    const {size, mtimeMs} = statSync(largest!)
    expect(size).to.be.greaterThan(100_000)
    for (const path of kept()) expect(statSync(path).mode & 0o777, path).to.equal(0o600)
    load()
    expect(statSync(largest!).mtimeMs).to.equal(mtimeMs)
    writeFileSync(largest!, Buffer.alloc(7))
    load()
    expect(statSync(largest!).size).to.be.greaterThan(size / 2)
  })
})
