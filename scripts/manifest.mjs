// Writes oclif.manifest.json, by which oclif knows the commands without loading them, in order: it lists them as it happens to find them.
import {Plugin} from '@oclif/core'
import {fileURLToPath} from 'node:url'
import {renew} from './renew.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const plugin = new Plugin({
  root: process.cwd(),
  type: 'core',
  ignoreManifest: true,
  errorOnManifestCreate: true,
  respectNoCacheDefault: true,
})
await plugin.load()
const {manifest} = plugin
manifest.commands = Object.fromEntries(Object.entries(manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1)))
renew('oclif.manifest.json', JSON.stringify(manifest, null, 2))
