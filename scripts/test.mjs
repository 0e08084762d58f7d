// npm test: the checks, then unit, then system tests; the last line counts them all.
import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
// The tests' own SDK clients would print a warning about Node 20 between the results.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const scratch = mkdtempSync(join(tmpdir(), 'todo-dr-test-'))
const node = (...args) => spawnSync(process.execPath, args, {stdio: ['ignore', 'inherit', 'inherit']}).status === 0

/** Runs one mocha configuration; a run that leaves no counts behind has failed as a whole. */
const mocha = (name, ...args) => {
  const counts = join(scratch, `${name}.json`)
  const ok = node(
    'node_modules/mocha/bin/mocha.js',
    ...args,
    '--reporter',
    './scripts/counting-reporter.cjs',
    '--reporter-option',
    `output=${counts}`,
  )
  try {
    const {passes, failures} = JSON.parse(readFileSync(counts, 'utf8'))
    return {passed: passes, failed: failures === 0 && !ok ? 1 : failures}
  } catch {
    return {passed: 0, failed: 1}
  }
}

const step = (ok) => ({passed: ok ? 1 : 0, failed: ok ? 0 : 1})
const results = [step(node('scripts/build.mjs'))]
if (results[0].failed === 0) {
  results.push(step(node('scripts/check.mjs')))
  results.push(step(node('scripts/check-template.mjs')))
  results.push(mocha('unit', 'test/**/*.test.ts', 'lab/test/**/*.test.ts'))
  results.push(mocha('system', '--config', '.mocharc.system.json', 'test/system/**/*.test.ts'))
}

rmSync(scratch, {recursive: true, force: true})
const sum = (key) => results.reduce((total, result) => total + result[key], 0)
process.exitCode = sum('failed') > 0 ? 1 : 0
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`)
