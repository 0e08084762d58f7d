import type {Step, StepContext} from '../model/step.js'
import type {ApiAnswer, Asked, Workload} from '../ports/workload.js'
import type {World} from '../ports/world.js'
import {Canary} from './canary.js'

/**
 * Writes, reads and removes through the edge until the primary serves all three as often as the route takes for a proof:
 * reads may come from an origin group while writes still go nowhere, and one's success hides that of the others.
 */
export function verifyEdge({to}: {to: string}): Step<World> {
  let verified = false
  return {
    isDone: async () => verified,
    async act(world, context) {
      const canary = new Canary(world, context, to)
      await world.route.verify(() => round(canary, to, context), {to, clock: world.clock, signal: context.signal})
      verified = true
    },
  }
}

/** Write, read and removal of one row. */
async function round(canary: Canary, to: string, {note}: StepContext): Promise<boolean> {
  const written = await canary.write('edge')
  if (written.kind !== 'acknowledged') {
    note(written.kind === 'silent' ? written.reason : `write through the edge: ${refusal(written)}`)
    return false
  }

  const read = await canary.read('edge', written.id)
  const removed = await canary.remove('edge', written.id)
  const {workload} = canary.world
  const servers = {
    write: written.region,
    read: serverOf(workload, 'read', read),
    removal: serverOf(workload, 'removal', removed),
  }
  const strays = Object.entries(servers).filter(([, region]) => region !== to)
  for (const [asked, region] of strays) note(`${asked} through the edge: ${region ?? 'no region in the answer'}`)
  return strays.length === 0
}

const refusal = ({status, region}: {status: number; region?: string}): string =>
  `status ${status}${region === undefined ? '' : `, by ${region}`}`

const serverOf = (workload: Workload, asked: Asked, answer: ApiAnswer): string | undefined =>
  workload.outcomeOf(asked, answer) === 'ok' ? answer.region : `status ${answer.status}`
