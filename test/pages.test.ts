import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {SITUATIONS} from '../src/model/diagnosis.js'
import {ROOT} from './support/cli.js'

interface Manifest {
  commands: Record<string, {flags: Record<string, {allowNo?: boolean}>}>
}

const {commands} = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as Manifest
const FLAGS = new Set(
  Object.values(commands).flatMap(({flags}) =>
    Object.entries(flags).flatMap(([name, {allowNo}]) => (allowNo ? [name, `no-${name}`] : [name])),
  ),
)
/** A plugin brings autocomplete. */
const TOPICS = new Set(['autocomplete', ...Object.keys(commands).map((id) => id.split(':')[0])])

/** oclif has it everywhere. */
FLAGS.add('help')

/** Of the project's own long runs. */
FLAGS.add('rounds')

/** Lines that show another program. */
const FOREIGN = /\b(?:aws|cdk|curl|npm) [a-z-]|^ *--/

const pages = execFileSync('git', ['ls-files', '*.md', ':!CHANGELOG.md'], {cwd: ROOT, encoding: 'utf8'})
  .trim()
  .split('\n')
  .map((path) => ({path, text: readFileSync(join(ROOT, path), 'utf8')}))

describe('the pages', () => {
  it('name no flag that does not exist', () => {
    const named = pages.flatMap(({path, text}) =>
      text
        .split('\n')
        .filter((line) => !FOREIGN.test(line))
        .flatMap((line) => [...line.matchAll(/(?<![\w-])--([a-z][a-z-]+)/g)])
        .map(([, flag]) => ({path, flag: flag!})),
    )
    expect(named.length).to.be.greaterThan(50)
    expect(named.filter(({flag}) => !FLAGS.has(flag))).to.deep.equal([])
  })

  it('name no command that does not exist', () => {
    const named = pages.flatMap(({path, text}) =>
      [...text.matchAll(/(?:^ {4,}|`)todo-dr ([a-z][a-z-]*)/gm)].map(([, command]) => ({path, command: command!})),
    )
    expect(named.length).to.be.greaterThan(30)
    expect(named.filter(({command}) => !TOPICS.has(command))).to.deep.equal([])
  })

  it('have a row in the runbook for every situation that status can name, and for no other', () => {
    const {text} = pages.find(({path}) => path === 'templates/RUNBOOK.md')!
    const rows = [...text.matchAll(/^\| `([A-Z][A-Za-z]+)` +\|/gm)].map(([, situation]) => situation)
    expect(rows).to.have.members([...SITUATIONS, 'Unknown'])
  })

  it('do not call the primary home: after a failover it is not', () => {
    const {text} = pages.find(({path}) => path === 'templates/RUNBOOK.md')!
    expect(text).not.to.match(/home (?:is|region is) (?:dead|lost|down|broken)/i)
  })
})
