/** The recipes of CONTRIBUTING.md, each carried out in a copy of the tree: it touches the files that it names, and the copy passes. */

import {expect} from 'chai'
import {execFile, execFileSync} from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {ROOT} from '../support/cli.js'
import {RECIPES} from '../support/recipes.js'

/** Tests and generated files aside. */
const COUNTED_MOST = 3
const NOT_COUNTED = /^(lab\/)?test\//

const lines = (text: string): string[] => text.split(/[\0\n]/).filter(Boolean)

/** The numbered files of a recipe. */
function namedIn(page: string, title: string): string[] {
  const [, section] = page.split(`**${title}**`)
  if (section === undefined) throw new Error(`CONTRIBUTING.md has no recipe "${title}"`)
  const [own] = section.split(/^(?:\*\*Add|## )/m)
  return [...own!.matchAll(/^\d\. `([^`]+)`/gm)].map(([, path]) => path!)
}

/** Words in capitals stand for names. */
const stands = (named: string, file: string): boolean =>
  new RegExp(`^${named.replaceAll('.', String.raw`\.`).replaceAll(/[A-Z]{2,}/g, String.raw`[\w-]+`)}$`).test(file)

describe('the recipes', function () {
  this.timeout(600_000)
  let copy: string
  const touched = new Set<string>()

  const node = (...args: string[]): Promise<string> =>
    new Promise((done, fail) => {
      execFile(process.execPath, args, {cwd: copy, maxBuffer: 64 * 2 ** 20}, (error, stdout, stderr) =>
        error ? fail(new Error(`node ${args.join(' ')}:\n${stdout}\n${stderr}`)) : done(stdout),
      )
    })

  before(() => {
    copy = mkdtempSync(join(tmpdir(), 'todo-dr-recipes-'))
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {cwd: ROOT})
    for (const file of lines(String(listed)).filter((path) => existsSync(join(ROOT, path)))) {
      mkdirSync(join(copy, dirname(file)), {recursive: true})
      cpSync(join(ROOT, file), join(copy, file))
    }

    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    // Tests ask git for the pages.
    execFileSync('git', ['init', '--quiet'], {cwd: copy})
    execFileSync('git', ['add', '.'], {cwd: copy})
  })

  after(() => rmSync(copy, {recursive: true, force: true}))

  for (const {title, folder, changes} of RECIPES) {
    it(`"${title}" names the files that it touches, and they are few`, () => {
      const examples = join(ROOT, 'test/recipes', folder)
      const made = readdirSync(examples, {recursive: true, withFileTypes: true})
        .filter((entry) => entry.isFile())
        .map(({parentPath, name}) => join(parentPath, name).slice(examples.length + 1))
      for (const file of made) {
        expect(existsSync(join(copy, file)), `${file} exists already`).to.equal(false)
        mkdirSync(join(copy, dirname(file)), {recursive: true})
        cpSync(join(examples, file), join(copy, file))
      }

      for (const {file, find, put} of changes) {
        const text = readFileSync(join(copy, file), 'utf8')
        expect(text.split(find), `${file} has once: ${find}`).to.have.length(2)
        writeFileSync(
          join(copy, file),
          text.replace(find, () => put),
        )
      }

      const all = new Set([...made, ...changes.map(({file}) => file)])
      for (const file of all) touched.add(file)
      const counted = [...all].filter((file) => !NOT_COUNTED.test(file))
      const named = namedIn(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8'), title)
      const nameOf = (file: string): string =>
        named.find((one) => one === file) ?? named.find((one) => stands(one, file)) ?? `${file} is not named`
      expect(named.length).to.be.within(1, COUNTED_MOST)
      expect(counted.map((file) => nameOf(file))).to.have.members(named)
    })
  }

  it('leave a tree that has its types, style and format, and can be built', async () => {
    const [typescript, eslint, prettier] = [
      'typescript/bin/tsc',
      'eslint/bin/eslint.js',
      'prettier/bin/prettier.cjs',
    ].map((path) => `node_modules/${path}`) as [string, string, string]
    for (const project of ['tsconfig.test.json', 'infra-template/tsconfig.json'])
      await node(typescript, '--noEmit', '-p', project)
    await node(eslint, '--max-warnings', '0', ...touched)
    await node(prettier, '--check', ...touched)
    await node('scripts/build.mjs')
    await node('--import', 'tsx', 'scripts/generate.ts')
  })

  it('leave a tree whose tests pass, those of the architecture included', async () => {
    const tests = [...new Set(RECIPES.flatMap((recipe) => recipe.tests)), 'test/architecture.test.ts']
    const output = join(copy, 'results.json')
    const reporter = ['--reporter', 'json', '--reporter-option', `output=${output}`]
    const ended = await node('node_modules/mocha/bin/mocha.js', ...tests, ...reporter).catch((error: unknown) => error)
    const {stats, tests: ran} = JSON.parse(readFileSync(output, 'utf8')) as {
      stats: {pending: number}
      tests: {file: string; fullTitle: string; err: {message?: string}}[]
    }
    const failed = ran.filter(({err}) => err.message !== undefined)
    expect(failed.map(({fullTitle, err}) => `${fullTitle}: ${err.message!.slice(0, 500)}`)).to.deep.equal([])
    expect(ended).not.to.be.instanceOf(Error)
    expect(stats.pending).to.equal(0)
    expect(tests.filter((file) => !ran.some((one) => one.file === join(copy, file)))).to.deep.equal([])
  })
})
