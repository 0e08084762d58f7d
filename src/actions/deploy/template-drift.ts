/** Asks CloudFormation what of the database is no longer what the deployed templates say, before anything is done. */

import {DrError} from '../../errors.js'
import {holdsMembers} from '../../gates/database-members.js'
import type {LiveVersion} from '../../gates/database-members.js'
import type {DestructiveDrift} from '../../gates/template-drift.js'
import {stackKey, stackTitle} from '../../model/stack.js'
import type {ProjectStack, StackState, Template} from '../../model/stack.js'
import type {PropertyDrift, ResourceDrift} from '../../ports/stack-drift.js'
import {holdsData, isDestructive} from '../drift/template/judge.js'
import type {DeployInput} from './input.js'
import {standingOf} from './standing.js'

export interface FoundDrifts {
  destructive: DestructiveDrift[]
  /** Of clusters whose drift was detected: what differs from the deployed template, or what that says. */
  liveVersion: LiveVersion
}

/**
 * Of stacks that stand and hold members of the database. What the project now wants to be as it is, is no drift any more. Where
 * CloudFormation cannot tell, a warning says so: who must deploy is not stopped by that.
 */
export async function databaseDrifts(
  {cloudFormation, stackDrifts, emit, signal}: Pick<DeployInput, 'cloudFormation' | 'emit' | 'signal' | 'stackDrifts'>,
  stacks: ProjectStack[],
  states: ReadonlyMap<string, StackState>,
): Promise<FoundDrifts> {
  const versions = new Map<string, string>()
  const standing = stacks.filter((stack) => standingOf(states.get(stackKey(stack))) === 'updatable')
  const ask = async (stack: ProjectStack): Promise<DestructiveDrift[]> => {
    const deployed = await cloudFormation.template(stack.region, stack.name, {signal})
    if (!holdsMembers(deployed)) return []
    try {
      const resources = dataIn(deployed)
      const found = await stackDrifts.detect(stack, {resources, signal})
      for (const [logicalId, version] of versionsOf(deployed, found)) versions.set(keyOf(stack, logicalId), version)
      return destructive(stack, found)
    } catch (error) {
      if (signal.aborted || !(error instanceof DrError) || error.exit === 'credentials') throw error
      const {message, why, next} = error
      const text = `whether the database of ${stackTitle(stack)} is still what its template says is unknown: ${[message, why].filter(Boolean).join(': ')}`
      emit({code: 'warning', text, hint: next})
      return []
    }
  }

  return {
    destructive: (await Promise.all(standing.map(ask))).flat(),
    liveVersion: ({stack: name, region, logicalId}) => versions.get(keyOf({name, region}, logicalId)),
  }
}

const keyOf = ({name, region}: {name: string; region: string}, logicalId: string): string =>
  `${region} ${name} ${logicalId}`

/** What CloudFormation does not call changed is as the deployed template says. */
const versionsOf = ({Resources = {}}: Template, found: ResourceDrift[]): [string, string][] =>
  Object.entries(Resources).flatMap(([logicalId, {Properties}]): [string, string][] => {
    const drift = found.find((one) => one.logicalId === logicalId)
    const drifted = drift?.properties.find(({path}) => path === '/EngineVersion')?.actual
    const version = drifted ?? Properties?.EngineVersion
    return typeof version === 'string' && !drift?.deleted ? [[logicalId, version]] : []
  })

const dataIn = ({Resources = {}}: Template): string[] =>
  Object.entries(Resources)
    .filter(([, {Type}]) => holdsData(Type))
    .map(([id]) => id)

function destructive({name, region, template}: ProjectStack, found: ResourceDrift[]): DestructiveDrift[] {
  return found.flatMap((resource) => {
    const {logicalId, type, deleted, properties} = resource
    const wanted = template.Resources?.[logicalId]
    const place = {region, stack: name, logicalId, type}
    if (deleted) return wanted ? [place] : []
    return properties
      .filter((property) => isDestructive(resource, property) && !isWanted(wanted?.Properties, property))
      .map((property) => ({...place, property}))
  })
}

/** The template that is deployed now says what is there. */
function isWanted(properties: Record<string, unknown> | undefined, {path, actual}: PropertyDrift): boolean {
  const wanted = properties?.[path.split('/')[1]!]
  return wanted === undefined ? actual === 'null' : String(wanted) === actual
}
