/** AWS::CloudFront::Distribution, Function, KeyValueStore and OriginAccessControl. */

import {ACCOUNT} from '../../kernel.js'
import {
  call,
  unlessGone,
  waitUntil,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
  type TagCalls,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {templateConfig} from './template-config.js'
import {tagList, TAGS} from '../../cloudformation/tags.js'

const SERVICE = 'cloudfront'

/** CloudFormation's names for a cache behavior as the API has them: the cached methods sit inside the allowed ones. */
function behavior({
  AllowedMethods = ['GET', 'HEAD'],
  CachedMethods = ['GET', 'HEAD'],
  ...rest
}: Properties): Properties {
  return {
    ...rest,
    AllowedMethods: {Quantity: AllowedMethods.length, Items: AllowedMethods, CachedMethods},
    Compress: rest.Compress ?? false,
    FieldLevelEncryptionId: rest.FieldLevelEncryptionId ?? '',
    FunctionAssociations: rest.FunctionAssociations ?? [],
    LambdaFunctionAssociations: rest.LambdaFunctionAssociations ?? [],
    SmoothStreaming: rest.SmoothStreaming ?? false,
  }
}

const origin = ({OriginCustomHeaders = [], CustomOriginConfig, ...rest}: Properties): Properties => ({
  ...rest,
  OriginPath: rest.OriginPath ?? '',
  CustomHeaders: OriginCustomHeaders,
  ...(CustomOriginConfig ? {CustomOriginConfig: {HTTPPort: 80, HTTPSPort: 443, ...CustomOriginConfig}} : {}),
})

function geoRestriction({Restrictions}: Properties): Properties {
  const {RestrictionType = 'none', Locations = []} = Restrictions?.GeoRestriction ?? {}
  return {GeoRestriction: {RestrictionType, Quantity: Locations.length, Items: Locations}}
}

/** CloudFormation's DistributionConfig as the API's. `CallerReference` makes a creation idempotent. */
export function distributionConfig(config: Properties, CallerReference: string): Properties {
  return {
    ...config,
    CallerReference,
    Aliases: config.Aliases ?? [],
    CacheBehaviors: (config.CacheBehaviors ?? []).map(behavior),
    Comment: config.Comment ?? '',
    CustomErrorResponses: config.CustomErrorResponses ?? [],
    DefaultCacheBehavior: behavior(config.DefaultCacheBehavior),
    DefaultRootObject: config.DefaultRootObject ?? '',
    HttpVersion: config.HttpVersion ?? 'http1.1',
    IsIPV6Enabled: config.IPV6Enabled ?? false,
    Logging: config.Logging
      ? {Enabled: true, IncludeCookies: false, Prefix: '', ...config.Logging}
      : {Enabled: false, IncludeCookies: false, Bucket: '', Prefix: ''},
    OriginGroups: config.OriginGroups ?? [],
    Origins: config.Origins.map(origin),
    PriceClass: config.PriceClass ?? 'PriceClass_All',
    Restrictions: geoRestriction(config),
    ViewerCertificate: config.ViewerCertificate ?? {
      CloudFrontDefaultCertificate: true,
      MinimumProtocolVersion: 'TLSv1',
    },
    WebACLId: config.WebACLId ?? '',
  }
}

const untilDeployed = (Id: string, context: ResourceContext): Promise<Properties> =>
  waitUntil(
    `The distribution ${Id}`,
    () => call(context, SERVICE, 'GetDistribution', {Id}),
    ({Distribution}) => Distribution.Status === 'Deployed',
    600_000,
  )

const tagCalls = (arn: (physicalId: string, all: Properties) => string): TagCalls => ({
  service: SERVICE,
  add: 'TagResource',
  remove: 'UntagResource',
  target: (physicalId, all) => ({Resource: arn(physicalId, all)}),
  shape: 'items',
})

const tagItems = ({Tags}: Properties) => ({Items: tagList(Tags) ?? []})

export const distribution: ResourceProvider = {
  tags: TAGS,
  tagCalls: tagCalls((Id) => `arn:aws:cloudfront::${ACCOUNT}:distribution/${Id}`),
  createOnly: [],
  async create(properties, context) {
    const DistributionConfig = distributionConfig(
      properties.DistributionConfig,
      `${context.stackId}/${context.logicalId}`,
    )
    const {Distribution} = await request(context, SERVICE, 'CreateDistribution', {DistributionConfig})
    const {Id, DomainName, ARN} = Distribution
    context.allocated(Id)
    const Tags = tagItems(properties)
    if (Tags.Items.length > 0) await call(context, SERVICE, 'TagResource', {Resource: ARN, Tags})
    await untilDeployed(Id, context)
    return {physicalId: Id, attributes: {DomainName, Id}}
  },
  async update(Id, properties, _previous, context) {
    const current = await call(context, SERVICE, 'GetDistributionConfig', {Id})
    const DistributionConfig = distributionConfig(
      properties.DistributionConfig,
      current.DistributionConfig.CallerReference,
    )
    await request(context, SERVICE, 'UpdateDistribution', {Id, IfMatch: current.ETag, DistributionConfig})
    await untilDeployed(Id, context)
    return {physicalId: Id}
  },
  async read(Id, _all, context) {
    const found = await unlessGone(call(context, SERVICE, 'GetDistribution', {Id}))
    if (!found) return undefined
    const {Tags} = await call(context, SERVICE, 'ListTagsForResource', {Resource: found.Distribution.ARN})
    return {DistributionConfig: templateConfig(found.Distribution.DistributionConfig), Tags: Tags.Items}
  },
  /** An enabled distribution cannot be deleted: it is disabled first, and that must have spread. */
  async delete(Id, _properties, context) {
    const current = await unlessGone<Properties>(call(context, SERVICE, 'GetDistributionConfig', {Id}))
    if (!current) return
    if (current.DistributionConfig.Enabled) {
      const DistributionConfig = {...current.DistributionConfig, Enabled: false}
      await call(context, SERVICE, 'UpdateDistribution', {Id, IfMatch: current.ETag, DistributionConfig})
    }
    const {ETag} = await untilDeployed(Id, context)
    await unlessGone(call(context, SERVICE, 'DeleteDistribution', {Id, IfMatch: ETag}))
  },
}

const functionInput = ({FunctionConfig, FunctionCode}: Properties): Properties => ({
  FunctionConfig: {Comment: '', ...FunctionConfig},
  FunctionCode: new Uint8Array(Buffer.from(FunctionCode, 'utf8')),
})

async function publish(
  Name: string,
  IfMatch: string,
  properties: Properties,
  context: ResourceContext,
): Promise<string> {
  if (String(properties.AutoPublish) !== 'true') return 'DEVELOPMENT'
  await call(context, SERVICE, 'PublishFunction', {Name, IfMatch})
  return 'LIVE'
}

const functionAttributes = (FunctionARN: string, Stage: string): Properties => ({
  FunctionARN,
  'FunctionMetadata.FunctionARN': FunctionARN,
  Stage,
})

const nameInArn = (arn: string): string => arn.split('/').at(-1) ?? arn

export const cloudFrontFunction: ResourceProvider = {
  tags: TAGS,
  tagCalls: tagCalls((functionArn) => functionArn),
  createOnly: ['Name'],
  async create(properties, context) {
    const {Name} = properties
    const {ETag, FunctionSummary} = await request(context, SERVICE, 'CreateFunction', {
      Name,
      ...functionInput(properties),
      Tags: tagItems(properties),
    })
    const {FunctionARN} = FunctionSummary.FunctionMetadata
    context.allocated(FunctionARN)
    const stage = await publish(Name, ETag, properties, context)
    return {physicalId: FunctionARN, attributes: functionAttributes(FunctionARN, stage)}
  },
  async update(physicalId, properties, _previous, context) {
    const {Name} = properties
    const {ETag: IfMatch} = await call(context, SERVICE, 'DescribeFunction', {Name, Stage: 'DEVELOPMENT'})
    const {ETag} = await request(context, SERVICE, 'UpdateFunction', {Name, IfMatch, ...functionInput(properties)})
    const stage = await publish(Name, ETag, properties, context)
    return {physicalId, attributes: functionAttributes(physicalId, stage)}
  },
  async delete(physicalId, _properties, context) {
    const Name = nameInArn(physicalId)
    const found = await unlessGone<Properties>(call(context, SERVICE, 'DescribeFunction', {Name, Stage: 'DEVELOPMENT'}))
    if (found) await unlessGone(call(context, SERVICE, 'DeleteFunction', {Name, IfMatch: found.ETag}))
  },
}

const describeStore = (Name: string, context: ResourceContext): Promise<Properties> =>
  call(context, SERVICE, 'DescribeKeyValueStore', {Name})

export const keyValueStore: ResourceProvider = {
  tags: TAGS,
  tagCalls: tagCalls((_, {Arn}) => Arn),
  createOnly: ['Name'],
  async create(properties, context) {
    const {Name, Comment, ImportSource} = properties
    await request(context, SERVICE, 'CreateKeyValueStore', {
      Name,
      Comment,
      // The API spells ARN in capitals; the schema's reader minds no case.
      ImportSource,
      Tags: tagItems(properties),
    })
    context.allocated(Name)
    const {KeyValueStore} = await waitUntil(
      `The key value store ${Name}`,
      () => describeStore(Name, context),
      (answer) => answer.KeyValueStore.Status === 'READY',
    )
    return {physicalId: Name, attributes: {Arn: KeyValueStore.ARN, Id: KeyValueStore.Id, Status: KeyValueStore.Status}}
  },
  async update(Name, {Comment = ''}, _previous, context) {
    const {ETag: IfMatch} = await describeStore(Name, context)
    await call(context, SERVICE, 'UpdateKeyValueStore', {Name, Comment, IfMatch})
    return {physicalId: Name}
  },
  async delete(Name, _properties, context) {
    const found = await unlessGone(describeStore(Name, context))
    if (found) await unlessGone(call(context, SERVICE, 'DeleteKeyValueStore', {Name, IfMatch: found.ETag}))
  },
}

export const originAccessControl: ResourceProvider = {
  createOnly: [],
  async create({OriginAccessControlConfig}, context) {
    const {OriginAccessControl} = await request(context, SERVICE, 'CreateOriginAccessControl', {
      OriginAccessControlConfig,
    })
    return {physicalId: OriginAccessControl.Id, attributes: {Id: OriginAccessControl.Id}}
  },
  async update(Id, {OriginAccessControlConfig}, _previous, context) {
    const {ETag: IfMatch} = await call(context, SERVICE, 'GetOriginAccessControl', {Id})
    await request(context, SERVICE, 'UpdateOriginAccessControl', {Id, IfMatch, OriginAccessControlConfig})
    return {physicalId: Id}
  },
  async read(Id, _all, context) {
    const found = await unlessGone(call(context, SERVICE, 'GetOriginAccessControl', {Id}))
    return found && {OriginAccessControlConfig: found.OriginAccessControl.OriginAccessControlConfig}
  },
  async delete(Id, _properties, context) {
    const found = await unlessGone(call(context, SERVICE, 'GetOriginAccessControl', {Id}))
    if (found) await unlessGone(call(context, SERVICE, 'DeleteOriginAccessControl', {Id, IfMatch: found.ETag}))
  },
}
