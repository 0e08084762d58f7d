import {expect} from 'chai'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {homedir, tmpdir} from 'node:os'
import {join} from 'node:path'
import {cacheHome, stateHome} from '../../src/adapters/fs/paths.js'
import {settleUser} from '../../src/cli/user.js'
import {NO_HOME} from '../../src/config/no-home.js'
import {DrError} from '../../src/errors.js'
import {asDrError} from '../../src/render/foreign.js'
import {keepEnvironment} from '../support/environment.js'

const CIRCUMSTANCES = {interrupted: false, command: 'lab:start'}

function thrownWhile(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }

  throw new Error('nothing was thrown')
}

describe('the user and their folders', () => {
  const putBack = keepEnvironment()
  let folder: string
  let file: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'todo-dr-user-'))
    file = join(folder, 'file')
    writeFileSync(file, '')
  })

  afterEach(() => {
    putBack()
    rmSync(folder, {recursive: true})
  })

  for (const name of ['TMPDIR', 'TMP', 'TEMP'])
    it(`field report 11: ${name} counts where it is a folder, and otherwise does no harm`, () => {
      for (const wrong of [join(folder, 'absent'), file, '', 'relative/absent']) {
        const environment = {HOME: folder, [name]: wrong}
        settleUser(environment)
        expect(environment, wrong).not.to.have.property(name)
      }

      const environment = {HOME: folder, [name]: folder}
      settleUser(environment)
      expect(environment[name]).to.equal(folder)
    })

  it('field report 11: a home that is not set is that of the user database, and a relative one is none', () => {
    for (const HOME of [undefined, '']) {
      const environment: NodeJS.ProcessEnv = {...(HOME !== undefined && {HOME})}
      delete process.env.HOME
      settleUser(environment)
      expect(environment.HOME).to.equal(homedir())
    }

    const environment = {HOME: 'here'}
    settleUser(environment)
    expect(environment.HOME).to.equal(NO_HOME)
  })

  for (const [variable, path] of [
    ['XDG_STATE_HOME', stateHome],
    ['XDG_CACHE_HOME', cacheHome],
  ] as const)
    it(`field report 11: without a home, ${variable} is enough, and it is named where it is missing`, () => {
      for (const HOME of [NO_HOME, 'relative']) {
        process.env.HOME = HOME
        delete process.env[variable]
        expect(path)
          .to.throw(DrError)
          .that.satisfies(
            ({code, exit, next}: DrError) => code === 'HomeUnknown' && exit === 'usage' && next!.includes(variable),
          )
        process.env[variable] = folder
        expect(path()).to.equal(join(folder, 'todo-dr'))
      }
    })

  for (const code of ['EACCES', 'EROFS', 'ENOTDIR', 'ENOSPC'])
    it(`field report 11: ${code} of a folder names it and what to set, and is no bug of todo-dr`, () => {
      const path = '/home/me/.local/state/todo-dr'
      const error = Object.assign(new Error(`${code}: no luck, mkdir '${path}'`), {code, path})
      const told = asDrError(error, {interrupted: false, command: 'lab:start'})
      expect(told).to.include({code: 'FolderUnusable', exit: 'failed', why: undefined})
      expect(told.message).to.equal(`${path} cannot be used: no luck`)
      expect(told.next).to.contain('XDG_STATE_HOME')
    })

  const SET = ['XDG_STATE_HOME', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'TMPDIR']
  for (const variable of SET)
    it(`field report F: a folder that cannot be made is told by ${variable}, where that names it`, () => {
      for (const name of [...SET, 'HOME']) process.env[name] = folder
      process.env[variable] = file
      const below = join(file, 'todo-dr')
      const told = asDrError(
        thrownWhile(() => mkdirSync(below, {recursive: true})),
        CIRCUMSTANCES,
      )
      expect(told).to.include({code: 'FolderUnusable', exit: 'failed', why: `${variable} is ${file}`})
      expect(told.message).to.equal(`${below} cannot be used: not a directory`)
      expect(told.next).to.equal(`make room there, or set ${variable} to a folder that you can write to`)
    })

  it('field report F: a file in the place of a folder is told, and what is only missing stays a bug', () => {
    process.env.XDG_CACHE_HOME = folder
    const inPlace = asDrError(
      thrownWhile(() => mkdirSync(file, {recursive: true})),
      CIRCUMSTANCES,
    )
    expect(inPlace).to.include({code: 'FolderUnusable', why: `XDG_CACHE_HOME is ${folder}`})
    expect(
      asDrError(
        thrownWhile(() => readFileSync(join(folder, 'absent'))),
        CIRCUMSTANCES,
      ).code,
    ).to.equal('Internal')
  })
})
