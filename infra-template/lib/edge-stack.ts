import {readFileSync} from 'node:fs'
import {CfnOutput, RemovalPolicy} from 'aws-cdk-lib'
import {
  CachePolicy,
  CfnDistribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionRuntime,
  ImportSource,
  KeyValueStore,
  OriginRequestPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import type {Construct} from 'constructs'
import {STAGE, type ApiStack} from './api-stack.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'

/** The KeyValueStore entry whose value is the serving region's name. */
export const ROUTING_KEY = 'serving'

/** Seconds. Longer than the functions' timeout, so that an answer which the API still gives is not thrown away. */
const ORIGIN_READ_TIMEOUT = 15

export interface EdgeStackProps extends RegionStackProps {
  /** By region; the region's name is the origin's id. */
  apis: Record<string, ApiStack>
}

/**
 * The one address that clients know. Which region serves is read from the KeyValueStore on every request, so that no
 * later deployment can revert a failover: the template holds the store's first content only.
 */
export class EdgeStack extends RegionStack {
  readonly distribution: CfnDistribution
  readonly store: KeyValueStore
  readonly url: string

  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, props)
    const {home, away} = this.config

    this.store = new KeyValueStore(this, 'Routing', {
      keyValueStoreName: `${this.names.lower}-routing`,
      comment: 'Which region serves',
      source: ImportSource.fromInline(JSON.stringify({data: [{key: ROUTING_KEY, value: home}]})),
    })
    this.store.applyRemovalPolicy(this.config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY)

    const viewerRequest = new EdgeFunction(this, 'ViewerRequest', {
      functionName: `${this.names.lower}-viewer-request`,
      comment: 'Chooses the origin by the KeyValueStore',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(viewerRequestCode(home, away)),
      keyValueStore: this.store,
    })

    this.distribution = new CfnDistribution(this, 'Distribution', {
      distributionConfig: {
        comment: this.config.app,
        enabled: true,
        httpVersion: 'http2and3',
        ipv6Enabled: true,
        origins: [home, away].map((region) => ({
          id: region,
          domainName: props.apis[region]!.domainName,
          originPath: `/${STAGE}`,
          connectionAttempts: 1,
          connectionTimeout: 3,
          customOriginConfig: {
            originProtocolPolicy: 'https-only',
            originSslProtocols: ['TLSv1.2'],
            originReadTimeout: ORIGIN_READ_TIMEOUT,
            originKeepaliveTimeout: 30,
          },
        })),
        defaultCacheBehavior: {
          // Only a placeholder: the function chooses the origin of every request, or answers itself.
          targetOriginId: home,
          viewerProtocolPolicy: 'https-only',
          allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
          cachedMethods: ['GET', 'HEAD'],
          compress: false,
          cachePolicyId: CachePolicy.CACHING_DISABLED.cachePolicyId,
          originRequestPolicyId: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER.originRequestPolicyId,
          functionAssociations: [{eventType: 'viewer-request', functionArn: viewerRequest.functionArn}],
        },
      },
    })
    this.url = `https://${this.distribution.attrDomainName}`

    new CfnOutput(this, 'EdgeUrl', {value: this.url})
    new CfnOutput(this, 'DistributionId', {value: this.distribution.ref})
    new CfnOutput(this, 'KeyValueStoreArn', {value: this.store.keyValueStoreArn})
  }
}

/** The function's text with the two regions put in: a CloudFront Function knows no environment. */
export function viewerRequestCode(home: string, away: string): string {
  const text = readFileSync(new URL('../edge/viewer-request.js', import.meta.url), 'utf8')
  return text.replaceAll('__HOME_REGION__', home).replaceAll('__AWAY_REGION__', away)
}
