/** How long commands take against `node -e 0`, in one run and in turn, so that nothing has the warmer machine; and a lab's start. */

import {spawnSync} from 'node:child_process'
import {mkdirSync, readdirSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {cacheFolder, provideMariaDb} from '../../lab/src/database/mariadb/provider.js'
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
  {name: 'health', args: ['health', ...TARGET], bound: 7.8, before: 12.1},
]
/** Health asks three times as much as status, and may take so many times as long: the median of the rounds, in each of which both run. */
const HEALTH_BOUND = 1.2
/**
 * Seconds, from the command to its end. Cold: nothing of a lab is on the machine but MariaDB itself, which was fetched. Warm: the
 * second start of a user.
 */
const STARTS = [
  {name: 'lab start, cold', bound: 6, before: 12.3},
  {name: 'lab start, warm', bound: 3, before: 12.3},
]
const START_ROUNDS = 3

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

const medianOf = (all: readonly number[]): number => [...all].sort((one, other) => one - other)[all.length >> 1]!

/** A sandbox whose cache holds the MariaDB of this machine, and nothing else. */
function coldSandbox(): Sandbox {
  const sandbox = new Sandbox()
  const cache = join(sandbox.folder, 'cache')
  const [from, to] = [cacheFolder(), cacheFolder({XDG_CACHE_HOME: cache})]
  for (const folder of [from, to]) mkdirSync(folder, {recursive: true})
  for (const name of readdirSync(from)) if (!/^(\.|pristine-)/.test(name)) symlinkSync(join(from, name), join(to, name))
  sandbox.env.XDG_CACHE_HOME = cache
  return sandbox
}

/** Prints the quickest cold start and the quickest warm one; returns the names of those beyond their bound. */
async function timeStarts(print: (name: string, text: string) => void): Promise<string[]> {
  await provideMariaDb()
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < START_ROUNDS; round++) {
    const sandbox = coldSandbox()
    try {
      for (const some of times) {
        some.push((await sandbox.expect(0, ['lab', 'start', '--target', `lab:${LAB}`])).seconds)
        await sandbox.expect(0, ['lab', 'stop', '--target', `lab:${LAB}`])
      }
    } finally {
      await sandbox.run(['lab', 'stop', '--target', `lab:${LAB}`])
      sandbox.remove()
    }
  }
  const quickest = STARTS.map((start, index) => ({...start, seconds: Math.min(...times[index]!)}))
  for (const {name, seconds, bound, before} of quickest)
    print(name, `${seconds.toFixed(1)} s (bound ${bound}, before ${before})`)
  return quickest.filter(({seconds, bound}) => seconds > bound).map(({name}) => name)
}

/** Prints the ratios; returns the names of those beyond their bound. */
export async function timeCommands(print: (name: string, text: string) => void): Promise<string[]> {
  const slow = await timeStarts(print)
  const sandbox = new Sandbox()
  try {
    await sandbox.expect(0, ['lab', 'start', '--target', `lab:${LAB}`])
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
    const of = (name: string): number[] => times[1 + COMMANDS.findIndex((one) => one.name === name)]!
    const health = medianOf(of('health').map((ms, round) => ms / of('status')[round]!))
    print('health against status', `ratio ${health.toFixed(2)} (bound ${HEALTH_BOUND}, before 1.52)`)
    return [
      ...slow,
      ...ratios.filter(({ratio, bound}) => ratio > bound).map(({name}) => name),
      ...(health > HEALTH_BOUND ? ['health against status'] : []),
    ]
  } finally {
    await sandbox.run(['lab', 'stop', '--target', `lab:${LAB}`])
    sandbox.remove()
  }
}
