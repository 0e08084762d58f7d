import {expect} from 'chai'
import {strToU8, zipSync} from 'fflate'
import {mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {unpackFunction} from '../../../src/data-plane/lambda/function-folder.js'

describe('the bundle of a function', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'todo-dr-bundle-'))
  })

  afterEach(() => rmSync(folder, {recursive: true}))

  const unpack = (path: string) =>
    unpackFunction(join(folder, 'functions'), 'f', 'digest', zipSync({'index.js': strToU8(''), [path]: strToU8('x')}))

  for (const path of ['../out.js', '../../../out.js', 'a/../../out.js', './../out.js', 'a/b/../../../f2/out.js'])
    it(`field report 28: writes nothing where ${path} leads out of it`, async () => {
      const error: unknown = await unpack(path).catch((error_: unknown) => error_)
      expect(String(error)).to.contain('is outside the archive')
      expect(readdirSync(folder)).to.deep.equal([])
    })

  it('field report 28: takes an absolute path for one below it', async () => {
    const {folder: target, bytes} = await unpack('/etc/motd')
    expect(readdirSync(join(target, 'etc'))).to.deep.equal(['motd'])
    expect(bytes).equal(1)
  })
})
