/**
 * AWS's list prices in us-east-1, in US dollars, without free tiers. The one place to renew them, with their date.
 * Source: AWS's pricing pages, written down from memory; none was fetched when this file was written. An estimate rests on
 * them, no bill: check them against https://calculator.aws before you decide anything by them.
 */
export const PRICES_DATE = '2025-12'
export const PRICES_REGION = 'us-east-1'
export const PRICES_SOURCE = "AWS's pricing pages, from memory; check them at https://calculator.aws"

/** As AWS's own calculator counts a month. */
export const HOURS_A_MONTH = 730

export const PRICES = {
  /** Aurora Serverless v2, Standard, an ACU and hour. */
  auroraAcuHour: 0.12,
  /** A GB and month. */
  auroraStorageGb: 0.1,
  /** A million. */
  auroraIo: 0.2,
  /** Replicated write I/Os of a global database, a million. */
  auroraReplicatedIo: 0.2,
  /** RDS Proxy before Serverless v2: an ACU and hour, at least 8 of them. */
  proxyAcuHour: 0.015,
  proxyMinimumAcu: 8,
  /** An interface endpoint in one zone, an hour. */
  endpointZoneHour: 0.01,
  natGatewayHour: 0.045,
  /** A customer managed key, a month. Each of its first two rotations adds as much again. */
  kmsKey: 1,
  /** A secret, and likewise each replica, a month. */
  secret: 0.4,
  wafAcl: 5,
  /** A rule, or a group of AWS's managed rules, a month. */
  wafRule: 1,
  /** Of Route 53, within AWS, a month. */
  healthCheck: 0.5,
  /** A million requests through a web ACL. */
  wafRequests: 0.6,
  /** A client for client credentials, a month. */
  cognitoClient: 6,
  /** A thousand tokens. */
  cognitoTokens: 2.25,
  /** A metric that an alarm watches, a month. */
  alarmMetric: 0.1,
  /** A custom dashboard, a month; the first three of an account are free. */
  dashboard: 3,
  /** A GB taken in. */
  logsGb: 0.5,
  flowLogsGb: 0.5,
  /** A million requests. */
  apiRequests: 3.5,
  lambdaRequests: 0.2,
  edgeRequests: 1,
} as const

/** What the estimate takes a month to hold beside what stands still: a rehearsal's worth, not a customer's. */
export const USAGE = {
  storageGb: 10,
  /** Millions. */
  ios: 10,
  replicatedIos: 2,
  /** Tokens of one client: one an hour. */
  tokens: HOURS_A_MONTH,
  logsGb: 1,
  flowLogsGb: 1,
} as const
