#!/usr/bin/env node
/** Runs the commands from src, without a build. */
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {register} from 'tsx/esm/api'

register()
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const {flush, handle, run, settings} = await import('@oclif/core')
// oclif's own way of loading TypeScript does not find this version of tsx.
settings.enableAutoTranspile = false
const root = fileURLToPath(new URL('..', import.meta.url))
const pjson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
try {
  await run(process.argv.slice(2), {root, pjson: {...pjson, oclif: {...pjson.oclif, commands: './src/commands'}}})
  await flush()
} catch (error) {
  if (error.oclif?.exit === 127) error.oclif.exit = 2
  await handle(error)
}
