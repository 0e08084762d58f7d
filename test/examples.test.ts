import {Parser} from '@oclif/core'
import type {Config, Interfaces} from '@oclif/core'
import {expect} from 'chai'
import {spawnSync} from 'node:child_process'
import {chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {ROWS} from './support/article.js'
import {ROOT} from './support/cli.js'
import {SCENES, commandLines, examples} from './support/examples.js'
import {configOfSources} from './support/oclif-config.js'

describe('the examples of help and docs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'todo-dr-examples-'))
  const heard = join(folder, 'heard')
  let config: Config

  before(async function () {
    this.timeout(60_000)
    config = await configOfSources()
    // In place of the program: writes down how the shell has read the line, an argument a line.
    const program = join(folder, 'todo-dr')
    writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" '' >> '${heard}'\n`)
    chmodSync(program, 0o755)
  })

  after(() => rmSync(folder, {recursive: true}))

  /** The arguments of each call of the program. */
  function callsOf(line: string): string[][] {
    rmSync(heard, {force: true})
    spawnSync('/bin/sh', ['-c', line], {cwd: folder, env: {PATH: folder}})
    if (!existsSync(heard)) return []
    return readFileSync(heard, 'utf8')
      .split('\n\n')
      .slice(0, -1)
      .map((call) => call.split('\n'))
  }

  async function understood(args: string[]): Promise<void> {
    const words = args.findIndex((arg) => arg.startsWith('-'))
    const named = words === -1 ? args : args.slice(0, words)
    for (let count = named.length; count > 0; count--) {
      const found = config.findCommand(named.slice(0, count).join(':'))
      if (!found) continue
      const {args: takes, flags, baseFlags, enableJsonFlag, strict} = await found.load()
      const json = enableJsonFlag ? {json: {type: 'boolean'} as Interfaces.FlagInput[string]} : {}
      const given = args.slice(count).filter((arg) => arg !== '--help')
      await Parser.parse(given, {args: takes, flags: {...baseFlags, ...flags, ...json}, strict})
      return
    }

    throw new Error(`todo-dr has no command ${named.join(' ')}`)
  }

  it('have commands, arguments and flags that exist', async function () {
    // Loads every command, from its source.
    this.timeout(60_000)
    const wrong: string[] = []
    const whereOf = new Map(commandLines().map(({line, where}) => [line, where]))
    for (const [line, where] of whereOf) {
      const calls = callsOf(line)
      if (calls.length === 0) wrong.push(`${where}: ${line}: does not call todo-dr`)
      for (const call of calls)
        await understood(call).catch((error: Error) => wrong.push(`${where}: ${line}: ${error.message}`))
    }

    expect(whereOf.size).to.be.greaterThan(70)
    expect(wrong).to.deep.equal([])
  })

  it('each have a place in a scene, and a scene runs nothing that is shown no longer', () => {
    const played = new Set(SCENES.flatMap(({acts}) => acts.filter(({scenery}) => !scenery).map(({line}) => line)))
    const shown = new Set(examples().map(({line}) => line))
    expect({
      unplayed: examples().filter(({line}) => !played.has(line)),
      unshown: [...played].filter((line) => !shown.has(line)),
    }).to.deep.equal({unplayed: [], unshown: []})
  })

  it('that no scene types are run by the test that is named in its place', () => {
    for (const {line, elsewhere} of SCENES.flatMap(({acts}) => acts)) {
      if (elsewhere === undefined) continue
      const source = readFileSync(join(ROOT, elsewhere), 'utf8')
      for (const args of callsOf(line)) expect(source).to.contain(`[${args.map((arg) => `'${arg}'`).join(', ')}]`)
    }
  })

  it('leave no command of the article without one of ours in its place, or a reason', () => {
    expect(ROWS.length).to.be.greaterThan(15)
    for (const {title, lines, untyped, reason = ''} of ROWS)
      expect(lines.length + untyped.length > 0 || reason.length > 40, `docs/article.md: ${title}`).to.equal(true)
  })

  it('end with 0, or the scene says why not', () => {
    const acts = SCENES.flatMap((scene) => scene.acts).filter(({scenery}) => !scenery)
    expect(acts.filter(({exit, why}) => (exit === 0) === (why !== undefined))).to.deep.equal([])
  })
})
