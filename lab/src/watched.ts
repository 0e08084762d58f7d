/** Processes that never outlive the lab, however it goes. */

import {spawn, type ChildProcess, type SpawnOptions} from 'node:child_process'
import type {Writable} from 'node:stream'

/**
 * The shell becomes the program (so the child's pid is the program's); a watcher that it leaves behind kills the program when the
 * pipe on descriptor 3 ends without a word, which is what the kernel does when the lab is gone, SIGKILL included.
 */
const WATCHED = `
watched=$$
(exec 0<&3 3<&- >/dev/null 2>&1; read -r word || kill -9 "$watched") &
exec "$@" 3<&-
`

/** Starts a program whose standard input is empty, and which is killed when this process is gone. */
export function spawnWatched(
  program: string,
  args: readonly string[],
  {output, ...options}: Omit<SpawnOptions, 'stdio'> & {output: 'ignore' | 'pipe'},
): ChildProcess {
  const stdio = ['ignore' as const, output, output, 'pipe' as const]
  const child = spawn('/bin/sh', ['-c', WATCHED, program, program, ...args], {...options, stdio})
  const watcher = child.stdio[3] as Writable | null
  watcher?.on('error', () => undefined)
  // The word tells the watcher that there is nothing left to kill: the pid may soon be somebody else's.
  const release = (): void => void watcher?.end('ended\n')
  return child.once('exit', release).once('error', release)
}
