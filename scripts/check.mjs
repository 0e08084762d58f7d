// Everything that is judged without running the program: types, lint, format, and that generated files are what they would be made anew.
import {execFileSync} from 'node:child_process'
import {readFileSync, readdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const node = (...args) => execFileSync(process.execPath, args, {stdio: ['ignore', 'inherit', 'inherit']})
const generated = () => [
  'oclif.manifest.json',
  'docs/exit-codes.md',
  'docs/lab-resources.md',
  ...readdirSync('schemas').map((file) => `schemas/${file}`),
]
const contents = () => Object.fromEntries(generated().map((file) => [file, readFileSync(file, 'utf8')]))

const checks = {
  types() {
    node('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.test.json')
    node('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'infra-template/tsconfig.json')
  },
  lint: () =>
    node('node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '--cache', 'src', 'test', 'infra-template'),
  format: () =>
    node(
      'node_modules/prettier/bin/prettier.cjs',
      '--check',
      '--log-level',
      'warn',
      'src',
      'test',
      'infra-template',
      'scripts',
      'bin',
    ),
  generated() {
    const before = contents()
    node('--import', 'tsx', 'scripts/generate.ts')
    node('scripts/manifest.mjs')
    const after = contents()
    const stale = Object.keys({...before, ...after}).filter((file) => before[file] !== after[file])
    if (stale.length > 0) throw new Error(`generated files were stale and have been renewed: ${stale.join(', ')}`)
  },
}

let failed = 0
for (const [name, check] of Object.entries(checks)) {
  const started = performance.now()
  try {
    check()
    process.stderr.write(`check ${name}: ok (${((performance.now() - started) / 1000).toFixed(1)} s)\n`)
  } catch (error) {
    failed++
    process.stderr.write(`check ${name}: FAILED\n${error.status === undefined ? error.message + '\n' : ''}`)
  }
}

process.exitCode = failed > 0 ? 1 : 0
