// node scripts/test.mjs [unit|program|system|long] [mocha's options]: without a name types, generated files, the template, the unit and the system tests.
// The last line counts all of it. Above it stand the skipped tests, with their reasons, and the failed ones; of files for which there was no
// time, their names. A skip without a reason is a failure; with TODO_DR_TEST_NO_SKIPS=1 every skip is one, but for those of test/support/time-left.ts.
import {spawn} from 'node:child_process'
import {mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs'
import {availableParallelism, tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

/**
 * The long tests that come last: each takes minutes, and those at the end tell least that no other test tells. Where time runs out, it is
 * they that are left out.
 */
const LAST = [
  ...['resume', 'iam', 'pipeline', 'cdk', 'article', 'init', 'deploy-project', 'soak'],
  ...['examples-pipelines', 'recipes', 'examples-project', 'examples-lab', 'examples-drills'],
]
const NO_TIME = /^no time was left/

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

const SUITES = {
  unit: ['lab/test/**/*.test.ts', 'test/**/*.test.ts'],
  // Of these, those of the program: the lab's tests take as long again.
  program: ['test/**/*.test.ts'],
  system: ['--config', '.mocharc.system.json', 'test/system/**/*.test.ts'],
  long: ['--config', '.mocharc.system.json', ...inOrder('test/long')],
  // They put load on a lab and measure: one at a time.
  alone: ['--config', '.mocharc.system.json', 'test/long/alone/*.test.ts'],
}
/** What belongs together; a name that is not here is a suite. */
const GROUPS = {long: ['alone', 'long']}
/** One more than there are cores: tests mostly wait. The long ones keep a core each. */
const CORES = Math.max(2, Math.min(4, availableParallelism()))
const JOBS = {unit: CORES + 1, program: CORES + 1, system: CORES + 1, long: CORES, alone: 1}

// The tests' own SDK clients would print a warning about Node 20 between the results.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const scratch = mkdtempSync(join(tmpdir(), 'todo-dr-test-'))

function inOrder(folder) {
  const place = (file) => LAST.indexOf(file.replace('.test.ts', ''))
  const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts'))
  return files.sort((one, other) => place(one) - place(other)).map((file) => `${folder}/${file}`)
}

const node = (...args) =>
  new Promise((done) => {
    spawn(process.execPath, args, {stdio: ['ignore', 'inherit', 'inherit']}).once('close', (code) => done(code === 0))
  })

const step = async (...args) => {
  const ok = await node(...args)
  return {passed: ok ? 1 : 0, failures: ok ? [] : [args.join(' ')], skipped: []}
}

/** Runs a suite, its files side by side; a run that leaves no counts behind has failed as a whole. */
async function mocha(suite, more = []) {
  const counts = join(scratch, `${suite}.json`)
  const ok = await node(
    'node_modules/mocha/bin/mocha.js',
    ...SUITES[suite],
    ...(JOBS[suite] === 1 ? [] : ['--parallel', '--jobs', `${JOBS[suite]}`]),
    '--reporter',
    './scripts/counting-reporter.cjs',
    '--reporter-option',
    `output=${counts}`,
    ...more,
  )
  try {
    const {passed, failures, skipped} = JSON.parse(readFileSync(counts, 'utf8'))
    return {passed, failures: failures.length === 0 && !ok ? [`${suite} ended badly`] : failures, skipped}
  } catch {
    return {passed: 0, failures: [`${suite} left no counts`], skipped: []}
  }
}

const inTurn = async (...makers) => {
  const results = []
  for (const make of makers) results.push(await make())
  return results
}

async function run(suite, more) {
  // Fetched before tests run side by side, whose time limits are not meant for a download.
  const prepared = await Promise.all([
    step('scripts/build.mjs'),
    step('--import', 'tsx', 'lab/test/support/fetch-mariadb.ts'),
  ])
  if (prepared.some(({failures}) => failures.length > 0)) return prepared
  if (suite) return [...prepared, ...(await inTurn(...(GROUPS[suite] ?? [suite]).map((one) => () => mocha(one, more))))]
  const sideBySide = await Promise.all([
    inTurn(
      () => step('scripts/check.mjs', '--in-turn', 'types', 'generated'),
      () => step('scripts/check-template.mjs'),
    ),
    mocha('unit'),
  ])
  return [...prepared, ...sideBySide.flat(), await mocha('system')]
}

const [suite, ...more] = process.argv.slice(2)
if (suite !== undefined && !Object.hasOwn(SUITES, suite))
  throw new RangeError(`one of ${Object.keys(SUITES).join(', ')}`)
const results = await run(suite, more)
rmSync(scratch, {recursive: true, force: true})

const skipped = results.flatMap((result) => result.skipped)
const late = skipped.filter(({reason}) => NO_TIME.test(reason))
for (const file of new Set(late.map((one) => one.file))) process.stdout.write(`skipped: ${file}: ${late[0].reason}\n`)
const allowed = skipped.filter(
  (one) => late.includes(one) || (one.reason !== null && !process.env.TODO_DR_TEST_NO_SKIPS),
)
for (const one of skipped.filter((one) => !late.includes(one)))
  process.stdout.write(
    `skipped${allowed.includes(one) ? '' : ', a failure'}: ${one.title}: ${one.reason ?? 'no reason given'}\n`,
  )
const failures = results.flatMap((result) => result.failures)
for (const failure of failures) process.stdout.write(`failed: ${failure}\n`)
const passed = results.reduce((total, result) => total + result.passed, 0)
const failed = failures.length + skipped.length - allowed.length
process.exitCode = failed > 0 ? 1 : 0
process.stdout.write(`${passed} passed, ${failed} failed, ${allowed.length} skipped\n`)
