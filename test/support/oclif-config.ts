import {Config, settings} from '@oclif/core'
import type {Interfaces} from '@oclif/core'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {ROOT} from './cli.js'

/** The commands as they stand in the sources, without a manifest that may be older. */
export async function configOfSources(more: Partial<Interfaces.PJSON['oclif']> = {}): Promise<Config> {
  const transpile = settings.enableAutoTranspile
  settings.enableAutoTranspile = false
  const pjson = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Interfaces.PJSON
  const oclif = {...pjson.oclif, commands: './src/commands', ...more}
  const config = await Config.load({root: ROOT, pjson: {...pjson, oclif}, ignoreManifest: true})
  settings.enableAutoTranspile = transpile
  return config
}
