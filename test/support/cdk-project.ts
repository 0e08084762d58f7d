/** A copy of the template as a user's project, whose templates a test can change without a synthesis of seconds. */

import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {createHash} from 'node:crypto'
import {join} from 'node:path'
import {ROOT} from './cli.js'

interface Template {
  Resources: Record<string, {Type: string; Properties: Record<string, unknown>; [key: string]: unknown}>
  Outputs: Record<string, unknown>
}

/** Gives what a synthesis gave, as the real one does: into the folder that the toolkit names. */
const REPLAY = `require('node:fs').cpSync('base', process.env.CDK_OUTDIR, {recursive: true})`

export class CdkProject {
  readonly infra: string

  /** `folder`: to be made; the project is `infra` in it. `config`: what its config.json says beside the template's. */
  constructor(
    readonly folder: string,
    app: string,
    regions: {home: string; away: string},
    config: Record<string, unknown> = {},
  ) {
    this.infra = join(folder, 'infra')
    mkdirSync(this.infra, {recursive: true})
    const template = join(ROOT, 'infra-template')
    for (const name of readdirSync(template))
      if (!['node_modules', 'cdk.out'].includes(name))
        cpSync(join(template, name), join(this.infra, name), {recursive: true})
    const configFile = join(this.infra, 'config.json')
    const given = JSON.parse(readFileSync(configFile, 'utf8')) as object
    writeFileSync(configFile, JSON.stringify({...given, ...config}))
    symlinkSync(join(ROOT, 'node_modules'), join(this.infra, 'node_modules'))
    const target = `  aws:\n    app: ${app}\n    regions: {home: ${regions.home}, away: ${regions.away}}\n`
    writeFileSync(join(folder, 'todo-dr.yaml'), `defaultTarget: lab\ntargets:\n${target}`)
  }

  /** From now on the project gives what it gave last, as \`change\` changes it, without a synthesis. */
  freeze(): void {
    renameSync(join(this.infra, 'cdk.out'), join(this.infra, 'frozen'))
    writeFileSync(join(this.infra, 'cdk.json'), JSON.stringify({app: `node -e "${REPLAY}"`}))
    writeFileSync(join(this.infra, 'package.json'), '{}')
    this.restore()
  }

  /** Takes all changes back. */
  restore(): void {
    rmSync(join(this.infra, 'base'), {recursive: true, force: true})
    cpSync(join(this.infra, 'frozen'), join(this.infra, 'base'), {recursive: true})
  }

  /** Changes a stack's template, and the name under which it is published with it. */
  change(stack: string, change: (template: Template) => void): void {
    const at = (name: string): string => join(this.infra, 'base', name)
    const file = at(`${stack}.template.json`)
    const template = JSON.parse(readFileSync(file, 'utf8')) as Template
    change(template)
    const text = JSON.stringify(template)
    const assets = readFileSync(at(`${stack}.assets.json`), 'utf8')
    const {files} = JSON.parse(assets) as {files: Record<string, {source: {path: string}}>}
    const [before] = Object.entries(files).find(([, {source}]) => source.path === `${stack}.template.json`)!
    const after = createHash('sha256').update(text).digest('hex')
    writeFileSync(file, text)
    writeFileSync(at(`${stack}.assets.json`), assets.replaceAll(before, after))
    writeFileSync(at('manifest.json'), readFileSync(at('manifest.json'), 'utf8').replaceAll(before, after))
  }

  /** Changes the code of a stack's only function whose logical id holds `part`, and gives that id. */
  changeCode(stack: string, part: string): string {
    let functionId = ''
    this.change(stack, ({Resources}) => {
      const functions = Object.entries(Resources).filter(([, {Type}]) => Type === 'AWS::Lambda::Function')
      const [id, {Properties}] = functions.find(([name]) => name.includes(part))!
      const code = Properties.Code as {S3Key: string}
      const before = code.S3Key.replace('.zip', '')
      const after = createHash('sha256').update(before).digest('hex')
      const at = (name: string): string => join(this.infra, 'base', name)
      cpSync(at(`asset.${before}`), at(`asset.${after}`), {recursive: true})
      appendFileSync(at(`asset.${after}/index.cjs`), '\n// another one\n')
      const assets = at(`${stack}.assets.json`)
      writeFileSync(assets, readFileSync(assets, 'utf8').replaceAll(before, after))
      code.S3Key = `${after}.zip`
      functionId = id
    })
    return functionId
  }

  /** The logical id of a stack's only resource of a type. */
  logicalId(stack: string, type: string): string {
    const file = join(this.infra, 'base', `${stack}.template.json`)
    const {Resources: all} = JSON.parse(readFileSync(file, 'utf8')) as Template
    const found = Object.entries(all).filter(([, resource]) => resource.Type === type)
    if (found.length !== 1) throw new Error(`${stack} has ${found.length} of ${type}`)
    return found[0]![0]
  }
}
