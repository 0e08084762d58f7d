import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {CfnOutput, Stage} from 'aws-cdk-lib'
import {
  CachePolicy,
  CfnDistribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionRuntime,
  ImportSource,
  KeyValueStore,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import type {Construct} from 'constructs'
import {acknowledge} from './acknowledge.js'
import {Alarms, alarmTopic} from './alarms.js'
import type {ApiStack} from './api-stack.js'
import {dataKey} from './data-key.js'
import {EDGE_HEADER, edgeKey} from './edge-lock.js'
import {EdgeLog} from './edge-log.js'
import {Firewall} from './firewall.js'
import {logGroup} from './logs.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'
import {STAGE} from './rest-api.js'

/** The KeyValueStore entry whose value is the serving region's name. */
export const ROUTING_KEY = 'serving'

/** Seconds. Longer than the functions' timeout, so that an answer which the API still gives is not thrown away. */
const ORIGIN_READ_TIMEOUT = 15

/**
 * All for which a distribution can say how long it keeps them. Source: CloudFront developer guide, "How CloudFront processes HTTP 4xx
 * and 5xx status codes from your origin".
 */
const KEPT_ERRORS = [400, 403, 404, 405, 414, 500, 501, 502, 503, 504]

export interface EdgeStackProps extends RegionStackProps {
  /** By region; the region's name is the origin's id. */
  apis: Record<string, ApiStack>
}

/**
 * The distribution, and what says which region it sends clients to. By default that is read from the KeyValueStore on every request, so
 * that no later deployment can revert a failover: the template holds the store's first content only. With the route `origin` it is the
 * origin of the default behavior, and with `route53` the distribution asks clients' own name.
 */
export class EdgeStack extends RegionStack {
  readonly distribution: CfnDistribution
  /** Of the route `keyvaluestore`. */
  readonly store?: KeyValueStore
  readonly url: string

  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, props)
    const {route, domain, lockToEdge} = this.config
    const firewall = new Firewall(this, 'Firewall', {name: this.names.lower, before: 'edge'})
    if (route === 'keyvaluestore') this.store = this.routing()
    const viewerRequest = this.store && this.viewerRequest(this.store)
    const origins = domain === undefined ? this.origins(props) : [{id: 'name', domainName: domain}]

    this.distribution = new CfnDistribution(this, 'Distribution', {
      distributionConfig: {
        comment: this.config.app,
        enabled: true,
        httpVersion: 'http2and3',
        ipv6Enabled: true,
        webAclId: firewall.arn,
        origins: origins.map((origin) => ({
          ...origin,
          connectionAttempts: 1,
          connectionTimeout: 3,
          ...(lockToEdge && {
            originCustomHeaders: [{headerName: EDGE_HEADER, headerValue: edgeKey(this.names.edgeSecret)}],
          }),
          customOriginConfig: {
            originProtocolPolicy: 'https-only',
            originSslProtocols: ['TLSv1.2'],
            originReadTimeout: ORIGIN_READ_TIMEOUT,
            originKeepaliveTimeout: 30,
          },
        })),
        // CloudFront keeps errors for 10 s, even where nothing is to be cached: reads would fail for longer than the region.
        customErrorResponses: KEPT_ERRORS.map((errorCode) => ({errorCode, errorCachingMinTtl: 0})),
        defaultCacheBehavior: {
          // Only a placeholder where a function chooses the origin of every request, or answers itself.
          targetOriginId: origins[0]!.id,
          viewerProtocolPolicy: 'https-only',
          allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
          cachedMethods: ['GET', 'HEAD'],
          compress: false,
          cachePolicyId: CachePolicy.CACHING_DISABLED.cachePolicyId,
          originRequestPolicyId: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER.originRequestPolicyId,
          responseHeadersPolicyId: ResponseHeadersPolicy.SECURITY_HEADERS.responseHeadersPolicyId,
          ...(viewerRequest && {
            functionAssociations: [{eventType: 'viewer-request', functionArn: viewerRequest.functionArn}],
          }),
        },
      },
    })
    this.url = `https://${domain ?? this.distribution.attrDomainName}`
    this.watch()
    this.acknowledgeFindings()

    new CfnOutput(this, 'EdgeUrl', {value: this.url})
    new CfnOutput(this, 'DistributionId', {value: this.distribution.ref})
    if (this.store) new CfnOutput(this, 'KeyValueStoreArn', {value: this.store.keyValueStoreArn})
  }

  /** The APIs, home first. */
  private origins({apis}: EdgeStackProps): {id: string; domainName: string; originPath: string}[] {
    const {home, away} = this.config
    return [home, away].map((id) => ({id, domainName: apis[id]!.domainName, originPath: `/${STAGE}`}))
  }

  /** Goes with its stack even where data is protected: it holds no data, and its name would stand in the way of the next one. */
  private routing(): KeyValueStore {
    return new KeyValueStore(this, 'Routing', {
      keyValueStoreName: `${this.names.lower}-routing`,
      comment: 'Which region serves',
      source: ImportSource.fromAsset(this.firstRoute(this.config.home)),
    })
  }

  private viewerRequest(keyValueStore: KeyValueStore): EdgeFunction {
    const {home, away} = this.config
    return new EdgeFunction(this, 'ViewerRequest', {
      functionName: `${this.names.lower}-viewer-request`,
      comment: 'Chooses the origin by the KeyValueStore',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(viewerRequestCode(home, away)),
      keyValueStore,
    })
  }

  /** A file of the store's first content. It lies in the assembly: ImportSource.fromInline would leave one in the temporary folder. */
  private firstRoute(region: string): string {
    const file = join(Stage.of(this)!.outdir, 'routing.json')
    writeFileSync(file, JSON.stringify({data: [{key: ROUTING_KEY, value: region}]}))
    return file
  }

  /** Logs and alarm of the edge, which AWS keeps in us-east-1 whatever the two regions are. */
  private watch(): void {
    const {app, protect, alarmEmail: email} = this.config
    const name = this.names.lower
    const key = dataKey(this, 'Key', {description: `${app}: logs and alarms of the edge`, protect})
    new EdgeLog(this, 'Log', {
      name,
      distributionArn: this.formatArn({
        service: 'cloudfront',
        region: '',
        resource: 'distribution',
        resourceName: this.distribution.ref,
      }),
      logGroup: logGroup(this, 'AccessLog', {name: `/aws/cloudfront/${name}`, key, protect}),
    })
    const topic = alarmTopic(this, 'AlarmTopic', {name: `${name}-edge-alarms`, key, email})
    new Alarms(this, 'Alarms', {prefix: `${name}-edge`, topic}).edge(this.distribution.ref)
  }

  private acknowledgeFindings(): void {
    const {distribution} = this
    acknowledge(distribution, 'CFR1', 'Who may call is a matter of tokens; where callers are is for the owner to know.')
    acknowledge(
      distribution,
      'CFR3',
      "Version 2 of CloudFront's standard logs is delivered to a log group; the rule knows the version with a bucket only.",
    )
    acknowledge(
      distribution,
      'CFR4',
      "CloudFront's own certificate takes TLS 1.0 and later; a floor of TLS 1.2 needs a domain and a certificate of one's own (ViewerCertificate).",
    )
  }
}

/** The function's text with the two regions put in: a CloudFront Function knows no environment. */
export function viewerRequestCode(home: string, away: string): string {
  const text = readFileSync(new URL('../edge/viewer-request.js', import.meta.url), 'utf8')
  return text.replaceAll('__HOME_REGION__', home).replaceAll('__AWAY_REGION__', away)
}
