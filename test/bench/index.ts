/**
 * What the program costs: `npm run bench -- --rounds N` (3 by default). Medians; exit 1 where the bound is broken.
 *
 * 1. The engine against the same AWS calls made directly: time from the first call to the first write that the new primary
 *    acknowledged through the edge. Bound: 1.5 in profile `paced`. In `instant` there is nothing to wait for, and it is printed.
 * 2. Lab boot and deploy against the boot of the database pair alone. Printed.
 * 3. `deploy` to an empty lab against the lab's own provisioning, as a ratio, and the second deploy. In `paced`, its critical path, by
 *    the events of the stacks. Printed; `--only deploy` for this alone.
 * 4. `drift --rows` against bare scans of a table of --rows rows (200000 by default): bound 2.5; and against pt-table-sync where Debian's
 *    percona-toolkit is installed. At most 256 MB at any size. `--only rows` for this alone, `--differing 0,1000` for other numbers of
 *    differing rows. The lines "regions 35 ms apart" measure the same two with a relay before the region away, with `--far 0,100`
 *    differing rows; all others measure on loopback. Bound: 5 times as fast as pt-table-sync, apart, and on loopback with 1000 differing.
 * 5. The write outage of a region loss, as an observer of its own sees it: bound 1 s; `--only outage` for this alone. The pause of
 *    writes in a planned switch: bound 0.5 s in `instant`, and 1.1 times that of the bare calls in `paced`; `--only planned`.
 * 6. The drill with each route, as the table of docs/routes.md; exit 1 where one does not end as it says there. Only with `--only routes`,
 *    as it takes half an hour; `--rate N` for another load than 20 writes a second and as many reads.
 * 7. Commands against `node -e 0`, and a lab's start, each with its bound and with what it took before; `--only commands` for these alone.
 */

import {parseArgs} from 'node:util'

import {DatabaseLab} from '../../lab/test/support/lab-database.js'
import {BenchLab} from './bench-lab.js'
import type {ProfileName} from './bench-lab.js'
import {timeCommands} from './commands.js'
import {pacedDeploy, timeDeploy} from './deploy.js'
import {benchOutage, benchPlanned} from './outage.js'
import {benchRoutes} from './routes.js'
import {benchRows} from './rows.js'
import type {DeployTimes} from './deploy.js'

const BOUND = 1.5
/** What takes less is left out of a critical path. */
const SHOWN_MS = 500

const {values} = parseArgs({
  options: {
    rounds: {type: 'string', default: '3'},
    only: {type: 'string'},
    rows: {type: 'string', default: '200000'},
    differing: {type: 'string', default: '0,1,10,100,1000'},
    far: {type: 'string', default: '0,100'},
    rate: {type: 'string', default: '20'},
  },
})
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds is a whole number above 0')
const rate = Number(values.rate)
if (!(rate > 0)) throw new RangeError('--rate is a number above 0')
const PARTS = ['commands', 'rows', 'outage', 'planned', 'routes', 'deploy', 'switch'] as const
if (values.only !== undefined && !(PARTS as readonly string[]).includes(values.only))
  throw new RangeError(`--only is one of ${PARTS.join(', ')}`)

const median = (numbers: number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const print = (name: string, text: string): void => console.log(`${name.padEnd(34)} ${text}`)

/** Both ways on one lab, in turn, so that neither has the warmer machine. Returns the ratio. */
async function engineAgainstDirect(profile: ProfileName): Promise<number> {
  const lab = await BenchLab.start(profile)
  try {
    const direct: number[] = []
    const engine: number[] = []
    for (let round = 0; round < rounds; round++) {
      direct.push(await lab.timed('direct'))
      engine.push(await lab.timed('engine'))
    }

    const ratio = median(engine) / median(direct)
    const seconds = (all: number[]): string =>
      `${median(all).toFixed(2)} s (${all.map((one) => one.toFixed(2)).join(', ')})`
    print(`failover, ${profile}: direct calls`, seconds(direct))
    print(`failover, ${profile}: engine`, seconds(engine))
    print(`failover, ${profile}: ratio`, `${ratio.toFixed(2)}${profile === 'paced' ? ` (bound ${BOUND})` : ''}`)
    print(`lab boot and deploy, ${profile}`, `${lab.bootSeconds.toFixed(1)} s`)
    return ratio
  } finally {
    await lab.stop()
  }
}

async function databasePair(): Promise<void> {
  const started = performance.now()
  const lab = await DatabaseLab.start()
  try {
    await lab.pair()
    print('database pair alone', `${((performance.now() - started) / 1000).toFixed(1)} s`)
  } finally {
    await lab.stop()
  }
}

async function deployAgainstEngine(): Promise<void> {
  const times: DeployTimes[] = []
  for (let round = 0; round < rounds; round++) times.push(await timeDeploy())
  const [engine, deploy, again] = (['engine', 'deploy', 'again'] as const).map((key) =>
    median(times.map((one) => one[key])),
  )
  print('deploy, instant: engine alone', `${engine!.toFixed(1)} s`)
  print('deploy, instant: the command', `${deploy!.toFixed(1)} s`)
  print('deploy, instant: ratio', (deploy! / engine!).toFixed(1))
  print('deploy, instant: without change', `${again!.toFixed(1)} s`)
}

async function deployPaced(): Promise<void> {
  const seconds: number[] = []
  const stacks: number[] = []
  for (let round = 0; round < rounds; round++) {
    const {timeline, ...deploy} = await pacedDeploy()
    const {path} = timeline
    seconds.push(deploy.seconds)
    stacks.push(timeline.seconds)
    if (round > 0) continue
    for (const {stack, logicalId, type, began, ended} of path.filter((one) => one.ended - one.began >= SHOWN_MS))
      print(
        `  ${((began - path[0]!.began) / 1000).toFixed(1)} s ${stack}`,
        `${logicalId} (${type}) ${ended - began} ms`,
      )
  }

  print('deploy, paced: all stacks', `${median(stacks).toFixed(1)} s`)
  print('deploy, paced: the command', `${median(seconds).toFixed(1)} s`)
}

/** Those that `--only` leaves. */
const wanted = (part: (typeof PARTS)[number]): boolean => values.only === undefined || values.only === part

const failures: string[] = []
if (wanted('commands'))
  failures.push(...(await timeCommands(print)).map((name) => `${name} takes longer than its bound`))
if (wanted('rows')) {
  const [differing, far] = [values.differing, values.far].map((list) => list.split(',').filter(Boolean).map(Number))
  const rows = Number(values.rows)
  failures.push(...(await benchRows({rows, differing: differing!, far: far!, rounds, print, median})))
}

if (wanted('outage')) failures.push(...(await benchOutage({rounds, print, median})))
if (wanted('planned')) failures.push(...(await benchPlanned({rounds, print, median})))
if (values.only === 'routes') failures.push(...(await benchRoutes({rate, print})))
if (wanted('deploy')) {
  await deployAgainstEngine()
  await deployPaced()
}

if (wanted('switch')) {
  await databasePair()
  await engineAgainstDirect('instant')
  const ratio = await engineAgainstDirect('paced')
  if (ratio > BOUND) {
    failures.push(`the engine takes ${ratio.toFixed(2)} times as long as the calls themselves; the bound is ${BOUND}`)
  }
}

for (const failure of failures) console.log(`FAILED: ${failure}`)
process.exitCode = failures.length > 0 ? 1 : 0
