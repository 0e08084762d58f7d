import type * as Api from '@aws-sdk/client-cloudfront'

import {edgeConfig, type EdgeConfig} from '../../data-plane/edge/edge-config.js'
import type {EdgeFunction} from '../../data-plane/edge/edge-function.js'
import {EdgeMetrics} from '../../data-plane/edge/edge-metrics.js'
import {EdgeServer, type ServedDistribution} from '../../data-plane/edge/edge-server.js'
import {OriginClient} from '../../data-plane/edge/origin-client.js'
import {OriginNames} from '../../data-plane/edge/origin-names.js'
import {randomId} from '../../data-plane/http.js'
import {ACCOUNT, fault, type Lab, type Listener, type Operation} from '../../kernel.js'
import {checkMatch} from './faults.js'
import {invalidationOperations, type Invalidated} from './invalidations.js'
import {pageOf} from './page.js'

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const newTag = (): string => `E${randomId(13, UPPER)}`

/** The functions that behaviors name. */
export interface FunctionSource {
  isPublished(arn: string): boolean
  atEdge(arn: string): EdgeFunction | undefined
}

class DistributionRecord implements Invalidated, ServedDistribution {
  readonly id = `E${randomId(13, UPPER)}`
  readonly arn = `arn:aws:cloudfront::${ACCOUNT}:distribution/${this.id}`
  readonly domainName = `d${randomId(13)}.cloudfront.net`
  etag = newTag()
  status: 'Deployed' | 'InProgress' = 'InProgress'
  modifiedAt = new Date()
  tags: Api.Tag[] = []
  readonly invalidations: Api.Invalidation[] = []
  /** Its edge, and where that listens. */
  server: EdgeServer | undefined
  listener: Listener | undefined
  private atEdge: EdgeConfig | undefined

  constructor(
    public config: Api.DistributionConfig,
    private readonly functions: FunctionSource,
  ) {}

  served(): EdgeConfig | undefined {
    return this.atEdge
  }

  function(arn: string): EdgeFunction | undefined {
    return this.functions.atEdge(arn)
  }

  forget(matches: (path: string) => boolean): void {
    this.server?.forget(matches)
  }

  /** The edge goes on serving the old configuration until the new one has spread. */
  deploy(config: Api.DistributionConfig, edge: EdgeConfig, ms: number): void {
    this.config = config
    this.etag = newTag()
    this.modifiedAt = new Date()
    this.status = 'InProgress'
    const {etag} = this
    const arrive = () => {
      this.atEdge = edge
      if (this.etag === etag) this.status = 'Deployed'
    }

    if (ms === 0) arrive()
    else setTimeout(arrive, ms).unref()
  }

  describe(): Api.Distribution {
    return {
      Id: this.id,
      ARN: this.arn,
      Status: this.status,
      LastModifiedTime: this.modifiedAt,
      InProgressInvalidationBatches: this.invalidations.filter(({Status}) => Status === 'InProgress').length,
      DomainName: this.domainName,
      ActiveTrustedSigners: {Enabled: false, Quantity: 0},
      ActiveTrustedKeyGroups: {Enabled: false, Quantity: 0},
      DistributionConfig: this.config,
    }
  }

  summary(): Api.DistributionSummary {
    const {
      CallerReference: _,
      Logging: __,
      DefaultRootObject: ___,
      ContinuousDeploymentPolicyId: ____,
      ...config
    } = this.config
    const none = {Quantity: 0}
    return {
      ...config,
      Id: this.id,
      ARN: this.arn,
      ETag: this.etag,
      Status: this.status,
      LastModifiedTime: this.modifiedAt,
      DomainName: this.domainName,
      Aliases: config.Aliases ?? none,
      CacheBehaviors: config.CacheBehaviors ?? none,
      CustomErrorResponses: config.CustomErrorResponses ?? none,
      PriceClass: config.PriceClass ?? 'PriceClass_All',
      ViewerCertificate: config.ViewerCertificate ?? {CloudFrontDefaultCertificate: true},
      Restrictions: config.Restrictions ?? {GeoRestriction: {RestrictionType: 'none', Quantity: 0}},
      WebACLId: config.WebACLId ?? '',
      HttpVersion: config.HttpVersion ?? 'http2',
      IsIPV6Enabled: config.IsIPV6Enabled ?? false,
      Staging: config.Staging ?? false,
    }
  }
}

/** Distributions: their configurations and, for each, an edge that serves what has spread of it. */
export class Distributions {
  readonly operations: Record<string, Operation>
  private readonly records = new Map<string, DistributionRecord>()
  private readonly origins: OriginClient

  constructor(
    private readonly lab: Lab,
    private readonly functions: FunctionSource,
    private readonly controls: {has(id: string): boolean},
  ) {
    this.origins = new OriginClient(new OriginNames(lab.hosts, (name) => lab.service('route53').cname(name)))
    lab.onStop(() => this.origins.close())
    this.operations = {
      CreateDistribution: (input: Api.CreateDistributionRequest) => this.create(input.DistributionConfig, []),
      CreateDistributionWithTags: ({DistributionConfigWithTags: given}: Api.CreateDistributionWithTagsRequest) =>
        this.create(given?.DistributionConfig, given?.Tags?.Items ?? []),
      GetDistribution: ({Id}: Api.GetDistributionRequest): Api.GetDistributionResult => {
        const record = this.find(Id)
        return {Distribution: record.describe(), ETag: record.etag}
      },
      GetDistributionConfig: ({Id}: Api.GetDistributionConfigRequest): Api.GetDistributionConfigResult => {
        const {config, etag} = this.find(Id)
        return {DistributionConfig: config, ETag: etag}
      },
      UpdateDistribution: (input: Api.UpdateDistributionRequest) => this.update(input),
      DeleteDistribution: (input: Api.DeleteDistributionRequest) => this.delete(input),
      ListDistributions: (input: Api.ListDistributionsRequest): Api.ListDistributionsResult => {
        const summaries = this.all().map((record) => record.summary())
        return {DistributionList: pageOf(summaries, input, ({Id}) => Id)}
      },
      ...invalidationOperations(lab, (id) => this.find(id)),
    }
  }

  /** Whether a distribution names this function. */
  uses(functionArn: string): boolean {
    return [...this.records.values()].some(({config}) => functionsOf(config).includes(functionArn))
  }

  all(): DistributionRecord[] {
    return [...this.records.values()]
  }

  private async create(
    config: Api.DistributionConfig | undefined,
    tags: Api.Tag[],
  ): Promise<Api.CreateDistributionResult> {
    if (!config?.CallerReference) throw fault('MissingBody', 'DistributionConfig and its CallerReference are required')
    const same = [...this.records.values()].find((one) => one.config.CallerReference === config.CallerReference)
    if (same) {
      throw fault(
        'DistributionAlreadyExists',
        `The caller reference that you are using to create a distribution is associated with another distribution. Already exists: ${same.id}`,
        409,
      )
    }

    const edge = this.checked(config)
    const record = new DistributionRecord(config, this.functions)
    record.tags = tags
    this.records.set(record.id, record)
    const metrics = new EdgeMetrics(this.lab, record.id)
    const server = new EdgeServer(record, this.origins, metrics, (text) => this.lab.log('edge', text))
    record.server = server
    record.listener = await this.lab.ports.http(
      undefined,
      record.domainName,
      (request, response) => server.handle(request, response),
      (hostname) => record.served()?.aliases.has(hostname) === true,
    )
    this.lab.hosts.register(record.domainName, undefined, record.listener.port)
    record.deploy(config, edge, this.lab.profile.distributionMs)
    return {
      Distribution: record.describe(),
      ETag: record.etag,
      Location: `https://cloudfront.amazonaws.com/2020-05-31/distribution/${record.id}`,
    }
  }

  private update({
    Id,
    IfMatch,
    DistributionConfig: config,
  }: Api.UpdateDistributionRequest): Api.UpdateDistributionResult {
    const record = this.find(Id)
    checkMatch(IfMatch, record.etag)
    if (config?.CallerReference !== record.config.CallerReference || !config) {
      throw fault('IllegalUpdate', 'The update contains modifications that are not allowed: CallerReference.')
    }

    record.deploy(config, this.checked(config), this.lab.profile.distributionMs)
    return {Distribution: record.describe(), ETag: record.etag}
  }

  private async delete({Id, IfMatch}: Api.DeleteDistributionRequest): Promise<object> {
    const record = this.find(Id)
    checkMatch(IfMatch, record.etag)
    if (record.config.Enabled || record.status !== 'Deployed') {
      throw fault('DistributionNotDisabled', 'The distribution you are trying to delete has not been disabled.', 409)
    }

    this.records.delete(record.id)
    this.lab.hosts.unregister(record.domainName)
    await record.listener?.close()
    return {}
  }

  private checked(config: Api.DistributionConfig): EdgeConfig {
    for (const {OriginAccessControlId: control} of config.Origins?.Items ?? [])
      if (control && !this.controls.has(control))
        throw fault('InvalidOriginAccessControl', 'The origin access control is not valid.')
    const edge = edgeConfig(config)
    const missing = functionsOf(config).find((arn) => !this.functions.isPublished(arn))
    if (missing)
      throw fault('InvalidFunctionAssociation', `The function ${missing} does not exist or is not published.`)
    return edge
  }

  private find(id: string | undefined): DistributionRecord {
    const record = this.records.get(id ?? '')
    if (!record) throw fault('NoSuchDistribution', 'The specified distribution does not exist.', 404)
    return record
  }
}

const functionsOf = ({DefaultCacheBehavior, CacheBehaviors}: Api.DistributionConfig): string[] =>
  [DefaultCacheBehavior, ...(CacheBehaviors?.Items ?? [])].flatMap((behavior) =>
    (behavior?.FunctionAssociations?.Items ?? []).map(({FunctionARN}) => FunctionARN ?? ''),
  )
