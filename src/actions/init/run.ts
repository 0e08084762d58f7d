/** The verb: settings, estimate and files of a new project; then all of it or nothing is written. */

import {join} from 'node:path'
import type {Emit} from '../../messages.js'
import type {Projects} from '../../ports/projects.js'
import type {Stage} from '../../ports/stage.js'
import {estimate} from './cost.js'
import {projectFiles, INFRA} from './files.js'
import {footprintsOf} from './footprint.js'
import type {InitResult, Settings} from './result.js'
import {cautionOf, checkSettings, SAMPLE_REGIONS} from './settings.js'
import type {RegionRules} from './settings.js'

/** A slow registry and 150 MB. */
const INSTALL_DEADLINE_MS = 600_000

export interface InitInput {
  projects: Projects
  /** Absolute; empty but for `.git`. */
  folder: string
  /** Asked for once the folder is known to be empty. */
  settings: () => Promise<Settings>
  rules: RegionRules
  dryRun: boolean
  /** `npm ci` in the CDK app. */
  install: boolean
  /** Shows a person what it will be and cost, before anything is written. */
  show(found: Pick<InitResult, 'settings' | 'estimate' | 'files'>): void
  stage: Stage
  emit: Emit
  signal: AbortSignal
}

/** Throws `FolderNotEmpty` and `InvalidSetting` (exit usage), where nothing was written, and `InstallFailed` (exit failed). */
export async function runInit(input: InitInput): Promise<InitResult> {
  const {projects, folder, rules, dryRun, install, stage, emit, signal} = input
  await projects.refuseNonEmpty(folder)
  const settings = await input.settings()
  checkSettings(settings, rules)
  const shipped = await projects.shipped()
  const footprints = footprintsOf(shipped.stacks)
  const {home, away} = SAMPLE_REGIONS
  const cost = estimate(settings, {home: footprints[home]!, away: footprints[away]!})
  const files = projectFiles(settings, shipped, cost)
  const paths = files.map(({path}) => path)
  const result: InitResult = {
    schemaVersion: 1,
    folder,
    dryRun,
    settings,
    files: paths,
    estimate: cost,
    installed: false,
  }
  input.show(result)
  const caution = cautionOf(settings)
  if (caution !== undefined) emit({code: 'warning', text: caution})
  if (dryRun) return result

  signal.throwIfAborted()
  await projects.write(folder, files)
  emit({code: 'note', text: `wrote ${files.length} files to ${folder}`})
  if (!install) return result
  await stage('install', 'Install the pinned packages of the CDK app (npm ci)', () =>
    projects.install(join(folder, INFRA), {signal, deadlineMs: INSTALL_DEADLINE_MS}),
  )
  return {...result, installed: true}
}
