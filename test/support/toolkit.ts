/** Drives the real CDK toolkit against a lab: the library in this process, the command line beside it. */

import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {
  BaseCredentials,
  BootstrapEnvironments,
  StackSelectionStrategy,
  Toolkit,
  type BaseDeployOptions,
  type ICloudAssemblySource,
  type IIoHost,
} from '@aws-cdk/toolkit-lib'

import type {LabEnvResult} from '../../src/actions/lab/result.js'
import {ROOT, type Sandbox} from './cli.js'
import {labKeys, type LabAccess} from './lab.js'

/** What `lab env` tells a person to export, and no more; and no offline validation, which is the template's own check. */
export const environment = async (sandbox: Sandbox): Promise<Record<string, string>> => ({
  ...(await sandbox.json<LabEnvResult>(['lab', 'env'])).set,
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_VALIDATION: 'false',
})

export interface CdkRan {
  code: number | string
  output: string
  seconds: number
}

/** Runs `cdk` in a folder, at most so long: never-ending polling is its way of failing. */
export function cdk(args: string[], env: Record<string, string>, cwd: string, timeoutMs = 180_000): Promise<CdkRan> {
  const started = performance.now()
  const program = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk')
  const options = {cwd, env: {...process.env, ...env}, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024}
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args, '--no-notices'], options, (error, out, err) => {
      const code = error === null ? 0 : (error.code ?? error.signal ?? 'killed')
      resolve({code, output: `${out}${err}`, seconds: (performance.now() - started) / 1000})
    })
  })
}

/** toolkit-lib in this process, whose environment is that of `environment` while it works. */
export class LabToolkit {
  /** Everything that it said, a line each. */
  readonly said: string[] = []
  private readonly toolkit: Toolkit

  constructor(lab: LabAccess) {
    const ioHost: IIoHost = {
      notify: async ({level, message}) => {
        this.said.push(`${level}: ${message}`)
      },
      requestResponse: async ({defaultResponse}) => defaultResponse,
    }
    const provider = async () => labKeys(lab)
    const baseCredentials = BaseCredentials.custom({provider, region: 'us-east-1'})
    this.toolkit = new Toolkit({ioHost, emojis: false, color: false, sdkConfig: {baseCredentials}})
  }

  /** @param make synthesizes into the folder that it is given */
  source(make: (outdir: string | undefined) => {synth(): {directory: string}}): Promise<ICloudAssemblySource> {
    return this.toolkit.fromAssemblyBuilder(async ({outdir}) => make(outdir).synth() as never)
  }

  bootstrap(...environments: string[]) {
    return this.toolkit.bootstrap(BootstrapEnvironments.fromList(environments), {})
  }

  /** The error that a deployment ends with, or undefined. */
  async deploy(source: ICloudAssemblySource, options: BaseDeployOptions = {}): Promise<Error | undefined> {
    try {
      await this.toolkit.deploy(source, {
        stacks: {strategy: StackSelectionStrategy.ALL_STACKS},
        stackEventPollingInterval: 200,
        ...options,
      })
      return undefined
    } catch (error) {
      return error as Error
    }
  }

  rollback(source: ICloudAssemblySource) {
    return this.toolkit.rollback(source, {stacks: {strategy: StackSelectionStrategy.ALL_STACKS}})
  }

  destroy(source: ICloudAssemblySource) {
    return this.toolkit.destroy(source, {stacks: {strategy: StackSelectionStrategy.ALL_STACKS}})
  }
}
