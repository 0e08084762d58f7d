/** Distributions to try the edge with, and origins that note what they are asked. */
import type {IncomingMessage, ServerResponse} from 'node:http'

import type {Lab} from '../../src/kernel.js'
import {AWAY, HOME} from './lab-data-plane.js'

export const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
export const ALL_VIEWER = '216adef6-5c7f-47e4-b989-5492eafa07d3'
export const ALL_VIEWER_EXCEPT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac'
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE']

let counter = 0
/** A name that no other test has. */
export const fresh = (name: string): string => `${name}-${++counter}`

export interface Origin {
  domain: string
  requests: {method: string; url: string; headers: IncomingMessage['headers']; body: string}[]
  answer: (request: IncomingMessage, response: ServerResponse) => void
}

/** A server of a region; it answers with the region's name until told otherwise. */
export async function startOrigin(lab: Lab, region: string): Promise<Origin> {
  const domain = `${fresh('origin')}.execute-api.${region}.amazonaws.com`
  const origin: Origin = {domain, requests: [], answer: (_, response) => response.end(region)}
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    origin.requests.push({
      method: request.method!,
      url: request.url!,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    })
    origin.answer(request, response)
  }

  // Like a custom origin on AWS, it takes whatever Host the edge forwards.
  const anyHost = (): boolean => true
  const {port} = await lab.ports.http(region, domain, (request, response) => void serve(request, response), anyHost)
  lab.hosts.register(domain, region, port)
  return origin
}

export const originConfig = (id: string, domain: string, more: object = {}) => ({
  Id: id,
  DomainName: domain,
  OriginPath: '/prod',
  CustomHeaders: {Quantity: 0},
  ConnectionAttempts: 1,
  ConnectionTimeout: 1,
  CustomOriginConfig: {
    HTTPPort: 80,
    HTTPSPort: 443,
    OriginProtocolPolicy: 'https-only',
    OriginReadTimeout: 1,
    OriginKeepaliveTimeout: 5,
  },
  ...more,
})

/** Two origins, named by their regions; everything goes to home's. */
export const distributionConfig = (home: Origin, away: Origin, behavior: object = {}, more: object = {}) => ({
  CallerReference: fresh('reference'),
  Comment: '',
  Enabled: true,
  Origins: {Quantity: 2, Items: [originConfig(HOME, home.domain), originConfig(AWAY, away.domain)]},
  DefaultCacheBehavior: {
    TargetOriginId: HOME,
    ViewerProtocolPolicy: 'https-only',
    AllowedMethods: {Quantity: METHODS.length, Items: METHODS},
    CachePolicyId: CACHING_DISABLED,
    OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST,
    ...behavior,
  },
  ...more,
})

export interface Edge {
  id: string
  arn: string
  etag: string
  url: string
  domain: string
}

export async function createEdge(lab: Lab, DistributionConfig: object): Promise<Edge> {
  const {Distribution, ETag} = await lab.call('cloudfront', 'CreateDistribution', {DistributionConfig}, HOME)
  const domain = Distribution.DomainName
  return {
    id: Distribution.Id,
    arn: Distribution.ARN,
    etag: ETag,
    domain,
    url: `http://127.0.0.1:${lab.hosts.resolve(domain)?.port}`,
  }
}

/** The ARN of a published function. */
export async function publishFunction(lab: Lab, code: string, store?: string): Promise<string> {
  const Name = fresh('function')
  const associations = store ? {KeyValueStoreAssociations: {Quantity: 1, Items: [{KeyValueStoreARN: store}]}} : {}
  const input = {
    Name,
    FunctionConfig: {Comment: '', Runtime: 'cloudfront-js-2.0', ...associations},
    FunctionCode: Buffer.from(code),
  }
  const {ETag, FunctionSummary} = await lab.call('cloudfront', 'CreateFunction', input, HOME)
  await lab.call('cloudfront', 'PublishFunction', {Name, IfMatch: ETag}, HOME)
  return FunctionSummary.FunctionMetadata.FunctionARN
}

export const behindFunction = (FunctionARN: string) => ({
  FunctionAssociations: {Quantity: 1, Items: [{EventType: 'viewer-request', FunctionARN}]},
})
