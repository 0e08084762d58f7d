/** What the builds of an execution of the delivery pipeline print, one after the other. */

import {DrError} from '../../errors.js'
import type {DeliveryAction, DeliveryExecution} from '../../model/delivery.js'
import {isUnderWay} from '../../model/pipeline.js'
import {homeOf} from '../../model/regions.js'
import type {Clock} from '../../ports/world.js'
import {changeTeller, deliveriesOf, deliveryInWords} from './delivery.js'
import type {DeliveryInput} from './delivery.js'
import {restOfLog} from './rest-of-log.js'
import type {PipelineLogsResult} from './result.js'

/** Milliseconds between two looks at what is new. */
const FOLLOW_MS = 2000

export interface DeliveryLogsInput extends DeliveryInput {
  /** Until the execution has ended. */
  follow: boolean
  clock: Clock
  show(line: string): void
}

/** Throws `PipelineMissing` (exit usage), and `LogMissing` (exit failed) where nothing was built. */
export async function deliveryLogs(input: DeliveryLogsInput): Promise<PipelineLogsResult> {
  const {target, deployment, pipeline, follow, clock, signal} = input
  const tell = changeTeller(input.emit)
  const reader = new Reader(input)
  let found = await begun(input)
  for (;;) {
    const {id} = found
    // After the status: what a build printed last is read after its end was seen.
    for (const action of await pipeline.actions(id, {signal})) {
      tell([action])
      await reader.read(action)
    }

    if (!follow || !isUnderWay(found)) break
    await clock.sleep(FOLLOW_MS, signal)
    found = (await deliveriesOf({...input, execution: id}))[0] ?? {...found, status: 'unknown'}
  }

  const region = homeOf(deployment)
  if (!reader.hasBuild) throw logMissing(input, found)
  const {id, commit, status} = found
  const head = {schemaVersion: 1 as const, target, region, pipeline: pipeline.name, execution: id}
  return {...head, command: null, commit, status, lines: reader.lines}
}

/** The newest that has come to a build; of those that are followed also one that has not yet. */
async function begun(input: DeliveryLogsInput): Promise<DeliveryExecution> {
  const all = await deliveriesOf(input)
  for (const one of all) {
    if (input.follow && isUnderWay(one)) return one
    const actions = await input.pipeline.actions(one.id, {signal: input.signal})
    if (actions.some(({build}) => build !== null)) return one
  }

  throw logMissing(input, all[0])
}

/** Reads on where it has stopped, in each build. */
class Reader {
  readonly lines: string[] = []
  hasBuild = false
  readonly #from = new Map<string, string | undefined>()
  readonly #done = new Set<string>()

  constructor(private readonly input: DeliveryLogsInput) {}

  async read({build, status}: DeliveryAction): Promise<void> {
    if (build === null) return
    this.hasBuild = true
    if (this.#done.has(build)) return
    const {pipeline, signal, show} = this.input
    const {lines, next} = await restOfLog((at) => pipeline.log(build, at, {signal}), this.#from.get(build))
    for (const line of lines) show(line)
    this.lines.push(...lines)
    this.#from.set(build, next)
    if (status !== 'InProgress') this.#done.add(build)
  }
}

const logMissing = ({deployment, execution}: DeliveryLogsInput, newest: DeliveryExecution | undefined): DrError =>
  new DrError({
    code: 'LogMissing',
    exit: 'failed',
    what: `${execution ?? 'the delivery pipeline'} has built nothing yet`,
    why: newest && `the newest execution is ${deliveryInWords(newest, homeOf(deployment))}: ${newest.status}`,
    next: 'todo-dr pipeline status',
  })
