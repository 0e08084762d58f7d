/** The lab that a drill runs on: one of its own, or the named one. */

import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {LabAdmin, LabPace} from '../../ports/lab-admin.js'
import type {LabOptions, Labs} from '../../ports/labs.js'
import type {Stage} from '../../ports/stage.js'

export interface OwnLabInput {
  labs: Labs
  /** Of the lab that was asked for; it is started where it does not run. */
  lab?: string
  /** Leave it running. */
  keep: boolean
  profile: LabPace
  seed: number
  /** How the lab of a project is started, which is deployed afterwards; absent for the sample. */
  project?: Partial<LabOptions>
  stage: Stage
  emit: Emit
  signal: AbortSignal
}

export interface OwnLab {
  name: string
  /** It runs on when the drill is over. */
  stays: boolean
  /** Stops what was started for the drill, but for `keep`. */
  end(): Promise<void>
}

/** How the names of labs begin that nobody named. */
const THROWAWAY = 'drill-'
/** Drills whose reports are kept. */
const KEPT = 20

export async function openOwnLab(input: OwnLabInput): Promise<OwnLab> {
  const {labs, lab, keep, profile, seed, project, stage, emit, signal} = input
  const name = lab ?? `${THROWAWAY}${process.pid}`
  if (lab === undefined) await labs.prune(THROWAWAY, KEPT)
  const runs = lab !== undefined && (await isRunning(labs.connect(name)))
  const onProgress = (text: string): void => emit({code: 'step-note', id: 'lab', text})
  const title = project ? 'Start an empty lab' : 'Start a lab and deploy the sample application'
  const start = () => labs.start({name, profile, seed, tied: !keep, signal, onProgress, ...project})
  const started = runs ? undefined : await stage('lab', title, start)
  return {
    name,
    stays: keep || !started,
    async end() {
      if (started && !keep) await started.stop()
      if (!keep) return
      emit({
        code: 'note',
        text: `the lab is still running: use --target lab:${name}; stop it with todo-dr lab stop --target lab:${name}`,
      })
    },
  }
}

const isRunning = async (lab: LabAdmin): Promise<boolean> =>
  lab.status().then(
    () => true,
    (error: unknown) => {
      if (error instanceof DrError && error.code === 'NoLab') return false
      throw error
    },
  )
