import {labFlagOf} from '../../config/lab-name.js'
import type {Emit} from '../../messages.js'
import type {LabOptions, Labs, RunningLab} from '../../ports/labs.js'
import type {LabStartResult} from './result.js'

export interface LabStartInput extends Pick<LabOptions, 'empty' | 'enforceIam' | 'name' | 'port' | 'profile'> {
  labs: Labs
  /** Stay, show the log, and stop the lab when `signal` aborts. */
  foreground: boolean
  emit: Emit
  signal: AbortSignal
}

/** Returns when the lab is ready; in the foreground, when it has ended. */
export async function runLabStart(input: LabStartInput): Promise<LabStartResult> {
  const {labs, name, empty, enforceIam, profile, port, foreground, emit, signal} = input
  const running = await labs.start({
    name,
    empty,
    enforceIam,
    profile,
    port,
    tied: foreground,
    echo: foreground,
    signal,
    onProgress: (text, seconds) =>
      emit({code: 'note', text: seconds === undefined ? text : `${text} (${seconds.toFixed(1)} s)`}),
  })
  const {seconds} = running
  const status = await running.admin.status()
  const where = [status.endpoint, status.edgeUrl].filter(Boolean).join(', edge ')
  emit({
    code: 'done',
    text: `lab "${name}" is ready after ${seconds.toFixed(1)} s: ${where}`,
    next: nextOf(input),
  })
  if (foreground) await stay(running, input)
  return {...status, seconds}
}

function nextOf({empty, name}: LabStartInput): string {
  if (empty) return `todo-dr lab stop${labFlagOf(name)}`
  return `todo-dr seed${labFlagOf(name)}`
}

async function stay(running: RunningLab, {emit, signal}: LabStartInput): Promise<void> {
  const interrupted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), {once: true})
  })
  await Promise.race([interrupted, running.ended])
  if (signal.aborted) await running.stop()
  emit({code: 'done', text: `lab "${running.name}" is stopped and removed`})
}
