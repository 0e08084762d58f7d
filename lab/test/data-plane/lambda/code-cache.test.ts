import {mkdtemp, readdir, readFile, rm, stat, utimes, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {codeCache} from '../../../src/data-plane/lambda/environment.js'
import {LambdaService} from '../../../src/aws/lambda/service.js'
import {eventually, invoke, startTestLab, zip, type TestLab} from '../../support/lab-data-plane.js'

/** Large enough to be kept, and nothing that a compiler could leave out. */
const BALLAST = Array.from({length: 600}, (_, index) => `function filler${index}() { return ${index} }`).join('\n')

/** One line, as a bundle is: its errors are told by their column. */
const HANDLER = `exports.handler = async ({fail}) => { if (fail) throw new Error('here'); return {own: require('./other.cjs').name, file: __filename, self: module.exports === exports, main: require.main === module} }`

describe('the compiled code of functions', () => {
  let test: TestLab
  const usual = process.env.XDG_CACHE_HOME
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lab-cache-'))
    process.env.XDG_CACHE_HOME = folder
    test = await startTestLab([LambdaService])
    for (const name of ['one', 'two', 'three']) await create(name, HANDLER)
  })

  after(async () => {
    await test.stop()
    if (usual === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = usual
    await rm(folder, {recursive: true})
  })

  const create = async (FunctionName: string, source: string): Promise<void> => {
    const files = {
      'index.cjs': `${source}\n${BALLAST}`,
      'other.cjs': "exports.name = 'other'",
      'late.mjs': "export const name = 'late'",
    }
    const Code = {ZipFile: zip(files)}
    const input = {FunctionName, Runtime: 'nodejs22.x', Role: 'r', Handler: 'index.handler', Code}
    await test.lab.call('lambda', 'CreateFunction', input, 'us-east-1')
  }
  const kept = async (): Promise<string[]> =>
    (await readdir(codeCache()).catch(() => [])).filter((name) => !name.includes('.'))
  const answer = async (name: string): Promise<void> => {
    const {payload} = await invoke(test.lab, name)
    expect(payload).to.include({own: 'other', self: true, main: false})
    expect(payload.file).to.match(new RegExp(`/${name}/[^/]+/index\\.cjs$`))
  }

  it('is kept by the first process and taken by the next, which answers alike', async () => {
    await answer('one')
    await eventually('it is kept', async () => (await kept()).length === 1)
    const [name] = await kept()
    const before = await stat(join(codeCache(), name!))
    await answer('two')
    await answer('two')
    expect(await kept()).to.deep.equal([name])
    expect((await stat(join(codeCache(), name!))).mtimeMs).to.equal(before.mtimeMs)
  })

  it('tells where an error is as if it had been compiled anew', async () => {
    const column = HANDLER.indexOf('new Error') + 1
    for (const name of ['one', 'two']) {
      const {payload} = await invoke(test.lab, name, {fail: true})
      expect(payload.trace[1]).to.include(`index.cjs:1:${column}`)
    }
  })

  it('is made again where it is none', async () => {
    const [name] = await kept()
    const file = join(codeCache(), name!)
    const good = await readFile(file)
    await writeFile(file, 'no code')
    await answer('three')
    await eventually('it is whole again', async () => (await readFile(file)).length > good.length / 2)
  })

  it('is not kept of a module that imports as it runs', async () => {
    const before = await kept()
    for (const name of ['four', 'five']) {
      await create(name, "exports.handler = async () => (await import('./late.mjs')).name")
      expect((await invoke(test.lab, name)).payload).to.equal('late')
    }
    expect(await kept()).to.deep.equal(before)
  })

  it('is dropped after a month, and for the owner alone', async () => {
    const [name] = await kept()
    const old = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000)
    await utimes(join(codeCache(), name!), old, old)
    await create('six', `${HANDLER} // another`)
    await answer('six')
    await eventually('the old one is gone', async () => !(await kept()).includes(name!))
    expect(await kept()).to.have.length(1)
    expect((await stat(codeCache())).mode & 0o777).to.equal(0o700)
  })
})
