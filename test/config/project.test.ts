import {expect} from 'chai'
import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {loadConfig} from '../../src/config/load.js'
import {findProject} from '../../src/config/project.js'
import type {DrError} from '../../src/errors.js'
import {thrownBy} from '../support/thrown.js'

const find = async (from: string) => findProject(from, await loadConfig(from))

describe('the project', () => {
  let folder: string

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'todo-dr-project-')))
  })

  afterEach(() => rmSync(folder, {recursive: true}))

  const write = (name: string, content: object | string): void => {
    const file = join(folder, name)
    mkdirSync(dirname(file), {recursive: true})
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  }

  it('is the folder infra beside todo-dr.yaml, from any folder below it', async () => {
    write('todo-dr.yaml', 'targets: {}\n')
    write('infra/cdk.json', {app: 'node app.js', build: 'make'})
    write('infra/package.json', {scripts: {bundle: 'esbuild'}})
    write('infra/config.json', {app: 'Demo', account: '123456789012', home: 'eu-west-1', away: 'eu-central-1'})
    mkdirSync(join(folder, 'docs'))
    const project = await find(join(folder, 'docs'))
    expect(project).to.deep.include({
      folder: join(folder, 'infra'),
      appCommand: 'node app.js',
      build: 'npm run --silent bundle',
      own: {
        app: 'Demo',
        account: '123456789012',
        home: 'eu-west-1',
        away: 'eu-central-1',
        lockToEdge: false,
        pipeline: false,
      },
    })
    expect(project.config!.file).to.equal(join(folder, 'todo-dr.yaml'))
  })

  it('is the folder that the key infra names', async () => {
    write('todo-dr.yaml', 'infra: deploy/cdk\ntargets: {}\n')
    write('deploy/cdk/cdk.json', {app: 'node app.js', build: 'make'})
    const {folder: found, build, own} = await find(folder)
    expect(found).to.equal(join(folder, 'deploy/cdk'))
    expect(build).to.equal('make')
    expect(own.app).to.equal(undefined)
  })

  it('says where its delivery pipeline takes its source from', async () => {
    write('cdk.json', {app: 'node app.js'})
    write('config.json', {delivery: {source: 'codecommit'}})
    expect((await find(folder)).own.delivery).to.deep.equal({source: 'codecommit', branch: 'main'})
    write('config.json', {delivery: {source: 'connection', branch: 'live'}})
    expect((await find(folder)).own.delivery).to.deep.equal({source: 'connection', branch: 'live'})
  })

  it('says whether it has failover pipelines, and whether its APIs answer the edge alone', async () => {
    write('cdk.json', {app: 'node app.js'})
    write('config.json', {pipeline: 'failover', lockToEdge: true})
    expect((await find(folder)).own).to.deep.include({pipeline: true, lockToEdge: true})
  })

  it('is infra or the folder itself without a todo-dr.yaml', async () => {
    write('cdk.json', {app: 'node app.js'})
    expect((await find(folder)).folder).to.equal(folder)
    write('infra/cdk.json', {app: 'node app.js'})
    expect((await find(folder)).folder).to.equal(join(folder, 'infra'))
  })

  it('is missed with the places where it was looked for', async () => {
    const error = (await thrownBy(find(folder))) as DrError
    expect(error).to.include({code: 'ProjectMissing', exit: 'usage'})
    expect(error.message).to.contain(join(folder, 'infra')).and.to.contain(' or ')
    expect(error.next).to.contain('todo-dr init')
  })

  it('wants a command in cdk.json, and JSON', async () => {
    write('cdk.json', {})
    expect(await thrownBy(find(folder))).to.include({code: 'ProjectInvalid', exit: 'usage'})
    write('cdk.json', '{')
    expect(((await thrownBy(find(folder))) as DrError).message).to.contain('cdk.json')
  })

  for (const name of ['cdk.json', 'config.json', 'package.json']) {
    it(`field report 19: is refused with a ${name} that nobody wrote`, async () => {
      write('infra/cdk.json', {app: 'node app.js'})
      write(`infra/${name}`, `{"app": "node app.js", "more": "${'x'.repeat(1_000_000)}"}`)
      expect(await thrownBy(find(folder))).to.include({code: 'ProjectInvalid', exit: 'usage'})
    })
  }
})
