/** One build: its phases in order, in a folder and a shell of its own. */

import {mkdir, readFile, rm} from 'node:fs/promises'
import {join, resolve, sep} from 'node:path'

import type * as Api from '@aws-sdk/client-codebuild'

import {
  BuildspecError,
  COMMAND_PHASES,
  readBuildspec,
  type Buildspec,
  type CommandPhase,
} from '../../data-plane/build/buildspec.js'
import {BuildShell} from '../../data-plane/build/shell.js'
import type {EndedBuild, Lab, PipelineBuild, S3Place} from '../../kernel.js'
import {download, upload} from './artifacts.js'
import type {BuildLog} from './build-log.js'
import {PhaseFailure, Phases} from './phases.js'
import {isInline} from './project.js'
import {builtInVariables, declaredVariables} from './variables.js'

export interface BuildOrder {
  lab: Lab
  region: string
  /** What BatchGetBuilds shows; the run keeps it up to date. */
  build: Api.Build & Required<Pick<Api.Build, 'id' | 'arn' | 'source'>>
  artifacts: Api.ProjectArtifacts
  log: BuildLog
  /** Of a pipeline's build. */
  pipeline?: PipelineBuild
}

type Ending = EndedBuild['status']

/** Why a build was cut short, and what its phase then shows. */
const CUT: Partial<Record<Ending, Api.PhaseContext>> = {
  // The code and the text are those that users report.
  TIMED_OUT: {statusCode: 'BUILD_TIMED_OUT', message: 'Build has timed out. '},
  // That a build of a lost region ends so is assumed.
  FAULT: {statusCode: 'INTERNAL_SERVICE_ERROR', message: 'The region of the build was lost'},
}

const phaseTypeOf = (phase: CommandPhase): Api.BuildPhaseType => phase.toUpperCase() as Api.BuildPhaseType

export class RunningBuild {
  readonly phases: Phases
  /** Never rejects. */
  readonly ended: Promise<EndedBuild>
  private readonly folder: string
  private readonly source: string
  private shell: BuildShell | undefined
  private cutAs: Ending | undefined
  private succeeding = true
  private exported: Record<string, string> = {}

  constructor(private readonly order: BuildOrder) {
    const {lab, build} = order
    this.phases = new Phases(() => lab.now())
    this.folder = join(lab.folder, 'builds', build.id.replace(':', '-'))
    this.source = join(this.folder, 'src')
    for (const phase of ['SUBMITTED', 'QUEUED', 'PROVISIONING'] as const) this.passes(phase)
    this.ended = this.run()
  }

  /** Ends everything that runs, and the build with this status. */
  cut(status: Ending): void {
    this.cutAs ??= status
    this.shell?.kill()
  }

  private async run(): Promise<EndedBuild> {
    const {build, lab, log} = this.order
    const timer = setTimeout(() => this.cut('TIMED_OUT'), (build.timeoutInMinutes ?? 0) * 60_000)
    try {
      await this.carryOut()
    } catch (error) {
      this.succeeding = false
      lab.log('codebuild', `${build.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      this.phases.end('FAULT', {statusCode: 'INTERNAL_SERVICE_ERROR', message: 'The lab has an internal error'})
    } finally {
      clearTimeout(timer)
      this.shell?.kill()
      await rm(this.folder, {recursive: true, force: true, maxRetries: 3})
    }

    this.passes('FINALIZING')
    await log.flush()
    this.begin('COMPLETED')
    const status = this.cutAs ?? (this.succeeding ? 'SUCCEEDED' : 'FAILED')
    build.buildStatus = status
    build.endTime = new Date(lab.now())
    build.buildComplete = true
    build.exportedEnvironmentVariables = Object.entries(this.exported).map(([name, value]) => ({name, value}))
    return {status, failure: this.failure(), exported: this.exported}
  }

  private failure(): string | undefined {
    const failed = this.phases.all.find(({phaseStatus = 'SUCCEEDED'}) => phaseStatus !== 'SUCCEEDED')
    return failed && [failed.phaseType, failed.contexts?.[0]?.message].filter(Boolean).join(': ')
  }

  private async carryOut(): Promise<void> {
    const ready = await this.phase('DOWNLOAD_SOURCE', () => this.prepare())
    if (!ready) return
    const {spec, shell} = ready
    if (!(await this.commandPhases(spec, shell))) return
    const {order, source} = this
    await this.phase('UPLOAD_ARTIFACTS', async () => {
      this.exported = await this.exportedOf(spec, shell)
      const {lab, region, build, artifacts: project, pipeline} = order
      const outputs = pipeline?.outputs ?? new Map<string, S3Place>()
      build.artifacts = await upload({lab, region, build, project, spec, source, outputs})
    })
  }

  /**
   * Whether the build gets as far as its artifacts. After a failure in `build` comes `post_build`, after one in any other phase nothing
   * ("Build phase transitions", CodeBuild user guide), unless `on-failure` says otherwise. That a build with `CONTINUE` has failed
   * nevertheless is assumed.
   */
  private async commandPhases(spec: Buildspec, shell: BuildShell): Promise<boolean> {
    for (const name of COMMAND_PHASES) {
      const {commands = [], finally: last = [], onFailure} = spec.phases[name] ?? {}
      const done = await this.phase(phaseTypeOf(name), async () => {
        const failures = [await this.block(shell, commands), await this.block(shell, last)]
        const first = failures.find((one) => one !== undefined)
        if (first) throw first
        return true
      })
      if (this.cutAs) return false
      const goesOn = onFailure === 'CONTINUE' || (onFailure === undefined && ['build', 'post_build'].includes(name))
      if (!done && !goesOn) return false
    }

    return true
  }

  /** Runs commands until one fails. @returns its failure */
  private async block(shell: BuildShell, commands: readonly string[]): Promise<PhaseFailure | undefined> {
    for (const command of commands) {
      const status = await this.command(shell, command)
      if (this.cutAs) return undefined
      if (status === 0) continue
      this.succeeding = false
      const message = `Error while executing command: ${command}. Reason: exit status ${status}`
      return new PhaseFailure('COMMAND_EXECUTION_ERROR', message)
    }

    return undefined
  }

  private async command(shell: BuildShell, command: string): Promise<number> {
    const {log} = this.order
    log.say(`Running command ${command}`)
    const status = await shell.run(`export CODEBUILD_BUILD_SUCCEEDING=${this.succeeding ? 1 : 0}\n${command}`)
    if (status !== 0) log.say(`Command did not exit successfully ${command} exit status ${status}`)
    return status
  }

  /** The result, or undefined where the phase has failed or was cut short. */
  private async phase<T>(phaseType: Api.BuildPhaseType, act: () => Promise<T>): Promise<T | undefined> {
    const {log} = this.order
    if (this.cutAs) return undefined
    log.say(`Entering phase ${phaseType}`)
    this.begin(phaseType)
    let failure: PhaseFailure | undefined
    let result: T | undefined
    try {
      result = await act()
    } catch (error) {
      if (!(error instanceof PhaseFailure)) throw error
      failure = error
      this.succeeding = false
    }

    const context = failure && {statusCode: failure.statusCode, message: log.masked(failure.message)}
    const status = this.cutAs ?? (failure ? 'FAILED' : 'SUCCEEDED')
    this.phases.end(status, this.cutAs ? CUT[this.cutAs] : context)
    log.say(`Phase complete: ${phaseType} State: ${status}`)
    log.say(`Phase context status code: ${context?.statusCode ?? ''} Message: ${context?.message ?? ''}`)
    return status === 'SUCCEEDED' ? result : undefined
  }

  private async prepare(): Promise<{spec: Buildspec; shell: BuildShell}> {
    const {lab, region, build, log} = this.order
    const place = {source: this.source, home: join(this.folder, 'home'), temporary: join(this.folder, 'tmp')}
    const scripts = join(this.folder, 'scripts')
    for (const one of [...Object.values(place), scripts]) await mkdir(one, {recursive: true, mode: 0o700})
    const sources = await this.sources()
    const spec = await this.buildspec()
    const env = {
      ...sources,
      ...(await declaredVariables(lab, region, spec, build.environment?.environmentVariables ?? [], log)),
      ...builtInVariables(lab, region, build, place),
    }
    const onOutput = (text: string): void => log.print(text)
    this.shell = new BuildShell({program: spec.shell, cwd: this.source, scripts, env, onOutput})
    if (this.cutAs) this.shell.kill()
    return {spec, shell: this.shell}
  }

  /** @returns the variables that say where secondary sources are */
  private async sources(): Promise<Record<string, string>> {
    const {lab, region, build, pipeline} = this.order
    const {type, location = ''} = build.source
    if (type === 'S3') {
      const [bucket = '', ...key] = location.split('/')
      const place = {bucket, key: key.join('/'), versionId: build.sourceVersion}
      await download(lab, region, place, this.source)
    }

    const [primary, ...secondary] = pipeline?.inputs ?? []
    if (primary) await download(lab, region, primary[1], this.source)
    const variables: Record<string, string> = {}
    for (const [name, place] of secondary) {
      const folder = join(this.folder, `src-${name}`)
      await mkdir(folder, {mode: 0o700})
      await download(lab, region, place, folder)
      variables[`CODEBUILD_SRC_DIR_${name}`] = folder
    }

    return variables
  }

  private async buildspec(): Promise<Buildspec> {
    const {buildspec} = this.order.build.source
    try {
      return readBuildspec(isInline(buildspec) ? buildspec : await this.file(buildspec || 'buildspec.yml'))
    } catch (error) {
      if (error instanceof BuildspecError) throw new PhaseFailure('YAML_FILE_ERROR', error.message)
      throw error
    }
  }

  private async file(name: string): Promise<string> {
    const path = resolve(this.source, name)
    const text = path.startsWith(this.source + sep) ? await readFile(path, 'utf8').catch(() => undefined) : undefined
    // In the words of the troubleshooting page of CodeBuild's user guide.
    if (text === undefined) throw new PhaseFailure('YAML_FILE_ERROR', `YAML file does not exist: ${name}`)
    return text
  }

  /** What the commands have left in the variables that are exported; those that are not set are left out. */
  private async exportedOf({exported}: Buildspec, shell: BuildShell): Promise<Record<string, string>> {
    if (exported.length === 0) return {}
    const file = join(this.folder, 'exported')
    const lines = exported.map((name) => `if [ -n "\${${name}+x}" ]; then printf '%s=%s\\0' ${name} "$${name}"; fi`)
    await shell.run(`{ ${lines.join('\n')}\n:; } >'${file}'`)
    const text = await readFile(file, 'utf8').catch(() => '')
    const entries = text.split('\0').filter((entry) => entry !== '')
    return Object.fromEntries(
      entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    )
  }

  private passes(phaseType: Api.BuildPhaseType): void {
    this.begin(phaseType)
    this.phases.end('SUCCEEDED')
  }

  private begin(phaseType: Api.BuildPhaseType): void {
    this.phases.begin(phaseType)
    const {build} = this.order
    build.currentPhase = phaseType
    build.phases = this.phases.all
  }
}
