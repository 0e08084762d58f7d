/** What the engine asks of a resource type. */

import type {Lab} from '../kernel.js'
import {own} from '../own.js'

export interface ResourceContext {
  readonly lab: Lab
  readonly region: string
  readonly stackName: string
  readonly stackId: string
  readonly logicalId: string
  /** True while a failed update is taken back. */
  readonly rollback?: boolean
  /** The stack acts with a role of its own (`RoleARN`). */
  readonly hasServiceRole?: boolean
  /** Aborted when the stack is deleted while it is created: for what waits long. */
  readonly cancelled?: AbortSignal
  /** To be called as soon as the thing exists, where more calls follow: a rollback then deletes it though `create` fails. */
  allocated(physicalId: string): void
}

export interface Provisioned {
  /** What Ref gives. */
  physicalId: string
  /** What Fn::GetAtt gives, flat: `Endpoint.Address`. Left out by an update: as before. */
  attributes?: Record<string, unknown>
}

/** Properties with every intrinsic and dynamic reference resolved. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Properties = Record<string, any>

export interface DeleteOptions {
  /** DeletionPolicy Snapshot: leave a final snapshot behind. */
  snapshot: boolean
}

/** The property in which a type keeps its tags. */
export interface TagProperty {
  name: string
  shape: 'list' | 'map'
}

/** How tags change in place: AWS's services have calls of their own for it, beside those that change what is tagged. */
export interface TagCalls {
  service: string
  add: string
  remove: string
  /** The input that names the thing. `all`: its properties and its attributes. */
  target(physicalId: string, all: Properties, context: ResourceContext): object
  /** Of the tags that are added: `{Items}` is CloudFront's list. */
  shape: 'list' | 'map' | 'items'
}

export interface ResourceProvider {
  /** Top-level properties whose change replaces the resource. `all`: there is no update at all on AWS either. */
  readonly createOnly?: readonly string[] | 'all'
  /** Properties whose change replaces the resource in some cases, each with the rule that says when. */
  readonly conditional?: Readonly<Record<string, (before: unknown, after: unknown) => boolean>>
  /** Undefined for a type without tags. */
  readonly tags?: TagProperty
  /** Undefined where `update` changes the tags itself, or the lab keeps none. */
  readonly tagCalls?: TagCalls
  /** Where the template says nothing. Without it `Delete`, and no snapshot of the type can be taken. */
  deletionPolicy?(properties: Properties): 'Delete' | 'Snapshot'
  create(properties: Properties, context: ResourceContext): Promise<Provisioned>
  /** A type without it cannot be changed in place on the lab; the engine says so by name. */
  update?(
    physicalId: string,
    properties: Properties,
    previous: Properties,
    context: ResourceContext,
  ): Promise<Provisioned>
  /**
   * The properties that the thing has now, under CloudFormation's names, each present though the service has no value for it; undefined
   * where the thing is gone. What the service does not tell is left out. `all`: the template's properties and the attributes.
   * A type without it takes no part in drift detection.
   */
  read?(physicalId: string, all: Properties, context: ResourceContext): Promise<Properties | undefined>
  /** Succeeds where the thing is gone already. `properties` have dynamic references as written. */
  delete(physicalId: string, properties: Properties, context: ResourceContext, options: DeleteOptions): Promise<void>
}

/** Which provider makes which resource type; undefined for a type that the lab does not support. */
export type ProviderOf = (type: string) => ResourceProvider | undefined

/** Calls an operation in the stack's region. */
export const call = (
  context: Pick<ResourceContext, 'lab' | 'region'>,
  service: string,
  operation: string,
  input: object,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
): Promise<any> => context.lab.call(service, operation, input, context.region)

/** Members of an answer as properties, for `read`: by their common names, and those that are called otherwise. */
export const liveOf = (answer: Properties, names: readonly string[], renamed: Properties = {}): Properties => ({
  ...Object.fromEntries(names.map((name) => [name, answer[name]])),
  ...renamed,
})

/** The result, or undefined where the service says that there is no such thing. */
export async function unlessGone<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    const {code} = error as {code?: unknown}
    if (typeof code === 'string' && /NotFound|NoSuch|DoesNotExist|Non[Ee]xist/.test(code)) return undefined
    throw error
  }
}

/**
 * Asks until `isReady`, which throws where it never will be. Short waits at first, backing off to 50 ms.
 * Throws after `deadlineMs`, by default two minutes, naming what was waited for.
 */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T>,
  isReady: (answer: T) => boolean | Promise<boolean>,
  deadlineMs = 120_000,
): Promise<T> {
  const end = Date.now() + deadlineMs
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    const answer = await ask()
    if (await isReady(answer)) return answer
    if (Date.now() + pause > end) throw new Error(`${what} did not become ready within ${deadlineMs / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

/** The properties that differ, compared as JSON. */
export const changedProperties = (before: Properties, after: Properties): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => canonical(own(before, name)) !== canonical(own(after, name)),
  )

/**
 * What an update sends where AWS's handler sends some properties only when they differ: what the service would refuse to be told
 * again, or what somebody else may have changed since.
 */
export function withoutUnchanged(properties: Properties, previous: Properties, names: readonly string[]): Properties {
  const changed = new Set(changedProperties(previous, properties))
  return Object.fromEntries(Object.entries(properties).filter(([name]) => changed.has(name) || !names.includes(name)))
}

/** JSON with sorted keys: the order of keys in a template is no difference. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  ) ?? 'undefined'

export type ChangeKind = 'none' | 'update' | 'replace'

/** Whether a changed property wants a new resource, as a change set says it before it is known. */
export function requiresRecreation(
  {createOnly = [], conditional = {}}: ResourceProvider,
  name: string,
): 'Always' | 'Conditionally' | 'Never' {
  if (createOnly === 'all' || createOnly.includes(name)) return 'Always'
  return Object.hasOwn(conditional, name) ? 'Conditionally' : 'Never'
}

/** What AWS would do to a resource whose properties change so. */
export function changeKind(provider: ResourceProvider, before: Properties, after: Properties): ChangeKind {
  const changed = changedProperties(before, after)
  if (changed.length === 0) return 'none'
  const replaces = changed.some((name) => {
    const recreation = requiresRecreation(provider, name)
    return (
      recreation === 'Always' ||
      (recreation === 'Conditionally' && provider.conditional![name]!(own(before, name), own(after, name)))
    )
  })
  return replaces ? 'replace' : 'update'
}
