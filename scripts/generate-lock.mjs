// Renews templates/infra-package-lock.json, the lockfile that `init` gives to new projects, from infra-template/package.json.
// Asks the registry; run it after a change of the template's dependencies: npm run generate:lock
import {execFileSync} from 'node:child_process'
import {copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'todo-dr-lock-'))
try {
  copyFileSync(join(root, 'infra-template', 'package.json'), join(folder, 'package.json'))
  // Without resolved addresses the lockfile works with any registry; the hashes still pin each package.
  execFileSync('npm', ['install', '--package-lock-only', '--omit-lockfile-registry-resolved', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  const text = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  if (/"resolved": "https?:/.test(text)) throw new Error('the lockfile names a registry')
  writeFileSync(join(root, 'templates', 'infra-package-lock.json'), text)
} finally {
  rmSync(folder, {recursive: true, force: true})
}
