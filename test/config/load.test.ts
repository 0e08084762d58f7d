import {expect} from 'chai'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {loadConfig} from '../../src/config/load.js'
import {parseConfig} from '../../src/config/parse.js'
import {DrError} from '../../src/errors.js'

const invalid = (text: string): DrError => {
  try {
    parseConfig('todo-dr.yaml', text)
  } catch (error) {
    expect(error).to.be.instanceOf(DrError).and.include({code: 'ConfigInvalid', exit: 'usage'})
    return error as DrError
  }

  throw new Error('it was taken')
}

const TARGET = `targets:
  prod:
    app: ToDoMgmt
    regions: {home: us-east-1, away: us-east-2}
`

describe('todo-dr.yaml', () => {
  it('is taken with the least that it must say', () => {
    expect(parseConfig('todo-dr.yaml', TARGET).targets).to.deep.equal({
      prod: {app: 'ToDoMgmt', regions: {home: 'us-east-1', away: 'us-east-2'}},
    })
    expect(parseConfig('todo-dr.yaml', '')).to.deep.equal({infra: 'infra', targets: {}})
  })

  it('is taken as `init` writes it', () => {
    const sample = readFileSync(new URL('../../templates/todo-dr.yaml', import.meta.url), 'utf8')
    expect(parseConfig('todo-dr.yaml', sample)).to.have.property('defaultTarget', 'staging')
  })

  const MISTAKES: [what: string, text: string, message: string][] = [
    ['an unknown key', `${TARGET}    profil: x\n`, 'todo-dr.yaml:5:5: targets.prod.profil: unknown key'],
    ['an unknown key at the top', `${TARGET}target: prod\n`, 'todo-dr.yaml:5:1: target: unknown key'],
    [
      'a wrong type',
      TARGET.replace('ToDoMgmt', '12'),
      'todo-dr.yaml:3:5: targets.prod.app: Invalid input: expected string',
    ],
    ['a missing key', 'targets:\n  prod:\n    app: A\n', 'todo-dr.yaml:2:3: targets.prod.regions: is missing'],
    [
      'no region',
      TARGET.replace('us-east-2', 'Ohio'),
      'todo-dr.yaml:4:32: targets.prod.regions.away: must be an AWS region name',
    ],
    [
      'the same region twice',
      TARGET.replace('us-east-2', 'us-east-1'),
      'todo-dr.yaml:4:32: targets.prod.regions.away: must differ from the home region',
    ],
    [
      'a default that is not there',
      `defaultTarget: stage\n${TARGET}`,
      'todo-dr.yaml:1:1: defaultTarget: is not a target in this file',
    ],
    [
      'a target named lab',
      TARGET.replace('prod', 'lab'),
      'todo-dr.yaml:2:3: targets.lab: this name is reserved for labs',
    ],
    [
      'a negative objective',
      `${TARGET}    objectives: {rtoSeconds: -1}\n`,
      'todo-dr.yaml:5:18: targets.prod.objectives.rtoSeconds:',
    ],
    ['broken YAML', 'targets: [\n', 'todo-dr.yaml:2:1: '],
    ['a list', '- a\n', 'todo-dr.yaml:1:1: Invalid input: expected object'],
  ]

  for (const [what, text, message] of MISTAKES) {
    it(`names line, column and key of ${what}`, () => {
      expect(invalid(text).message).to.satisfy(
        (said: string) => said.startsWith(message),
        `${invalid(text).message}\n${message}`,
      )
    })
  }

  describe('its search', () => {
    let folder: string

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'todo-dr-config-'))
      mkdirSync(join(folder, 'a/b'), {recursive: true})
      writeFileSync(join(folder, 'todo-dr.yaml'), TARGET)
    })

    after(() => rmSync(folder, {recursive: true}))

    it('goes upward', async () => {
      expect((await loadConfig(join(folder, 'a/b')))?.file).to.equal(join(folder, 'todo-dr.yaml'))
    })

    it('takes the nearest', async () => {
      writeFileSync(join(folder, 'a/todo-dr.yaml'), 'defaultTarget: lab\n')
      expect((await loadConfig(join(folder, 'a/b')))?.config).to.deep.equal({
        defaultTarget: 'lab',
        infra: 'infra',
        targets: {},
      })
    })
  })
})
