/** One read-only look at everything that carries an application's tag. */

import type {ResourceTagMapping} from '@aws-sdk/client-resource-groups-tagging-api'
import {DrError, Unreachable} from '../../../errors.js'
import type {Region} from '../../../model/deployment.js'
import {OWNER_TAG} from '../../../model/estate.js'
import type {DeletableKind, Estate, EstateResource} from '../../../model/estate.js'
import {isOurBucket} from './buckets.js'
import type {Caller} from './caller.js'
import {databasesOf, globalsOf} from './database.js'
import {keyState, logGroupStands, poolState, secretState} from './keepers.js'
import {isNamedBy} from './physical-id.js'
import {linkConsumers, resourcesOf, stacksOf} from './stacks.js'
import type {Holding} from './stacks.js'

export interface Wanted {
  app: string
  /** Of the deployment, and the one that CloudFront's stacks stand in. */
  regions: Region[]
  /** CDK's bootstrap stacks too. */
  toolkit: boolean
}

const TYPES: Record<string, DeletableKind> = {
  'AWS::S3::Bucket': 'bucket',
  'AWS::RDS::DBCluster': 'db-cluster',
  'AWS::RDS::DBInstance': 'db-instance',
  'AWS::RDS::GlobalCluster': 'global-cluster',
  'AWS::KMS::Key': 'key',
  'AWS::KMS::ReplicaKey': 'key',
  'AWS::Logs::LogGroup': 'log-group',
  'AWS::SecretsManager::Secret': 'secret',
  'AWS::Cognito::UserPool': 'user-pool',
}

/** A region that does not answer is listed; what else goes wrong is thrown. */
export async function inventory(caller: Caller, wanted: Wanted): Promise<Estate> {
  const regions = [...new Set(wanted.regions)]
  const looks = await Promise.all(regions.map((region) => lookAt(caller, region, wanted)))
  const unreachable = looks.flatMap((look) => ('reason' in look ? [look] : []))
  const seen = looks.flatMap((look) => ('reason' in look ? [] : [look]))
  const globals = seen[0] ? await globalsOf(caller, seen[0].region, wanted.app) : []
  const stacks = seen.flatMap((look) => look.stacks)
  linkConsumers(
    stacks,
    seen.flatMap((look) => look.links),
  )
  const toolkits = new Set(stacks.filter(({toolkit}) => toolkit).map(({id}) => id))
  const holdings = new Map(
    seen.flatMap((look) => look.holdings.map((one): [string, Holding] => [keyOf(look.region, one), one])),
  )
  const all = [...seen.flatMap((look) => look.resources), ...globals.map((one) => ({...one}))].map((one) =>
    withHolder(one, one.kind === 'global-cluster' ? regions : [one.region], holdings),
  )
  const ofToolkit = [...holdings]
    .filter(([, {stack, type}]) => toolkits.has(stack) && type === 'AWS::S3::Bucket')
    .map(([key, {stack, physicalId}]) => toolkitBucket(key.split(' ')[0]!, stack, physicalId))
  const pendingDeletion = seen.flatMap((look) => look.pendingDeletion)
  const standing = new Set(stacks.map(({id}) => id))
  const resources = unique([...all, ...ofToolkit]).map((one) =>
    one.stack === undefined || standing.has(one.stack) ? one : {...one, stack: undefined},
  )
  return {
    app: wanted.app,
    regions,
    unreachable,
    stacks,
    resources: resources.map((one) => (one.replica ? {...one, replica: hasOriginal(one, resources)} : one)),
    pendingDeletion: unique(pendingDeletion),
    toolkitUsers: seen.flatMap((look) => look.toolkitUsers.map((name) => ({name, region: look.region}))),
  }
}

interface Look {
  region: Region
  stacks: Estate['stacks']
  links: Awaited<ReturnType<typeof stacksOf>>['links']
  holdings: Holding[]
  toolkitUsers: string[]
  resources: EstateResource[]
  pendingDeletion: EstateResource[]
}

async function lookAt(
  caller: Caller,
  region: Region,
  wanted: Wanted,
): Promise<Look | {region: Region; reason: string}> {
  try {
    const [ofStacks, databases, tagged] = await Promise.all([
      stacksOf(caller, region, wanted),
      databasesOf(caller, region, wanted.app),
      taggedIn(caller, region, wanted.app),
    ])
    const standing = new Set(ofStacks.stacks.map(({id}) => id))
    const checked = await Promise.all(tagged.map((one) => check(caller, region, one, wanted.app, standing)))
    const found = checked.flatMap((one) => one ?? [])
    return {
      region,
      ...ofStacks,
      resources: [...databases, ...found.filter((one) => !one.pending).map(({resource}) => resource)],
      pendingDeletion: found.filter((one) => one.pending).map(({resource}) => resource),
    }
  } catch (error) {
    if (error instanceof Unreachable) return {region, reason: error.message}
    throw error
  }
}

const keyOf = (region: Region, {type, physicalId}: Holding): string =>
  `${region} ${TYPES[type] ?? type} ${physicalId.toLowerCase()}`

/** Says which standing stack holds it. What a stack of ours holds is ours: the global cluster may carry no tag. */
function withHolder(one: EstateResource, regions: Region[], holdings: Map<string, Holding>): EstateResource {
  const names = [one.arn, one.id, one.arn.split('/').at(-1)!].map((name) => name.toLowerCase())
  for (const region of regions) {
    for (const name of names) {
      const holder = holdings.get(`${region} ${one.kind} ${name}`)
      if (!holder) continue
      const owned = one.owned || one.kind === 'global-cluster'
      return {...one, owned, stack: holder.stack, retained: holder.retained}
    }
  }

  return one
}

/** It carries no tag of ours: only the stack, which was asked for by name, makes it ours. Its stack retains it. */
const toolkitBucket = (region: Region, stack: string, name: string): EstateResource => ({
  kind: 'bucket',
  arn: `arn:aws:s3:::${name}`,
  id: name,
  region,
  owned: true,
  protected: false,
  stack,
  retained: true,
})

/** A replica whose original is ours and stands goes with it. */
function hasOriginal(replica: EstateResource, resources: EstateResource[]): boolean {
  const name = replica.arn.split(':').slice(4).join(':')
  return resources.some(
    (one) => one.owned && !one.replica && one.kind === 'secret' && one.arn.split(':').slice(4).join(':') === name,
  )
}

const unique = (resources: EstateResource[]): EstateResource[] => [
  ...new Map(resources.map((one) => [one.arn, one])).values(),
]

async function taggedIn(caller: Caller, region: Region, app: string): Promise<ResourceTagMapping[]> {
  const all: ResourceTagMapping[] = []
  let token: string | undefined
  do {
    const input = {TagFilters: [{Key: OWNER_TAG, Values: [app]}], PaginationToken: token}
    const page = await caller.must('tag', region, 'GetResources', input)
    all.push(...(page.ResourceTagMappingList ?? []))
    token = page.PaginationToken || undefined
  } while (token !== undefined)
  return all
}

/**
 * Asks its own service whether it still stands: the tagging API goes on listing what was deleted, for minutes and more.
 * Undefined where it does not, or where another list has it (databases and stacks).
 */
async function check(
  caller: Caller,
  region: Region,
  {ResourceARN: arn = '', Tags = []}: ResourceTagMapping,
  app: string,
  standing: ReadonlySet<string>,
): Promise<{resource: EstateResource; pending?: boolean} | undefined> {
  const parts = arn.split(':')
  const service = parts[2]
  const name = parts.slice(5).join(':')
  const id = name.split(/[/:]/).at(-1)!
  const base = {arn, id, region, owned: true, protected: false}
  if (service === 'cloudformation') return undefined
  if (service === 'rds' && /^(cluster|db|cluster-snapshot|global-cluster):/.test(name)) return undefined
  if (service === 's3') {
    const ours = await isOurBucket(caller, region, name, app)
    return ours ? {resource: {...base, id: name, kind: 'bucket'}} : undefined
  }

  if (service === 'kms' && name.startsWith('key/')) {
    const state = await keyState(caller, region, id)
    if (state === 'gone') return undefined
    return {resource: {...base, kind: 'key'}, pending: state === 'pending-deletion'}
  }

  if (service === 'secretsmanager') {
    const state = await secretState(caller, region, arn)
    return state && {resource: {...base, id: name.replace(/^secret:/, ''), kind: 'secret', replica: state.replica}}
  }

  if (service === 'cognito-idp' && name.startsWith('userpool/')) {
    const state = await poolState(caller, region, id)
    return state && {resource: {...base, kind: 'user-pool', protected: state.protected}}
  }

  const stack = Tags.find(({Key}) => Key === 'aws:cloudformation:stack-id')?.Value
  const stands = stack !== undefined && standing.has(stack)
  if (service === 'logs' && name.startsWith('log-group:')) {
    const group = name.replace(/^log-group:/, '').replace(/:\*$/, '')
    // There are many, and CloudWatch Logs answers few questions a second: those of a standing stack stand.
    if (!stands && !(await logGroupStands(caller, region, group))) return undefined
    return {resource: {...base, id: group, kind: 'log-group'}}
  }

  // What is global is listed in one region, and its stack may stand in another one.
  if (stack !== undefined && !stands && (await wentWith(caller, stack.split(':')[3]!, stack, arn))) return undefined
  return {resource: {...base, kind: 'other', ...(stack !== undefined && {stack})}}
}

/** Whether the stack that made it says that it deleted it; CloudFormation tells for 90 days. */
async function wentWith(caller: Caller, region: Region, stack: string, arn: string): Promise<boolean> {
  try {
    const resources = await resourcesOf(caller, region, stack)
    return resources.some(
      ({PhysicalResourceId = '', ResourceStatus}) =>
        isNamedBy(PhysicalResourceId, arn) && ResourceStatus === 'DELETE_COMPLETE',
    )
  } catch (error) {
    if (error instanceof DrError && !(error instanceof Unreachable) && error.exit === 'failed') return false
    throw error
  }
}
