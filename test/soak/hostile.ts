/**
 * Whole drills under a hostile AWS, of every scenario: each must end as it should. It is done, or it stopped with a reason and
 * `resume` carries it to its end. Whatever comes, no old primary is opened after an accepted promotion, and the home region is the
 * primary in the end, with the edge on it.
 */

import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {SCENARIO_NAMES} from '../../src/actions/drill/scenarios.js'
import type {DrillResult} from '../../src/measure/result.js'
import {Sandbox, type Ran} from '../support/cli.js'
import {generator} from './generator.js'

/** So often may a stopped run be resumed. */
const RESUMES = 3
/** Seconds for one command. */
const LIMIT_MS = 420_000
/** Without waiting for its owner: only the world's state is read. */
const HEALTHY_MS = 90_000

const sandbox = new Sandbox()

interface Line {
  event: string
  step?: string
  text?: string
  intent?: string
  status?: string
}

interface Status {
  situation: string
  summary: string
  primary: string | null
  edge: string | null
}

export async function hostileRound(seed: number): Promise<string> {
  const random = generator(seed)
  const lab = `hostile-${process.pid}-${seed}`
  const target = ['--target', `lab:${lab}`]
  const scenario = SCENARIO_NAMES[seed % SCENARIO_NAMES.length]!
  const load = ['--lag', String(Math.floor(random() * 400)), '--rate', String(10 + Math.floor(random() * 20))]
  const drill = ['drill', '--sample', '--pace', 'hostile', '--scenario', scenario, '--seed', String(seed), ...load]
  try {
    const ran = await sandbox.run([...drill, '--keep', '--json', ...target], {timeoutMs: LIMIT_MS})
    const result = JSON.parse(ran.stdout) as Partial<DrillResult>
    if (!isWhole(result) || runs(lab).length === 0) throw new Error(told('the drill gave no result', ran))
    const resumes = await carriedOn(target, ran)
    const home = result.topology.before.primary
    if ((await statusOf(target)).primary !== home) await settled(['failback', ...target], ran)
    const story = runs(lab)
    for (const {lines, intent} of story) {
      if (lines.some(({event, status}) => event === 'run-finished' && status === 'undone'))
        throw new Error(told(`the ${intent} was taken back`, ran))
      openedAfterAcceptance(lines)
    }

    if (result.singleWriter.valid === false && scenario === 'api-outage')
      throw new Error(told('two writers at one time in a switchover', ran))
    await healthyAtHome(target, home, ran)
    const stops = resumes.length > 0 ? `, stopped and resumed (${resumes.join('; ')})` : ''
    return `${scenario}: ${result.verdict}, writes down ${result.rto.write.seconds?.toFixed(1)} s${stops}`
  } finally {
    await sandbox.run(['lab', 'stop', ...target])
  }
}

export const endHostile = (): void => sandbox.remove()

const isWhole = (result: Partial<DrillResult>): result is DrillResult =>
  result.verdict !== undefined && result.topology !== undefined

/** Resumes what has stopped. Gives the reasons why it had. */
async function carriedOn(target: string[], ran: Ran): Promise<string[]> {
  const reasons: string[] = []
  for (;;) {
    const looked = await sandbox.run(['resume', '--dry-run', '--json', ...target], {timeoutMs: LIMIT_MS})
    const {run} = JSON.parse(looked.stdout) as {run?: string | null}
    if (run === null) return reasons
    if (run === undefined) throw new Error(told('nobody can tell what is left', looked))
    if (reasons.length === RESUMES) throw new Error(told(`still not done after ${RESUMES} resumes`, looked))
    reasons.push(lastWords(reasons.length === 0 ? ran : looked))
    await sandbox.run(['resume', ...target], {timeoutMs: LIMIT_MS})
  }
}

/** Runs it, and what it leaves is resumed. */
async function settled(args: string[], drilled: Ran): Promise<void> {
  const ran = await sandbox.run(args, {timeoutMs: LIMIT_MS})
  if (ran.code === 0) return
  await carriedOn(args.slice(1), ran)
  if (ran.code !== 4) throw new Error(`${told(`${args[0]} ended with ${ran.code}`, ran)}\n${told('after', drilled)}`)
}

/** A fence that is taken back once the promotion was accepted makes a second writer. */
function openedAfterAcceptance(lines: Line[]): void {
  const accepted = lines.findIndex(({event, step}) => event === 'step-accepted' && step === 'promote')
  if (accepted === -1) return
  const opened = lines.slice(accepted).find(({event, step}) => event === 'step-undone' && step?.startsWith('fence'))
  if (opened) throw new Error(`the old primary was opened after its promotion was accepted: ${JSON.stringify(opened)}`)
}

async function statusOf(target: string[]): Promise<Status> {
  const {stdout} = await sandbox.run(['status', '--json', ...target])
  return JSON.parse(stdout) as Status
}

async function healthyAtHome(target: string[], home: string, drilled: Ran): Promise<void> {
  const end = performance.now() + HEALTHY_MS
  for (;;) {
    const {situation, summary, primary, edge} = await statusOf(target)
    if (situation === 'Healthy' && primary === home && edge === home) return
    if (performance.now() > end)
      throw new Error(told(`in the end it is ${situation}: ${summary}; primary ${primary}, edge ${edge}`, drilled))
  }
}

/** Of what the lab's target keeps, from the oldest to the newest. */
function runs(lab: string): {intent: string; lines: Line[]}[] {
  const under = `state/todo-dr/lab_${lab}/runs`
  return sandbox
    .left(under)
    .filter((path) => path.endsWith('journal.ndjson'))
    .map((path) => {
      const text = readFileSync(join(sandbox.folder, under, path), 'utf8')
      const lines = text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Line)
      return {intent: lines[0]?.intent ?? '', lines}
    })
}

const told = (what: string, {code, stderr}: Ran): string =>
  `${what} (exit ${code})\n${stderr.split('\n').slice(-40).join('\n')}`

const lastWords = ({stderr}: Ran): string =>
  stderr
    .split('\n')
    .filter((line) => /^(failed|warning): /.test(line))
    .slice(-1)
    .join('')
