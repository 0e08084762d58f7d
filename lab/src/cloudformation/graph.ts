/** The dependency graph of a stack: who waits for whom, and a walk as parallel as that allows. */

import {getAttParts, intrinsicOf, SUB_PLACEHOLDER} from './intrinsics.js'
import {explicitDependencies, isRecord, validationError, type TemplateResource} from './template.js'

/** Each node with the nodes that must come before it. Every dependency is a node itself. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>

/** A Ref, or a Fn::GetAtt with its attribute, where that is written out. */
export interface Reference {
  name: string
  attribute?: string
}

/** What a value refers to by Ref, Fn::GetAtt or Fn::Sub, within the branches that the conditions choose. */
export function referencesIn(
  value: unknown,
  condition: (name: string) => boolean,
  found: Reference[] = [],
): Reference[] {
  if (Array.isArray(value)) {
    for (const item of value) referencesIn(item, condition, found)
    return found
  }
  if (!isRecord(value)) return found
  const intrinsic = intrinsicOf(value)
  const argument = intrinsic?.argument
  switch (intrinsic?.name) {
    case 'Ref':
      found.push({name: String(argument)})
      return found
    case 'Fn::GetAtt': {
      const {logicalId, name} = getAttParts(argument)
      found.push({name: logicalId, attribute: typeof name === 'string' ? name : '*'})
      return referencesIn(name, condition, found)
    }
    case 'Fn::Sub':
      return referencesInSub(argument, condition, found)
    case 'Fn::If':
      if (Array.isArray(argument))
        return referencesIn(argument[condition(String(argument[0])) ? 1 : 2], condition, found)
      return found
    default:
      for (const member of Object.values(value)) referencesIn(member, condition, found)
      return found
  }
}

function referencesInSub(argument: unknown, condition: (name: string) => boolean, found: Reference[]): Reference[] {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}]
  for (const [, literal, written = ''] of String(text).matchAll(SUB_PLACEHOLDER)) {
    if (literal || Object.hasOwn(new Object(variables), written)) continue
    const [name = '', ...attribute] = written.split('.')
    found.push(attribute.length > 0 ? {name, attribute: attribute.join('.')} : {name})
  }
  return referencesIn(variables, condition, found)
}

/** The names in a value's references. */
export const namesIn = (value: unknown, condition: (name: string) => boolean): Set<string> =>
  new Set(referencesIn(value, condition).map(({name}) => name))

/**
 * The graph of a template's active resources, explicit and implicit dependencies. Throws `ValidationError` for a name that is
 * neither an active resource nor in `others` (parameters), and for a cycle. A DependsOn may also name a resource that is
 * `declared` but switched off by its condition: it is ignored.
 */
export function graphOf(
  resources: Record<string, TemplateResource>,
  others: ReadonlySet<string>,
  condition: (name: string) => boolean,
  declared: ReadonlySet<string> = new Set(),
): Graph {
  const unresolved = new Set<string>()
  const graph = new Map<string, Set<string>>()
  for (const [logicalId, resource] of Object.entries(resources)) {
    const dependencies = new Set<string>()
    for (const name of namesIn(resource.Properties ?? {}, condition)) {
      if (Object.hasOwn(resources, name)) dependencies.add(name)
      else if (!others.has(name) && !name.startsWith('AWS::')) unresolved.add(name)
    }
    for (const name of explicitDependencies(resource)) {
      if (Object.hasOwn(resources, name)) dependencies.add(name)
      else if (!declared.has(name)) unresolved.add(name)
    }
    graph.set(logicalId, dependencies)
  }
  if (unresolved.size > 0)
    throw validationError(
      `Template format error: Unresolved resource dependencies [${[...unresolved].join(', ')}] in the Resources block of the template`,
    )
  const cycle = cycleIn(graph)
  if (cycle) throw validationError(`Circular dependency between resources: [${cycle.join(', ')}]`)
  return graph
}

/** The nodes of one cycle, in order, or undefined. */
export function cycleIn(graph: Graph): string[] | undefined {
  const state = new Map<string, 'open' | 'closed'>()
  const path: string[] = []
  const visit = (node: string): string[] | undefined => {
    if (state.get(node) === 'closed') return undefined
    if (state.get(node) === 'open') return path.slice(path.indexOf(node))
    state.set(node, 'open')
    path.push(node)
    for (const dependency of graph.get(node) ?? []) {
      const cycle = visit(dependency)
      if (cycle) return cycle
    }
    path.pop()
    state.set(node, 'closed')
    return undefined
  }
  for (const node of graph.keys()) {
    const cycle = visit(node)
    if (cycle) return cycle
  }
  return undefined
}

/** The same nodes with every edge turned round: the order of deletion. */
export function reversed(graph: Graph): Graph {
  const turned = new Map<string, Set<string>>([...graph.keys()].map((node) => [node, new Set<string>()]))
  for (const [node, dependencies] of graph) for (const dependency of dependencies) turned.get(dependency)?.add(node)
  return turned
}

export interface WalkResult {
  /** Nodes whose visit returned. */
  done: Set<string>
  /** Nodes whose visit threw. */
  failed: Map<string, unknown>
}

/**
 * Visits each node once all its dependencies are done, as many at once as can be. After the first failure nothing new starts,
 * unless `keepGoing`: then everything that does not depend on a failed node is still visited. What runs is waited for.
 */
export async function walk(
  graph: Graph,
  visit: (node: string) => Promise<void>,
  options: {keepGoing?: boolean; onFailure?: (node: string, running: string[]) => void} = {},
): Promise<WalkResult> {
  const result: WalkResult = {done: new Set(), failed: new Map()}
  const dependents = reversed(graph)
  const missing = new Map([...graph].map(([node, dependencies]) => [node, dependencies.size]))
  const running = new Set<string>()

  const start = async (node: string): Promise<void> => {
    if (result.failed.size > 0 && !options.keepGoing) return
    running.add(node)
    try {
      await visit(node)
    } catch (error) {
      running.delete(node)
      result.failed.set(node, error)
      options.onFailure?.(node, [...running])
      return
    }
    running.delete(node)
    result.done.add(node)
    const ready = [...(dependents.get(node) ?? [])].filter((dependent) => {
      const left = (missing.get(dependent) ?? 0) - 1
      missing.set(dependent, left)
      return left === 0
    })
    await Promise.all(ready.map(start))
  }

  await Promise.all([...graph].filter(([, dependencies]) => dependencies.size === 0).map(([node]) => start(node)))
  return result
}
