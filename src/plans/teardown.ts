/** Estate -> the acts that take it down, each after what it must wait for. Pure. */

import type {Region} from '../model/deployment.js'
import {isBackupVault, leaseBucketsOf} from '../model/estate.js'
import type {Estate, EstateResource, EstateStack} from '../model/estate.js'
import {stackTitle} from '../model/stack.js'
import type {TeardownAct} from '../model/teardown-plan.js'

/** Deleted by their own API before the stack that would leave them behind: their subnets and keys are in that stack. */
const BEFORE_STACK = new Set(['bucket', 'db-cluster', 'db-instance', 'global-cluster'])

/**
 * Only what is owned is ever in it. The order: a global cluster's members leave it by their live roles, secondaries first;
 * buckets are emptied before their stacks go; a stack goes after the stacks that read its outputs; what its stack leaves
 * behind goes by its own API, keys last, as AWS disables a key at once; CDK's bootstrap stack goes when no stack is left
 * that needs its roles. No key goes while a backup vault stands in its region, as nobody could read what is in it without the key.
 * The buckets of the operator lease go as late as they can: nobody holds it any more from then on.
 * `unprotect` adds the lifting of protections; without it a gate refuses where there is one.
 */
export function planTeardown(estate: Estate, {unprotect}: {unprotect: boolean}): TeardownAct[] {
  const stacks = estate.stacks.filter(({owned}) => owned)
  const own = new Set(stacks.map(({id}) => id))
  const resources = estate.resources
    .filter(({owned}) => owned)
    .map((one) => (one.stack !== undefined && own.has(one.stack) ? one : {...one, stack: undefined}))
  const vaults = new Set(resources.filter((one) => isBackupVault(one)).map(({region}) => region))
  const leaves = leaveActs(resources)
  const lifted = unprotect ? unprotectActs(stacks, resources) : []
  const liftOf = (arn: string): string[] => lifted.filter(({target}) => target.arn === arn).map(({id}) => id)
  const going = resources.filter((one) => goesByItself(one) && !(one.kind === 'key' && vaults.has(one.region)))
  const early = going.filter((one) => one.stack === undefined || BEFORE_STACK.has(one.kind))
  const late = going.filter((one) => !early.includes(one))

  const emptied = resources
    .filter(({kind, stack, retained}) => kind === 'bucket' && stack !== undefined && !retained)
    .map((one) => act('empty', one, `empty the bucket ${named(one)}`, []))
  const deletions = early.map((one) =>
    act('delete', one, titleOf(one), [...liftOf(one.arn), ...waitsOf(one, early, leaves)]),
  )
  const consumers = acyclic(stacks)
  const ends = stacks.map((stack) => {
    const held = new Set(resources.filter((one) => one.stack === stack.id).map(({arn}) => arn))
    const before = [...emptied, ...deletions, ...lifted].filter(({target}) => held.has(target.arn))
    const isOfDatabase = resources.some(
      (one) => one.stack === stack.id && (one.kind === 'db-cluster' || one.kind === 'global-cluster'),
    )
    const readers = stack.toolkit ? stacks.filter((one) => !one.toolkit) : consumers.get(stack.id)!
    return stackAct(stack, [
      ...liftOf(stack.id),
      ...before.map(({id}) => id),
      ...(isOfDatabase ? leaves.map(({id}) => id) : []),
      ...readers.map(({id}) => stackActId(id)),
    ])
  })
  const afterStack = late.map((one) =>
    act('delete', one, titleOf(one), [...liftOf(one.arn), ...(one.stack === undefined ? [] : [stackActId(one.stack)])]),
  )
  const acts = [...lifted, ...leaves, ...emptied, ...deletions, ...ends, ...afterStack]
  return keysLast(leaseLast(acts, leaseBucketsOf({...estate, resources})))
}

/** No stack takes it along, and there is a way to delete it. A replica goes with its original. */
const goesByItself = ({kind, stack, retained, replica}: EstateResource): boolean =>
  kind !== 'other' && !replica && (stack === undefined || retained === true)

function act(kind: TeardownAct['kind'], one: EstateResource, title: string, after: string[]): TeardownAct {
  const {id, arn, region} = one
  return {id: `${kind} ${arn}`, kind, region, title, target: {kind: one.kind, id, arn}, after}
}

const stackActId = (id: string): string => `delete ${id}`

function stackAct(stack: EstateStack, after: string[]): TeardownAct {
  const {id, name, region} = stack
  const target = {kind: 'stack', id: name, arn: id} as const
  return {
    id: stackActId(id),
    kind: 'delete',
    region,
    title: `delete the stack ${stackTitle(stack)}`,
    target,
    after: unique(after),
  }
}

/** RDS lets a primary go only when it is the last member; who that is, the live global cluster says. */
function leaveActs(resources: EstateResource[]): TeardownAct[] {
  const own = new Set(resources.map(({arn}) => arn))
  return resources.flatMap((global) => {
    const members = global.members ?? []
    const leave = ({arn, region}: {arn: string; region: Region}, after: string[]): TeardownAct => {
      const id = arn.split(':').at(-1)!
      return {
        id: `leave ${arn}`,
        kind: 'leave',
        region,
        title: `remove ${id} from the global cluster ${global.id}`,
        target: {kind: 'db-cluster', id, arn},
        from: global.id,
        after,
      }
    }

    const secondaries = members.filter(({isWriter, arn}) => !isWriter && own.has(arn)).map((one) => leave(one, []))
    const isAlone = secondaries.length === members.filter(({isWriter}) => !isWriter).length
    const writers = isAlone ? members.filter(({isWriter, arn}) => isWriter && own.has(arn)) : []
    return [
      ...secondaries,
      ...writers.map((one) =>
        leave(
          one,
          secondaries.map(({id}) => id),
        ),
      ),
    ]
  })
}

function unprotectActs(stacks: EstateStack[], resources: EstateResource[]): TeardownAct[] {
  const ofStacks = stacks
    .filter((stack) => stack.protected)
    .map((stack) => ({
      ...stackAct(stack, []),
      id: `unprotect ${stack.id}`,
      kind: 'unprotect' as const,
      title: `remove the termination protection of ${stackTitle(stack)}`,
    }))
  const ofResources = resources
    .filter((one) => one.protected)
    .map((one) => act('unprotect', one, `remove the deletion protection of ${named(one)}`, []))
  return [...ofStacks, ...ofResources]
}

/** What must be gone, or have left, before this one can be deleted. */
function waitsOf(one: EstateResource, others: EstateResource[], leaves: TeardownAct[]): string[] {
  if (one.kind === 'db-cluster') {
    const instances = others.filter(({cluster}) => cluster === one.arn).map(({arn}) => `delete ${arn}`)
    return [...instances, ...leaves.filter(({target}) => target.arn === one.arn).map(({id}) => id)]
  }

  return one.kind === 'global-cluster' ? leaves.filter(({from}) => from === one.id).map(({id}) => id) : []
}

const titleOf = (one: EstateResource): string =>
  one.kind === 'key'
    ? `schedule the deletion of the key ${named(one)} in 7 days`
    : `delete the ${one.kind} ${named(one)}`

/** Two regions may have resources of one name: then the region tells them apart. Of a global cluster there is one. */
const named = ({kind, id, region}: EstateResource): string =>
  kind === 'global-cluster' ? id : stackTitle({name: id, region})

const isKey = ({kind, target}: TeardownAct): boolean => kind === 'delete' && target.kind === 'key'

/** What was encrypted with a key goes before the key. */
function keysLast(acts: TeardownAct[]): TeardownAct[] {
  return acts.map((one) => {
    if (!isKey(one)) return one
    const before = acts.filter((other) => !isKey(other) && other.region === one.region)
    return {...one, after: unique([...one.after, ...before.map(({id}) => id)])}
  })
}

/**
 * From the end of a lease bucket on nobody keeps another operator from acting: it waits for all that its stack waits for,
 * and for all but the keys where no stack holds it.
 */
function leaseLast(acts: TeardownAct[], buckets: EstateResource[]): TeardownAct[] {
  const byArn = new Map(buckets.map((bucket) => [bucket.arn, bucket]))
  const ofLease = new Set(acts.filter(({target}) => byArn.has(target.arn)).map(({id}) => id))
  return acts.map((one) => {
    const bucket = byArn.get(one.target.arn)
    if (!bucket) return one
    const holder = acts.find(({id}) => bucket.stack !== undefined && id === stackActId(bucket.stack))
    const waits = holder?.after ?? acts.filter((other) => !isKey(other)).map(({id}) => id)
    return {...one, after: unique([...one.after, ...waits.filter((id) => !ofLease.has(id))])}
  })
}

/** The owned consumers of each stack. Where stacks read each other in a circle, which none can leave, the order is dropped. */
function acyclic(stacks: EstateStack[]): Map<string, EstateStack[]> {
  const byId = new Map(stacks.map((stack) => [stack.id, stack]))
  const result = new Map(
    stacks.map(({id, consumers}) => [
      id,
      consumers.flatMap((one) => (one === id ? [] : (byId.get(one) ?? []))).filter(({toolkit}) => !toolkit),
    ]),
  )
  const free = new Set<string>()
  for (let before = -1; before < free.size;) {
    before = free.size
    for (const [id, readers] of result) if (readers.every((one) => free.has(one.id))) free.add(id)
  }

  for (const {id} of stacks) if (!free.has(id)) result.set(id, [])
  return result
}

const unique = (ids: string[]): string[] => [...new Set(ids)]
