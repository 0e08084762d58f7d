/** What the build of an execution prints. */

import {DrError} from '../../errors.js'
import {isUnderWay} from '../../model/pipeline.js'
import type {Execution} from '../../model/pipeline.js'
import type {Clock} from '../../ports/world.js'
import {executionsOf, inWords, lookAtPipelines} from './look.js'
import type {Found, PipelineInput} from './look.js'
import {restOfLog} from './rest-of-log.js'
import type {PipelineLogsResult} from './result.js'

/** Milliseconds between two looks at what is new. */
const FOLLOW_MS = 2000

export interface LogsInput extends PipelineInput {
  /** By default the newest that has come to its build. */
  execution?: string
  /** Until the build has ended. */
  follow: boolean
  clock: Clock
  show(line: string): void
}

/** Throws `LogMissing` (exit failed) where nothing was built. */
export async function pipelineLogs(input: LogsInput): Promise<PipelineLogsResult> {
  const {target, pipelines, follow, clock, signal, show} = input
  const lines: string[] = []
  let from: string | undefined
  let found = await begun(input)
  for (;;) {
    const {region, pipeline, execution} = found
    const page = await restOfLog((at) => pipelines.log(region, execution.build!.id!, at, {signal}), from)
    for (const line of page.lines) show(line)
    lines.push(...page.lines)
    from = page.next
    const {id, command, build} = execution
    // What it printed last is read after its end was seen.
    if (!follow || build!.status !== 'InProgress')
      return {
        schemaVersion: 1,
        target,
        region,
        pipeline,
        execution: id,
        command,
        commit: null,
        status: build!.status,
        lines,
      }
    await clock.sleep(FOLLOW_MS, signal)
    found = newest(await meant({...input, region, execution: id}), input)
  }
}

/** Who follows one that was approved a moment ago does not mean the one before it: its build is waited for. */
async function begun(input: LogsInput): Promise<Found> {
  for (;;) {
    const all = await meant(input)
    const [latest] = all
    if (!input.follow || !latest || !begins(latest.execution)) return newest(all, input)
    await input.clock.sleep(FOLLOW_MS, input.signal)
  }
}

const hasLog = ({build}: Execution): boolean => typeof build?.id === 'string'

const begins = (execution: Execution): boolean =>
  isUnderWay(execution) && execution.approval?.verdict === 'approved' && !hasLog(execution)

/** Newest first. */
async function meant(input: LogsInput): Promise<Found[]> {
  const all = executionsOf(await lookAtPipelines(input))
  return all.filter(({execution: {id}}) => input.execution === undefined || input.execution === id)
}

function newest(all: readonly Found[], {execution}: LogsInput): Found {
  const found = all.find((one) => hasLog(one.execution))
  if (found) return found
  const [waiting] = all
  throw new DrError({
    code: 'LogMissing',
    exit: 'failed',
    what: execution === undefined ? 'no failover pipeline has run a command yet' : `${execution} has run no command`,
    why: waiting && `the newest execution is ${inWords(waiting)}: ${waiting.execution.status}`,
    next: 'todo-dr pipeline status; of the delivery pipeline: todo-dr pipeline logs --delivery',
  })
}
