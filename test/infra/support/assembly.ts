import {mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {bundle} from '../../../infra-template/lambda/bundle.js'
import {buildApp, newApp} from '../../../infra-template/lib/app.js'
import {DEFAULTS, type Config} from '../../../infra-template/lib/config.js'

const CONFIG: Config = {
  app: 'ToDoMgmt',
  account: '000000000000',
  home: 'us-east-1',
  away: 'us-east-2',
  ...DEFAULTS,
}

/* eslint-disable @typescript-eslint/no-explicit-any -- templates are JSON of many shapes */
export interface Resource {
  id: string
  type: string
  properties: any
  raw: any
}

/** Synthesizes into a temporary folder and reads it all back. */
export class Assembly {
  readonly files: Record<string, string> = {}

  constructor(
    readonly folder: string,
    config: Config,
    bundles: string,
  ) {
    process.env.CDK_VALIDATION = 'false'
    const app = newApp(folder)
    buildApp(app, config, bundles)
    app.synth()
    for (const name of readdirSync(folder, {recursive: true}) as string[]) {
      if (/\.(json|cjs|js)$/.test(name)) this.files[name] = readFileSync(join(folder, name), 'utf8')
    }
  }

  get manifest(): any {
    return JSON.parse(this.files['manifest.json']!)
  }

  get stacks(): string[] {
    return Object.keys(this.files)
      .filter((name) => name.endsWith('.template.json'))
      .map((name) => name.replace('.template.json', ''))
      .toSorted()
  }

  template(stack: string): any {
    return JSON.parse(this.files[`${stack}.template.json`]!)
  }

  resources(stack: string, type?: string): Resource[] {
    return Object.entries<any>(this.template(stack).Resources)
      .map(([id, raw]) => ({id, type: raw.Type, properties: raw.Properties ?? {}, raw}))
      .filter((resource) => type === undefined || resource.type === type)
  }

  /** Of all stacks. */
  all(type?: string): Resource[] {
    return this.stacks.flatMap((stack) => this.resources(stack, type))
  }
}

/** Folders of one test file, and the bundles that its assemblies share. */
export class Workshop {
  private readonly folder = mkdtempSync(join(tmpdir(), 'todo-dr-assembly-'))
  private count = 0

  get bundles(): string {
    return join(this.folder, 'bundles')
  }

  async prepare(): Promise<void> {
    await bundle(this.bundles)
  }

  synth(config: Partial<Config> = {}): Assembly {
    this.count += 1
    return new Assembly(join(this.folder, `cdk.out-${this.count}`), {...CONFIG, ...config}, this.bundles)
  }

  close(): void {
    rmSync(this.folder, {recursive: true, force: true})
  }
}
