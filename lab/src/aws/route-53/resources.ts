/** AWS::Route53::HostedZone, RecordSet and HealthCheck. */

import {randomUUID} from 'node:crypto'

import {
  call,
  liveOf,
  unlessGone,
  waitUntil,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {tagList} from '../../cloudformation/tags.js'
import {normalName, shownName} from '../../data-plane/dns/names.js'
import {bareId} from './api.js'
import {unsupported} from './faults.js'

const SERVICE = 'route53'

async function untilInSync({ChangeInfo: {Id}}: Properties, context: ResourceContext): Promise<void> {
  await waitUntil(
    `The change ${Id}`,
    () => call(context, SERVICE, 'GetChange', {Id}),
    ({ChangeInfo}) => ChangeInfo.Status === 'INSYNC',
  )
}

async function retag(
  ResourceType: 'healthcheck' | 'hostedzone',
  ResourceId: string,
  [after, before]: readonly [unknown, unknown],
  context: ResourceContext,
): Promise<void> {
  const AddTags = tagList(after) ?? []
  const RemoveTagKeys = (tagList(before) ?? [])
    .map(({Key}) => Key)
    .filter((key) => AddTags.every(({Key}) => Key !== key))
  if (AddTags.length + RemoveTagKeys.length > 0)
    await call(context, SERVICE, 'ChangeTagsForResource', {ResourceType, ResourceId, AddTags, RemoveTagKeys})
}

async function tagsOf(ResourceType: string, ResourceId: string, context: ResourceContext): Promise<Properties[]> {
  const {ResourceTagSet} = await call(context, SERVICE, 'ListTagsForResource', {ResourceType, ResourceId})
  return ResourceTagSet.Tags
}

function refuse(type: string, properties: Properties, names: readonly string[]): void {
  const name = names.find((one) => properties[one] !== undefined)
  if (name) throw unsupported(`AWS::Route53::${type}`, name)
}

export const hostedZone: ResourceProvider = {
  tags: {name: 'HostedZoneTags', shape: 'list'},
  createOnly: ['Name'],
  async create(properties, context) {
    refuse('HostedZone', properties, ['HostedZoneFeatures', 'QueryLoggingConfig', 'VPCs'])
    const {Name, HostedZoneConfig} = properties
    const answer = await request(context, SERVICE, 'CreateHostedZone', {
      Name,
      HostedZoneConfig,
      CallerReference: randomUUID(),
    })
    const Id = bareId(answer.HostedZone.Id)
    context.allocated(Id)
    await retag('hostedzone', Id, [properties.HostedZoneTags, undefined], context)
    await untilInSync(answer, context)
    return {physicalId: Id, attributes: {Id, NameServers: answer.DelegationSet.NameServers}}
  },
  async update(Id, properties, previous, context) {
    refuse('HostedZone', properties, ['HostedZoneFeatures', 'QueryLoggingConfig', 'VPCs'])
    const {Comment = ''} = properties.HostedZoneConfig ?? {}
    await call(context, SERVICE, 'UpdateHostedZoneComment', {Id, Comment})
    await retag('hostedzone', Id, [properties.HostedZoneTags, previous.HostedZoneTags], context)
    return {physicalId: Id}
  },
  async read(Id, {Name}, context) {
    const found = await unlessGone(call(context, SERVICE, 'GetHostedZone', {Id}))
    if (!found) return undefined
    const {Comment} = found.HostedZone.Config
    return {Name, HostedZoneConfig: {Comment}, HostedZoneTags: await tagsOf('hostedzone', Id, context)}
  },
  async delete(Id, _properties, context) {
    await unlessGone(call(context, SERVICE, 'DeleteHostedZone', {Id}))
  },
}

async function zoneOf({HostedZoneId, HostedZoneName}: Properties, context: ResourceContext): Promise<string> {
  if (HostedZoneId !== undefined) return HostedZoneId
  const DNSName = normalName(HostedZoneName)
  const {HostedZones} = await call(context, SERVICE, 'ListHostedZonesByName', {DNSName, MaxItems: 1})
  if (HostedZones[0]?.Name !== DNSName) throw new Error(`No hosted zones named ${HostedZoneName} found.`)
  return bareId(HostedZones[0].Id)
}

const recordOf = ({
  HostedZoneId: _,
  HostedZoneName: __,
  Comment: ___,
  ResourceRecords,
  ...rest
}: Properties): Properties => ({
  ...rest,
  ...(ResourceRecords && {ResourceRecords: ResourceRecords.map((Value: string) => ({Value}))}),
})

async function change(
  properties: Properties,
  changes: readonly [action: string, of: Properties][],
  context: ResourceContext,
): Promise<void> {
  const Changes = changes.map(([Action, of]) => ({Action, ResourceRecordSet: recordOf(of)}))
  const input = {
    HostedZoneId: await zoneOf(properties, context),
    ChangeBatch: {Comment: properties.Comment, Changes},
  }
  await untilInSync(await request(context, SERVICE, 'ChangeResourceRecordSets', input), context)
}

const isSame = (left: Properties, right: Properties): boolean =>
  left.Type === right.Type && left.SetIdentifier === right.SetIdentifier

async function present(properties: Properties, context: ResourceContext): Promise<Properties | undefined> {
  const {Name, Type, SetIdentifier} = properties
  const {ResourceRecordSets} = await call(context, SERVICE, 'ListResourceRecordSets', {
    HostedZoneId: await zoneOf(properties, context),
    StartRecordName: Name,
    StartRecordType: Type,
    StartRecordIdentifier: SetIdentifier,
    MaxItems: 1,
  })
  const [found] = ResourceRecordSets
  return found?.Name === shownName(normalName(Name)) && isSame(found, properties) ? found : undefined
}

export const recordSet: ResourceProvider = {
  createOnly: ['HostedZoneId', 'HostedZoneName', 'Name'],
  async create(properties, context) {
    await change(properties, [['CREATE', properties]], context)
    return {physicalId: properties.Name}
  },
  async update(physicalId, properties, previous, context) {
    const changes: [string, Properties][] = isSame(properties, previous)
      ? [['UPSERT', properties]]
      : [
          ['DELETE', previous],
          ['CREATE', properties],
        ]
    await change(properties, changes, context)
    return {physicalId}
  },
  async read(_name, properties, context) {
    const found = await present(properties, context)
    if (!found) return undefined
    const members = ['Type', 'TTL', 'SetIdentifier', 'Weight', 'Failover', 'HealthCheckId']
    return liveOf(found, members, {ResourceRecords: found.ResourceRecords?.map(({Value}: Properties) => Value)})
  },
  /** Whatever it holds now. */
  async delete(_name, properties, context) {
    const found = await unlessGone(present(properties, context))
    if (!found) return
    const Changes = [{Action: 'DELETE', ResourceRecordSet: found}]
    const HostedZoneId = await zoneOf(properties, context)
    await untilInSync(
      await call(context, SERVICE, 'ChangeResourceRecordSets', {HostedZoneId, ChangeBatch: {Changes}}),
      context,
    )
  },
}

/** What a health check forgets where its template no longer has it (ResetElements, UpdateHealthCheck). */
const RESETTABLE = ['ChildHealthChecks', 'FullyQualifiedDomainName', 'Regions', 'ResourcePath']
/** What UpdateHealthCheck cannot change. */
const FIXED = ['MeasureLatency', 'RequestInterval', 'RoutingControlArn', 'Type']

export const healthCheck: ResourceProvider = {
  tags: {name: 'HealthCheckTags', shape: 'list'},
  createOnly: [],
  async create({HealthCheckConfig, HealthCheckTags}, context) {
    const input = {HealthCheckConfig, CallerReference: randomUUID()}
    const {HealthCheck} = await request(context, SERVICE, 'CreateHealthCheck', input)
    context.allocated(HealthCheck.Id)
    await retag('healthcheck', HealthCheck.Id, [HealthCheckTags, undefined], context)
    return {physicalId: HealthCheck.Id, attributes: {HealthCheckId: HealthCheck.Id}}
  },
  async update(HealthCheckId, properties, previous, context) {
    const [after, before] = [properties.HealthCheckConfig, previous.HealthCheckConfig]
    const fixed = FIXED.find((name) => after[name] !== before[name])
    if (fixed) throw unsupported('UpdateHealthCheck', `a change of ${fixed}`)
    const ResetElements = RESETTABLE.filter((name) => before[name] !== undefined && after[name] === undefined)
    await request(context, SERVICE, 'UpdateHealthCheck', {HealthCheckId, ...after, ResetElements})
    await retag('healthcheck', HealthCheckId, [properties.HealthCheckTags, previous.HealthCheckTags], context)
    return {physicalId: HealthCheckId}
  },
  async read(HealthCheckId, _all, context) {
    const found = await unlessGone(call(context, SERVICE, 'GetHealthCheck', {HealthCheckId}))
    if (!found) return undefined
    const HealthCheckTags = await tagsOf('healthcheck', HealthCheckId, context)
    return {HealthCheckConfig: found.HealthCheck.HealthCheckConfig, HealthCheckTags}
  },
  async delete(HealthCheckId, _properties, context) {
    await unlessGone(call(context, SERVICE, 'DeleteHealthCheck', {HealthCheckId}))
  },
}
