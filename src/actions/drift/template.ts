/** What CloudFormation finds to differ between the templates of the deployment and what is there, in every region. */

import {DrError} from '../../errors.js'
import {regionNames, withEdge} from '../../model/regions.js'
import type {ResourceDrift, StackName} from '../../ports/stack-drift.js'
import type {FindInput, Kind} from './kind.js'
import type {Difference} from './result.js'
import {judge} from './template/judge.js'

export const template: Kind = {
  kind: 'template',
  appliesTo: () => undefined,
  async *find(input: FindInput): AsyncIterable<Difference> {
    const regions = withEdge(regionNames(input.world.deployment))
    const found = await Promise.all(regions.map((region) => stacksIn(input, region)))
    const stacks = found.flat()
    const drifts = await Promise.all(stacks.map((stack) => driftOf(input, stack)))
    for (const [index, resources] of drifts.entries())
      for (const resource of resources) yield* judge(stacks[index]!, resource, isRaised(input, stacks[index]!))
  },
}

const stacksIn = (input: FindInput, region: string): Promise<StackName[]> =>
  orDoubt(input, {region, subject: null}, () =>
    input.stackDrifts.stacks(input.world.deployment.app, region, {signal: input.signal}),
  )

const driftOf = (input: FindInput, stack: StackName): Promise<ResourceDrift[]> =>
  orDoubt(input, {region: stack.region, subject: stack.name}, () =>
    input.stackDrifts.detect(stack, {signal: input.signal}),
  )

/** Nothing where it cannot be told, which is then said. */
async function orDoubt<T>(
  {doubt, signal}: FindInput,
  about: {region: string; subject: string | null},
  ask: () => Promise<T[]>,
): Promise<T[]> {
  try {
    return await ask()
  } catch (error) {
    if (signal.aborted || !(error instanceof DrError) || error.exit === 'credentials') throw error
    const {message, why, next = null} = error
    doubt({...about, reason: [message, why].filter(Boolean).join(': '), next})
    return []
  }
}

/** A switch has raised the minimum capacity, and remembers what it was. */
function isRaised({observation}: FindInput, {region}: StackName): boolean {
  const cluster = observation.regions[region]?.cluster
  return cluster?.reachable === true && cluster.value.raisedFrom !== undefined
}
