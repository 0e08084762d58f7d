/**
 * One JSON line an event on stdout. The type is the guard: only codes, numbers and ids get in, and no event, statement,
 * token, secret or client's text ever does.
 */

export interface LogRecord {
  event: 'answer' | 'retry' | 'secret' | 'bug' | 'migration' | 'token' | 'keys' | 'log-role' | 'warm-up'
  code: string
  requestId?: string
  function?: string
  status?: number
  ms?: number
  attempt?: number
  endpoint?: 'reader' | 'default'
  /** Frames only: the first line of a stack holds the message. */
  frames?: string[]
}

export function log(record: LogRecord): void {
  process.stdout.write(`${JSON.stringify({time: new Date().toISOString(), ...record})}\n`)
}

/** Where a bug was, without what it said. */
export function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, 8)
}
