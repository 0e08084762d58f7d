// What npm locks for a package.json, in a folder of its own, where no workspace stands in the way.
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/**
 * `manifest`: an object as in package.json. `known`: the text of a lockfile to keep to; with it nobody is asked, and a package that it
 * does not hold is an error. Without resolved addresses the lockfile works with any registry; the hashes still pin each package.
 */
export function lockOf(manifest, known) {
  const folder = mkdtempSync(join(tmpdir(), 'todo-dr-lock-'))
  const file = join(folder, 'package-lock.json')
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
    if (known !== undefined) writeFileSync(file, known)
    execFileSync(
      'npm',
      [
        'install',
        '--package-lock-only',
        '--omit-lockfile-registry-resolved',
        '--ignore-scripts',
        ...(known === undefined ? [] : ['--offline']),
      ],
      {cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32'},
    )
    const text = readFileSync(file, 'utf8')
    if (/"resolved": "https?:/.test(text)) throw new Error('the lockfile names a registry')
    return text
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}
