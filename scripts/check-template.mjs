// npm run check:template: the template's own tests, then the template under cdk-nag and CloudFormation's offline validation, by the template's own check, and the page of
// what is acknowledged, which must be what the check would write anew. The check's last line is the last line here.
import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const PAGE = 'docs/acknowledged-findings.md'
const read = () => {
  try {
    return readFileSync(PAGE, 'utf8')
  } catch {
    return undefined
  }
}

const node = (...args) =>
  spawnSync(process.execPath, ['--import', 'tsx', ...args], {
    cwd: 'infra-template',
    stdio: ['ignore', 'inherit', 'inherit'],
  }).status ?? 1

const before = read()
// The build makes the functions' bundles, and leaves them alone where they are up to date: tests may be reading them.
let status = node('../scripts/build.mjs')
if (status === 0) status = node('--test', '--test-reporter', 'dot', 'test/template.test.ts')
if (status === 0) status = node('bin/check.ts', '--page', `../${PAGE}`)
if (read() !== before) {
  process.stderr.write(`${PAGE} was stale and has been renewed\n`)
  status ||= 1
}

process.exitCode = status
