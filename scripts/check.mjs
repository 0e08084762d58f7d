// Everything that is judged without running the program: types, lint, format, and that generated files are what they would be made anew.
// Names of checks as arguments: only these.
import {execFile} from 'node:child_process'
import {readFileSync, readdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {promisify} from 'node:util'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const run = promisify(execFile)
const node = (...args) => run(process.execPath, args, {maxBuffer: 2 ** 26})
const generated = () => [
  'oclif.manifest.json',
  'docs/exit-codes.md',
  'docs/lab-resources.md',
  ...readdirSync('schemas').map((file) => `schemas/${file}`),
]
const contents = () => Object.fromEntries(generated().map((file) => [file, readFileSync(file, 'utf8')]))

const checks = {
  async types() {
    await node('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.test.json')
    await node('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'infra-template/tsconfig.json')
  },
  lint: () =>
    node('node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '--cache', 'src', 'lab', 'test', 'infra-template'),
  format: () =>
    node(
      'node_modules/prettier/bin/prettier.cjs',
      '--check',
      '--log-level',
      'warn',
      'src',
      'lab',
      'test',
      'infra-template',
      'scripts',
      'bin',
    ),
  async generated() {
    const before = contents()
    await node('--import', 'tsx', 'scripts/generate.ts')
    await node('scripts/manifest.mjs')
    const after = contents()
    const stale = Object.keys({...before, ...after}).filter((file) => before[file] !== after[file])
    if (stale.length > 0) throw new Error(`generated files were stale and have been renewed: ${stale.join(', ')}`)
  },
}

/** What a check says is shown where it fails. */
async function judge([name, check]) {
  const started = performance.now()
  try {
    await check()
    process.stderr.write(`check ${name}: ok (${((performance.now() - started) / 1000).toFixed(1)} s)\n`)
    return true
  } catch (error) {
    const {stdout = '', stderr = '', message} = error
    process.stderr.write(`check ${name}: FAILED\n${stdout + stderr || message + '\n'}`)
    return false
  }
}

// Side by side, as each is one process on one core; in turn where tests take the other cores.
const ended = []
const args = process.argv.slice(2)
const names = args.filter((arg) => arg !== '--in-turn')
const stranger = names.find((name) => !Object.hasOwn(checks, name))
if (stranger !== undefined) throw new RangeError(`${stranger} is not one of ${Object.keys(checks).join(', ')}`)
const all = Object.entries(checks).filter(([name]) => names.length === 0 || names.includes(name))
if (args.includes('--in-turn')) for (const one of all) ended.push(await judge(one))
else ended.push(...(await Promise.all(all.map(judge))))
process.exitCode = ended.every(Boolean) ? 0 : 1
