// Writes oclif.manifest.json, by which oclif knows the commands without loading them, in order (it lists them as it happens to find
// them) and formatted as all files are.
import {Plugin} from '@oclif/core'
import {fileURLToPath} from 'node:url'
import {format, resolveConfig} from 'prettier'
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
const style = await resolveConfig('oclif.manifest.json')
renew('oclif.manifest.json', await format(JSON.stringify(manifest, null, 2), {...style, parser: 'json'}))
