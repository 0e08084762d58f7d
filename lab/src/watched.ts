/** Processes that never outlive the lab, however it goes. */

import {spawn, type ChildProcess, type SpawnOptions} from 'node:child_process'
import type {Writable} from 'node:stream'

/**
 * The shell becomes the program (so the child's pid is the program's); a watcher that it leaves behind kills the program when the
 * pipe on descriptor 3 ends without a word, which is what the kernel does when the lab is gone, SIGKILL included.
 * `sign`: a minus where the program leads a group of processes, which all end with it.
 */
const watched = (sign: '' | '-'): string => `
watched=$$
(exec 0<&3 3<&- >/dev/null 2>&1; read -r word || kill -s KILL -- "${sign}$watched") &
exec "$@" 3<&-
`

/** `leads`: the program starts a group of processes of its own. `input`: by default nothing. */
type Watched = Omit<SpawnOptions, 'stdio'> & {
  output: 'ignore' | 'pipe'
  input?: 'ignore' | 'pipe'
  leads?: boolean
}

/** Starts a program that is killed when this process is gone. */
export function spawnWatched(
  program: string,
  args: readonly string[],
  {output, input = 'ignore', leads = false, ...options}: Watched,
): ChildProcess {
  const stdio = [input, output, output, 'pipe' as const]
  const script = watched(leads ? '-' : '')
  const child = spawn('/bin/sh', ['-c', script, program, program, ...args], {
    ...options,
    ...(leads && {detached: true}),
    stdio,
  })
  const watcher = child.stdio[3] as Writable | null
  watcher?.on('error', () => undefined)
  // The word tells the watcher that there is nothing left to kill: the pid may soon be somebody else's.
  const release = (): void => void watcher?.end('ended\n')
  return child.once('exit', release).once('error', release)
}
