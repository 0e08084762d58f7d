/**
 * How long clients cannot write, and cannot read, by each route, side by side: when the database of us-east-1 is lost, where the control planes
 * of AWS answer; when us-east-1 is lost, and they with it; and when the database is lost and the first route of a list is broken. Each row is
 * one drill on a paced lab, whose delays are shorter than those of AWS: the rows compare the routes, and say nothing of AWS. Prints the table
 * of docs/routes.md.
 */

import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {runDrill} from '../../src/actions/drill/run.js'
import type {DrillOutcome} from '../../src/actions/drill/run.js'
import type {ScenarioName} from '../../src/actions/drill/scenarios.js'
import type {MeasuredRecovery} from '../../src/measure/checkers/recovery.js'
import type {DrillResult} from '../../src/measure/result.js'
import {Session} from '../../src/open/session.js'
import {achieved} from '../../src/report/format.js'
import {Sandbox} from '../support/cli.js'
import type {LabStatus} from '../support/cli.js'
import {HOME, routesOn} from './routes-lab.js'
import type {BenchedRoute, LabWithHosts, RouteEntry} from './routes-lab.js'

interface Input {
  /** Writes a second, and as many reads. */
  rate: number
  print(name: string, text: string): void
}

interface Circumstance {
  /** In us-east-1, for a person. */
  lost: string
  scenario: ScenarioName
  /** A route that fails stands before the one of the row. */
  second?: true
}

const CIRCUMSTANCES: Circumstance[] = [
  {lost: 'the database', scenario: 'database-crash'},
  {lost: 'the region, and the control planes in it', scenario: 'region-loss'},
  {lost: 'the database; the first route of two is broken', scenario: 'database-crash', second: true},
]

const PACE = 'paced'
/** What the broken route says, and a list repeats of it. */
const BROKEN = 'it is broken'

/** Prints the table; returns what did not go as docs/routes.md says. */
export async function benchRoutes({rate, print}: Input): Promise<string[]> {
  const failures: string[] = []
  const rows = [['route', `lost in ${HOME}`, 'no writes for', 'no reads for', 'writes lost', 'what happened']]
  await onLab(async (bench) => {
    for (const route of bench.routes)
      for (const circumstance of CIRCUMSTANCES) {
        const name = `${route.name}: ${circumstance.lost}`
        const drilled = await drill(bench, {route, circumstance, rate})
        const cells = [...figures(drilled.result), whatHappened(drilled, circumstance)]
        print(name, cells.join('; '))
        rows.push([route.name, circumstance.lost, ...cells])
        const fault = faultOf(drilled, {route, circumstance})
        if (fault !== undefined) failures.push(`${name}: ${fault}`)
      }
  })
  const [head, ...body] = rows
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`
  console.log([line(head!), line(head!.map(() => '---')), ...body.map(line)].join('\n'))
  return failures
}

interface Bench {
  sandbox: Sandbox
  target: string
  routes: BenchedRoute[]
  /** A route of the same clients that fails at once. */
  broken(beside: RouteEntry): RouteEntry
}

async function onLab(act: (bench: Bench) => Promise<void>): Promise<void> {
  const sandbox = new Sandbox()
  const target = `lab:routes-${process.pid}`
  const at = ['--target', target]
  try {
    await sandbox.expect(0, ['lab', 'start', '--pace', PACE, ...at])
    await sandbox.expect(0, ['seed', ...at])
    Object.assign(process.env, {XDG_STATE_HOME: sandbox.env.XDG_STATE_HOME})
    const lab = await sandbox.json<LabWithHosts & LabStatus>(['lab', 'status', ...at])
    const program = join(sandbox.folder, 'broken.sh')
    writeFileSync(program, `if [ "$1" = serving ]; then echo ${HOME}; else echo "${BROKEN}" >&2; exit 2; fi\n`)
    const broken = ({url}: RouteEntry): RouteEntry => ({
      kind: 'command',
      command: ['sh', program],
      ...(url !== undefined && {url}),
    })
    const session = new Session({target, folder: sandbox.folder, emit() {}})
    const {route} = await session.deployment().finally(() => session.close())
    await act({sandbox, target, broken, routes: await routesOn(lab, route)})
  } finally {
    await sandbox.run(['lab', 'stop', ...at])
    sandbox.remove()
  }
}

interface Drilled extends DrillOutcome {
  /** By the second route, as the first one failed. */
  bySecond: boolean
}

interface Order {
  route: BenchedRoute
  circumstance: Circumstance
  rate: number
}

async function drill(bench: Bench, {route, circumstance, rate}: Order): Promise<Drilled> {
  const {sandbox, target, broken} = bench
  const entries = circumstance.second ? [broken(route.entry), route.entry] : [route.entry]
  writeFileSync(join(sandbox.folder, 'todo-dr.yaml'), JSON.stringify({defaultTarget: target, lab: {route: entries}}))
  const session = new Session({target, folder: sandbox.folder, emit() {}})
  let bySecond = false
  try {
    const [world, lab, runs] = await Promise.all([session.world(), session.lab(), session.mirroredRuns()])
    const drilled = await runDrill({
      target,
      world,
      lab: lab!,
      runs,
      objectives: {rtoSeconds: 900, rpoSeconds: 5},
      maxLagSeconds: 5,
      scenario: circumstance.scenario,
      lagMs: 0,
      ratePerSecond: rate,
      seed: 1,
      failback: true,
      stage: (_id, _title, work) => work(),
      emit(event) {
        if (event.code === 'step-note' && event.text.includes(BROKEN)) bySecond = true
      },
      signal: new AbortController().signal,
    })
    if (drilled.outcome.failure?.code === 'EdgeNotSteered') await goHome(sandbox)
    else if (drilled.failback?.status !== 'done')
      throw new Error(`${HOME} is not the primary again: ${JSON.stringify(drilled.failback ?? drilled.outcome)}`)
    return {...drilled, bySecond}
  } finally {
    await session.close()
  }
}

/** The region is back, and what could not be steered now can. */
async function goHome(sandbox: Sandbox): Promise<void> {
  await sandbox.expect(0, ['resume'])
  await sandbox.expect(0, ['failback', '--yes'])
}

const figures = ({rto: {write, read}, rpo}: DrillResult): string[] => [
  shown(write),
  shown(read),
  rpo.checked ? `${rpo.lostCount} of ${rpo.acknowledged}` : 'unknown',
]

const shown = (recovery: MeasuredRecovery): string =>
  recovery.recovered ? achieved(recovery) : `until ${HOME} is back`

function whatHappened({result, outcome, bySecond}: Drilled, {second}: Circumstance): string {
  const {ratePerSecond, askedPerSecond} = result.probes
  const served = askedPerSecond === undefined ? '' : ` (at ${ratePerSecond} writes/s)`
  if (outcome.status === 'stopped')
    return `stopped after the promotion; \`todo-dr resume\` ended it when ${HOME} was back${served}`
  return `${result.verdict}${second && bySecond ? ', by the second route' : ''}${served}`
}

/** What is not as it must be; undefined where it is. */
function faultOf(
  {result, outcome, bySecond}: Drilled,
  {route, circumstance}: Pick<Order, 'circumstance' | 'route'>,
): string | undefined {
  const mustStop = circumstance.scenario === 'region-loss' && route.needsHome
  if (mustStop)
    return outcome.status === 'stopped' && outcome.failure?.code === 'EdgeNotSteered'
      ? undefined
      : `it does not stop with a route that cannot be steered: ${JSON.stringify(outcome)}`
  if (result.verdict !== 'passed') return `the drill is ${result.verdict}: ${JSON.stringify(outcome.failure ?? result)}`
  return circumstance.second && !bySecond ? 'the first route was not found broken' : undefined
}
