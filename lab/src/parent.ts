/** What the lab tells the process that started it, over Node's IPC channel, where there is one. */

export type LabMessage =
  | {type: 'progress'; text: string; seconds?: number}
  | {type: 'ready'; endpoint: string; seconds: number}
  /** `path`: of a file or folder, in the system's words about it. */
  | {type: 'failed'; code: string; what: string; why?: string; next?: string; path?: string}

/** Returns when the message has been handed over, or nobody listens any more. */
export function tell(message: LabMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) resolve()
    else process.send(message, () => resolve())
  })
}

/** The parts of an error, as far as the error has them. */
export function failure(error: unknown): Extract<LabMessage, {type: 'failed'}> {
  if (!(error instanceof Error)) return {type: 'failed', code: 'LabFailed', what: String(error)}
  const {code, why, next, path} = error as {code?: unknown; why?: unknown; next?: unknown; path?: unknown}
  return {
    type: 'failed',
    code: typeof code === 'string' ? code : 'LabFailed',
    what: error.message,
    ...(typeof why === 'string' && {why}),
    ...(typeof next === 'string' && {next}),
    ...(typeof path === 'string' && {path}),
  }
}
