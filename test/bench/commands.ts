/** How long commands take against `node -e 0`, in one run and in turn, so that nothing has the warmer machine; and a lab's start. */

import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {ROOT, Sandbox} from '../support/cli.js'

interface Timed {
  name: string
  args: string[]
  /** Times `node -e 0` that it may take. */
  bound: number
  /** What it took before the program was bundled, measured on the same machine in the same way. */
  before: number
}

const LAB = 'bench'
const TARGET = ['--target', `lab:${LAB}`]
const COMMANDS: Timed[] = [
  {name: '--version', args: ['--version'], bound: 1.3, before: 1.1},
  {name: 'status --help', args: ['status', '--help'], bound: 2, before: 2.8},
  {name: 'crud create', args: ['crud', 'create', '--task', 'bench', ...TARGET], bound: 4.5, before: 12},
  {name: 'status', args: ['status', ...TARGET], bound: 6, before: 15.9},
]
/** Seconds. Cold: no data directory of MariaDB in the cache; the server itself is there. */
const START = {before: 12.3, bound: 6}

/** The quickest of them says most on a machine that has other things to do. */
const ROUNDS = 12

/** Milliseconds. */
function once(args: string[], env: NodeJS.ProcessEnv): number {
  const started = performance.now()
  const {status, stderr} = spawnSync(process.execPath, args, {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - started
}

/** Prints the ratios; returns the names of those beyond their bound. */
export async function timeCommands(print: (name: string, text: string) => void): Promise<string[]> {
  const sandbox = new Sandbox()
  try {
    const {seconds} = await sandbox.json<{seconds: number}>(['lab', 'start', '--lab', LAB])
    print('lab start', `${seconds.toFixed(1)} s (bound ${START.bound}, before ${START.before})`)
    await sandbox.expect(0, ['seed', ...TARGET])
    const bin = join(ROOT, 'bin', 'run.js')
    const cases = [{args: ['-e', '0']}, ...COMMANDS.map(({args}) => ({args: [bin, ...args]}))]
    const times = cases.map((): number[] => [])
    for (let round = 0; round < ROUNDS; round++)
      for (const [index, {args}] of cases.entries()) times[index]!.push(once(args, sandbox.env))
    const [floor, ...quickest] = times.map((all) => Math.min(...all))
    print('start-up: node -e 0', `${floor!.toFixed(0)} ms`)
    const ratios = COMMANDS.map((command, index) => ({
      ...command,
      ms: quickest[index]!,
      ratio: quickest[index]! / floor!,
    }))
    for (const {name, ms, ratio, bound, before} of ratios)
      print(`start-up: ${name}`, `${ms.toFixed(0)} ms, ratio ${ratio.toFixed(2)} (bound ${bound}, before ${before})`)
    const beyond = ratios.filter(({ratio, bound}) => ratio > bound).map(({name}) => name)
    return seconds > START.bound ? [...beyond, 'lab start'] : beyond
  } finally {
    await sandbox.run(['lab', 'stop', '--lab', LAB])
    sandbox.remove()
  }
}
