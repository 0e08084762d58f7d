import {Worker} from 'node:worker_threads'

/**
 * Ends this process, at once, when the process that started it is gone, however it went. The lab holds the other end of
 * standard input and never writes to it. A thread of its own listens, so that a handler in an endless loop dies too.
 */
export function holdLeash(): void {
  const watcher = new Worker(
    `const {Socket} = require('node:net')
     const die = () => process.kill(process.pid, 'SIGKILL')
     new Socket({fd: 0}).on('error', die).on('close', die).resume()`,
    {eval: true, execArgv: []},
  )
  watcher.unref()
}
