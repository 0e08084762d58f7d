/** What a drill rehearses: the project that one stands in, judged by its own objectives. */

import {findProject, rehearsedAs} from '../config/project.js'
import {loadConfig} from '../config/load.js'
import type {LoadedConfig} from '../config/load.js'
import {labNameOf} from '../config/lab-name.js'
import {chooseTarget} from '../config/target.js'
import {DrError} from '../errors.js'
import type {Objectives} from '../model/verdict.js'
import type {LabOptions} from '../ports/labs.js'

export interface ProjectRehearsal {
  /** The lab that it is deployed to, where that does not run yet: empty, and in the project's regions. */
  lab: Partial<LabOptions>
  /** Of the CDK project. */
  folder: string
  /** The target whose objectives count; undefined where the file does not say which: then those of any lab do. */
  target?: string
  objectives?: Objectives
  maxLagSeconds?: number
}

/**
 * Undefined outside of a project, which a todo-dr.yaml in `from` or above makes. Throws `ConfigInvalid`, `ProjectMissing`,
 * `ProjectInvalid` and `ToolkitMissing` (exit usage) before anything is started.
 */
export async function openRehearsal(from: string): Promise<ProjectRehearsal | undefined> {
  const loaded = await loadConfig(from)
  if (!loaded) return undefined
  const [{findToolkit}, project] = await Promise.all([import('../adapters/cdk/errors.js'), projectOf(from, loaded)])
  findToolkit(project.folder)
  const target = judgedBy(loaded)
  const limits = target === undefined ? undefined : chooseTarget(target, loaded)
  return {
    folder: project.folder,
    lab: {empty: true, ...rehearsedAs(project).regions},
    target,
    objectives: limits?.objectives,
    maxLagSeconds: limits?.maxLagSeconds,
  }
}

async function projectOf(from: string, loaded: LoadedConfig) {
  try {
    return await findProject(from, loaded)
  } catch (error) {
    if (!(error instanceof DrError && error.code === 'ProjectMissing')) throw error
    const {code, exit, message: what, why} = error
    const next = `correct infra in ${loaded.file}; or todo-dr drill --sample, which rehearses the sample application`
    throw new DrError({code, exit, what, why, next})
  }
}

/** The default target, or the only one. */
function judgedBy({config: {defaultTarget, targets}}: LoadedConfig): string | undefined {
  if (defaultTarget !== undefined && labNameOf(defaultTarget) === undefined) return defaultTarget
  const names = Object.keys(targets)
  return names.length === 1 ? names[0] : undefined
}
