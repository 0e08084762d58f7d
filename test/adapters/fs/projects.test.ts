import {expect} from 'chai'
import {existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fsProjects} from '../../../src/adapters/fs/projects.js'
import {DrError} from '../../../src/errors.js'
import {thrownBy} from '../../support/thrown.js'

describe('a project on disk', () => {
  let root: string
  const files = [
    {path: 'a.txt', text: 'a'},
    {path: 'deep/er/b.txt', text: 'b'},
  ]

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'todo-dr-projects-'))
  })

  afterEach(() => rmSync(root, {recursive: true, force: true}))

  it('is written into a new folder, whole, and open to others as any folder is', async () => {
    const folder = join(root, 'not', 'yet')
    await fsProjects.write(folder, files)
    expect(readFileSync(join(folder, 'deep/er/b.txt'), 'utf8')).to.equal('b')
    expect(readdirSync(join(root, 'not'))).to.deep.equal(['yet'])
    mkdirSync(join(root, 'plain'))
    expect(statSync(folder).mode).to.equal(statSync(join(root, 'plain')).mode)
  })

  it('is written into an empty folder that stays the same one', async () => {
    const before = statSync(root).ino
    await fsProjects.write(root, files)
    expect(statSync(root).ino).to.equal(before)
    expect(readdirSync(root).sort()).to.deep.equal(['a.txt', 'deep'])
  })

  it('leaves nothing behind where a file cannot be written', async () => {
    const folder = join(root, 'demo')
    await thrownBy(fsProjects.write(folder, [...files, {path: 'a.txt', text: 'twice'}]))
    expect(existsSync(folder)).to.equal(false)
    expect(readdirSync(root)).to.deep.equal([])
  })

  it('takes back what it moved into a folder where the rest cannot follow', async () => {
    const folder = join(root, 'demo')
    mkdirSync(join(folder, 'deep'), {recursive: true})
    writeFileSync(join(folder, 'deep', 'mine'), '')
    await thrownBy(fsProjects.write(folder, files))
    expect(readdirSync(folder)).to.deep.equal(['deep'])
    expect(readdirSync(join(folder, 'deep'))).to.deep.equal(['mine'])
    expect(readdirSync(root)).to.deep.equal(['demo'])
  })

  it('is refused in a folder that holds something, and in a file', async () => {
    mkdirSync(join(root, '.git'))
    await fsProjects.refuseNonEmpty(root)
    await fsProjects.refuseNonEmpty(join(root, 'absent'))
    writeFileSync(join(root, 'x'), '')
    for (const folder of [root, join(root, 'x')]) {
      const error = (await thrownBy(fsProjects.refuseNonEmpty(folder))) as DrError
      expect(error).to.include({code: 'FolderNotEmpty', exit: 'usage'})
    }
  })
})
