/** The gate of deployments: asked of change sets, before any of them is executed. */

import type {Region} from '../model/deployment.js'
import {distanceOf} from '../model/engine-version.js'
import type {Refusal, Waiver, WaiverName} from '../model/gate.js'
import type {ChangeDetail, ResourceChange, StackChange, Template} from '../model/stack.js'

const CLUSTER = 'AWS::RDS::DBCluster'
const GLOBAL = 'AWS::RDS::GlobalCluster'
const INSTANCE = 'AWS::RDS::DBInstance'
const WAIVER: WaiverName = 'allow-database-change'

/** True where a template holds what the gate guards; other stacks need no change set before the deployment. */
export const holdsMembers = ({Resources = {}}: Template): boolean =>
  Object.values(Resources).some(({Type}) => Type === CLUSTER || Type === GLOBAL)

/** The engine version that a cluster of a stack runs; undefined where nobody could tell. */
export type LiveVersion = (cluster: {region: Region; stack: string; logicalId: string}) => string | undefined

export interface MembersAsked {
  app: string
  waivers: Waiver[]
  liveVersion?: LiveVersion
}

/**
 * Refuses a deployment that would replace, remove, detach or upgrade a member of the global database: a replaced cluster
 * is an empty one, a detached one no longer receives writes, and members of different versions cannot be switched over
 * to. A new engine version is judged by what runs: a deployment upgrades in the order of the stacks, home first, and AWS wants the
 * standby first (Aurora user guide, "Upgrading an Amazon Aurora global database"); `todo-dr upgrade` does that. What runs already is no
 * change. Where the version that runs is known, no consent lifts it.
 */
export function checkDatabaseMembers(
  changes: StackChange[],
  {app, waivers, liveVersion = () => undefined}: MembersAsked,
): {refusals: Refusal[]; waived: Refusal[]} {
  const all = changes.flatMap((change) =>
    harms(change, liveVersion).map(({resource, effect, instead = 'undo the change', final}): Refusal => {
      const reason = `${change.stack} (${change.region}): ${resource}: ${effect}`
      if (final) return {gate: 'database-members', reason, hint: instead}
      const hint = `${instead}; or, if it is intended: --${WAIVER} --confirm ${app}`
      return {gate: 'database-members', reason, hint, waiver: WAIVER}
    }),
  )
  const isLifted = ({waiver}: Refusal): boolean => waivers.some(({name}) => name === waiver)
  return {refusals: all.filter((one) => !isLifted(one)), waived: all.filter((one) => isLifted(one))}
}

interface Effect {
  effect: string
  /** What to do; by default, to undo the change. */
  instead?: string
  /** No consent lifts it. */
  final?: true
}

interface Harm extends Effect {
  resource: string
}

function harms(stack: StackChange, liveVersion: LiveVersion): Harm[] {
  const members = membersOf(stack.deployed)
  const instances = instancesOf(stack.deployed)
  const gone = new Set(
    stack.changes.filter((change) => instances.has(change.logicalId) && leaves(change, stack)).map((c) => c.logicalId),
  )
  return stack.changes.flatMap((change) => {
    const resource = `${change.logicalId} (${change.type})`
    const effects = members.has(change.logicalId)
      ? memberEffects(change, stack, liveVersion)
      : instances.has(change.logicalId)
        ? instanceEffects(change, stack, gone.size === instances.size)
        : []
    return effects.map((effect) => ({resource, ...effect}))
  })
}

/** Clusters that belong to a global database, and the global database itself. */
function membersOf({Resources = {}}: Template): Set<string> {
  const all = Object.entries(Resources)
  const sources = all.filter(([, {Type}]) => Type === GLOBAL).map(([, {Properties}]) => Properties)
  const named = JSON.stringify(sources.map((properties) => properties?.SourceDBClusterIdentifier ?? null))
  // A source that is named by its text and not by its resource may be any cluster of the stack.
  const byText = sources.some((properties) => typeof properties?.SourceDBClusterIdentifier === 'string')
  return new Set(
    all
      .filter(([id, {Type, Properties}]) => {
        if (Type === GLOBAL) return true
        if (Type !== CLUSTER) return false
        return (
          Properties?.GlobalClusterIdentifier !== undefined || byText || named.includes(`"${id}"`) || founds(id, named)
        )
      })
      .map(([id]) => id),
  )
}

/** `Fn::Sub` and the short form of `Fn::GetAtt` name a resource within a longer text. */
const founds = (id: string, named: string): boolean => named.includes(`"${id}.`) || named.includes(`\${${id}`)

const instancesOf = ({Resources = {}}: Template): Set<string> =>
  new Set(
    Object.entries(Resources)
      .filter(([, {Type}]) => Type === INSTANCE)
      .map(([id]) => id),
  )

function memberEffects(change: ResourceChange, stack: StackChange, liveVersion: LiveVersion): Effect[] {
  if (change.action === 'Remove')
    return [{effect: 'it would be removed from the stack: the member is deleted or left unmanaged'}]
  if (change.action !== 'Modify') return []
  const effects: string[] = []
  // To leave the global database is a harm of its own, whether the cluster is replaced for it or not.
  const replacing = causesOfReplacement(change, stack).filter((name) => name !== 'GlobalClusterIdentifier')
  if (replacing.length > 0) {
    const sure =
      change.replacement === 'True' ? 'it would be replaced by an empty one' : 'it might be replaced by an empty one'
    effects.push(`${replacing.map((name) => said(change, stack, name)).join(', ')}: ${sure}`)
  } else if (change.replacement === 'True') effects.push('it would be replaced by an empty one')
  const named = (property: string): boolean => !replacing.includes(property) && isChanged(change, stack, property)
  if (named('GlobalClusterIdentifier'))
    effects.push(`${said(change, stack, 'GlobalClusterIdentifier')}: it would be detached from the global database`)

  if (named('Engine')) effects.push(`${said(change, stack, 'Engine')}: it would be upgraded without the other members`)
  const upgrade = named('EngineVersion') ? versionEffect(change, stack, liveVersion) : undefined
  return [...effects.map((effect) => ({effect})), ...(upgrade ? [upgrade] : [])]
}

function versionEffect(change: ResourceChange, stack: StackChange, liveVersion: LiveVersion): Effect | undefined {
  const {logicalId, type} = change
  const {region, stack: name} = stack
  const changed = said(change, stack, 'EngineVersion')
  const wanted = valueOf(stack.wanted, change, 'EngineVersion')
  const live = type === CLUSTER ? liveVersion({region, stack: name, logicalId}) : undefined
  if (typeof wanted !== 'string' || live === undefined)
    return {
      effect: `${changed}: it would be upgraded without the other members`,
      instead: 'todo-dr upgrade upgrades both clusters, the standby first',
    }
  if (live === wanted) return
  if (distanceOf(live, wanted) === 'downgrade')
    return {
      effect: `${changed}: it runs "${live}", which is later, and RDS has no way back`,
      instead: `set the engine version of the template to "${live}"`,
      final: true,
    }
  return {
    effect: `${changed}: it runs "${live}", and would be upgraded whether it is the standby or not`,
    instead: `todo-dr upgrade --to ${wanted} upgrades both clusters, the standby first; then deploy`,
    final: true,
  }
}

function instanceEffects(change: ResourceChange, stack: StackChange, allGone: boolean): Effect[] {
  const effects: string[] = []
  if (allGone && leaves(change, stack))
    effects.push('the cluster would have no instance for a while: it could neither serve nor take over')
  for (const property of ['EngineVersion', 'Engine'])
    if (change.action === 'Modify' && isChanged(change, stack, property))
      effects.push(`${said(change, stack, property)}: a member would be upgraded without the others`)
  return effects.map((effect) => ({effect}))
}

const leaves = (change: ResourceChange, stack: StackChange): boolean =>
  change.action === 'Remove' ||
  (change.action === 'Modify' && (change.replacement === 'True' || causesOfReplacement(change, stack).length > 0))

/** The properties for which CloudFormation would, or might, make a new resource. */
const causesOfReplacement = (change: ResourceChange, {changes}: Pick<StackChange, 'changes'>): string[] =>
  change.replacement === 'False'
    ? []
    : unique(
        change.details
          .filter((detail) => detail.recreation !== 'Never' && !staysTheSame(detail, changes))
          .map(({property}) => property),
      )

/**
 * An identity that comes of a resource which stays: CloudFormation lists `SourceDBClusterIdentifier` as perhaps changing
 * whenever anything about the cluster changes, and an ARN or an id does not change with that. Follows the causes, which
 * in a template never lead back.
 */
function staysTheSame({certain, cause}: ChangeDetail, changes: ResourceChange[]): boolean {
  if (certain || cause === undefined) return false
  const [logicalId, attribute] = cause.split('.', 2)
  const origin = changes.find((one) => one.logicalId === logicalId)
  const stays =
    origin === undefined ||
    (origin.action === 'Modify' && origin.replacement !== 'True' && causesOfReplacement(origin, {changes}).length === 0)
  return stays && (attribute === undefined || /(Arn|ARN|Id|ID|Identifier|Name)$/.test(attribute))
}

/** By the change set; and by the templates, whose difference no change set may leave out. */
function isChanged(change: ResourceChange, stack: StackChange, property: string): boolean {
  if (change.details.some((detail) => detail.property === property && !staysTheSame(detail, stack.changes))) return true
  return (
    JSON.stringify(valueOf(stack.deployed, change, property)) !==
    JSON.stringify(valueOf(stack.wanted, change, property))
  )
}

/** `EngineVersion from "a" to "b"`, as far as the templates tell. */
function said(change: ResourceChange, stack: StackChange, property: string): string {
  const before = valueOf(stack.deployed, change, property)
  const after = valueOf(stack.wanted, change, property)
  if (JSON.stringify(before) === JSON.stringify(after)) return property
  return `${property} from ${text(before)} to ${text(after)}`
}

const valueOf = ({Resources = {}}: Template, {logicalId}: ResourceChange, property: string): unknown =>
  Resources[logicalId]?.Properties?.[property]

const text = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))
const unique = (names: string[]): string[] => [...new Set(names)]
