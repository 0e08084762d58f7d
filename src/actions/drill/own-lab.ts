/** The lab that a drill runs on: one of its own, or the named one. */

import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {LabAdmin} from '../../ports/lab-admin.js'
import type {Labs} from '../../ports/labs.js'
import type {Stage} from '../../ports/stage.js'

export interface OwnLabInput {
  labs: Labs
  /** Of the lab that was asked for; it is started where it does not run. */
  lab?: string
  /** Leave it running. */
  keep: boolean
  profile: 'instant' | 'paced'
  stage: Stage
  emit: Emit
  signal: AbortSignal
}

export interface OwnLab {
  name: string
  /** Stops what was started for the drill, but for `keep`. */
  end(): Promise<void>
}

/** How the names of labs begin that nobody named. */
const THROWAWAY = 'drill-'
/** Drills whose reports are kept. */
const KEPT = 20

export async function openOwnLab({labs, lab, keep, profile, stage, emit, signal}: OwnLabInput): Promise<OwnLab> {
  const name = lab ?? `${THROWAWAY}${process.pid}`
  if (lab === undefined) await labs.prune(THROWAWAY, KEPT)
  const runs = lab !== undefined && (await isRunning(labs.connect(name)))
  const onProgress = (text: string): void => emit({code: 'step-note', id: 'lab', text})
  const start = () => labs.start({name, profile, tied: !keep, signal, onProgress})
  const started = runs ? undefined : await stage('lab', 'Start a lab and deploy the application', start)
  return {
    name,
    async end() {
      if (started && !keep) await started.stop()
      if (!keep) return
      emit({
        code: 'note',
        text: `the lab is still running: use --target lab:${name}; stop it with todo-dr lab stop --lab ${name}`,
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
