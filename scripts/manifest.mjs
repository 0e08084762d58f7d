// Writes oclif.manifest.json with its commands in order: oclif lists them as it happens to find them.
import {execFileSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
execFileSync(process.execPath, ['node_modules/oclif/bin/run.js', 'manifest'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  // A build asks nobody whether a newer tool exists.
  env: {...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true'},
})
const manifest = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'))
manifest.commands = Object.fromEntries(Object.entries(manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync('oclif.manifest.json', JSON.stringify(manifest, null, 2))
