/**
 * What the parts of the lab know of each other. The lab is a separate program: it imports nothing of the CLI.
 * One `Lab` is built in main.ts; services, resource providers and data planes receive it.
 */

import type {IncomingMessage, ServerResponse} from 'node:http'
import type {Socket} from 'node:net'

import type {Quota, ServiceApi} from './service.js'

/** The lab's only account. */
export const ACCOUNT = '000000000000'

/** The access key of the lab's administrator. Its secret is another one in each lab. */
export const ADMINISTRATOR_KEY_ID = 'lab'

/** The region in which AWS runs the control planes of global services. */
export const GLOBAL_CONTROL_REGION = 'us-east-1'

/** What befalls calls, at rates of 0 to 1. */
export interface Forecast {
  /** Of all calls: refused with a throttle. */
  throttleRate: number
  /** Of all calls: failed with a 500; half of them have acted before the answer is lost. */
  errorRate: number
  /** Of the calls that only read: they begin after `slowMs`. */
  slowRate: number
  slowMs: number
  /** Of the calls that change something: they are carried out, and the connection is reset in place of the answer. */
  lostRate: number
  /** The same seed and the same order of calls give the same weather. */
  seed: number
}

/**
 * Delays in milliseconds. `instant` has none; `paced` has published orders of magnitude, scaled to a demonstration; `hostile` has what
 * AWS is allowed to do.
 */
export interface Profile {
  name: 'instant' | 'paced' | 'hostile'
  /** From the acceptance of FailoverGlobalCluster or SwitchoverGlobalCluster to the promotion. */
  promotionMs: number
  /** From the call that makes one to its being available. A lab that starts with its stacks has waited for them already. */
  makingMs: {cluster: number; instance: number; proxy: number}
  /** From a KeyValueStore write to its being seen by the edge. */
  keyValueStoreMs: number
  /** From UpdateDistribution to `Deployed`. */
  distributionMs: number
  /** From the return of a lost region to the start of rebuilding its volume after a failover. */
  rejoinMs: number
  /** After its acceptance, a switch is not shown by DescribeGlobalClusters for so long. */
  hiddenMs: number
  /** What is read of a status over the wire may be so old. */
  staleMs: number
  /** From a promotion to its being seen by RDS Proxy, which keeps clients waiting. */
  proxyMs: number
  /** From the first node of the edge that sees a KeyValueStore write to the last. */
  spreadMs: number
  /** The start of a function's execution environment takes so long at least. */
  coldMs: number
  /** A name that has changed is resolved as before for so long: the resolvers have kept the old answer. */
  dnsMs: number
  /** From a change of Route 53's records to its being served, and INSYNC. */
  dnsChangeMs: number
  /** What an interval of Route 53's health checks, and a period of an alarm that one of them follows, is multiplied by: 0 to 1. */
  healthPace: number
  /** From the start on. */
  weather: Omit<Forecast, 'seed'>
  /** Of a cluster's engine, whose server restarts midway. */
  upgradeMs: number
}

/** Names in AWS's shape -> where on loopback they are served. The lab's DNS. */
export interface Hosts {
  /** Later registrations replace earlier ones. `region` undefined: a global name, such as the edge's. */
  register(hostname: string, region: string | undefined, port: number): void
  unregister(hostname: string): void
  /** Undefined where the name does not resolve. */
  resolve(hostname: string): {port: number; region: string | undefined} | undefined
  /** The names of one region only: what the resolver of a function in a network is given, so that it can never lean on another region. */
  ofRegion(region: string): Record<string, number>
  /** Those names of all regions that anybody on the Internet may use. */
  onInternet(): Record<string, number>
  all(): {hostname: string; region: string | undefined; port: number}[]
}

export interface Listener {
  readonly port: number
  close(): Promise<void>
}

/**
 * Loopback listeners that live and die with a region: when the region is lost, the socket is closed and open connections
 * are reset (or, in hang mode, accepted and never answered); when it is back, the same port is served again.
 */
export interface Ports {
  /** Answers to loopback, to the names that `Hosts` leads to this port, and to what `alias` (lower case) accepts; other hosts are refused. */
  http(
    region: string | undefined,
    name: string,
    handler: (request: IncomingMessage, response: ServerResponse) => void,
    alias?: (hostname: string) => boolean,
  ): Promise<Listener>
  tcp(region: string | undefined, name: string, onConnection: (socket: Socket) => void): Promise<Listener>
}

export type FaultKind = 'region-loss' | 'database-crash' | 'api-outage' | 'partition'

export interface Fault {
  kind: FaultKind
  region: string
  /** How a lost region fails: connections refused and reset (default), or accepted and never answered. */
  mode: 'refuse' | 'hang'
  startedAt: number
}

/**
 * The nemesis. `region-loss`: everything of the region. `database-crash`: its mariadbd is killed and stays down.
 * `api-outage`: its API Gateway answers 503. `partition`: the replication link to the region is cut, its servers live on.
 */
export interface Faults {
  active(): Fault[]
  has(kind: FaultKind, region: string): boolean
  /** region-loss of that region. */
  lost(region: string): boolean
  start(fault: {kind: FaultKind; region: string; mode?: 'refuse' | 'hang'}): Promise<void>
  lift(fault: {kind: FaultKind; region: string}): Promise<void>
  /** Replication lag: bytes from primary to replica are delayed by so many milliseconds. */
  lagMs(): number
  setLag(ms: number): void
  /** Handlers run in registration order and are awaited: the fault is in force when `start` returns. */
  onStart(handler: (fault: Fault) => Promise<void> | void): void
  onLift(handler: (fault: Fault) => Promise<void> | void): void
  onLag(handler: (ms: number) => void): void
}

/** Keys as sts:AssumeRole hands them out. */
export interface SessionKeys {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
}

/** The lab's certificate authority, made once for each lab. Files are PEM; keys are 0600. */
export interface Pki {
  caFile: string
  /** A server certificate for these DNS names (wildcards allowed) and 127.0.0.1. */
  issue(name: string, dnsNames: string[]): Promise<{certFile: string; keyFile: string}>
}

export interface CallContext {
  /** From the SigV4 scope, or the X-Amz-Region-Set of SigV4A. */
  region: string
  requestId: string
  /** Who signed the call; undefined inside the lab and for what AWS leaves unsigned. */
  callerArn?: string
  callerId?: string
}

/** Typed input -> typed output of one AWS operation over the lab's state. Throws `fault(...)` for what AWS refuses. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Operation = (input: any, context: CallContext) => unknown

/** Something that exists and bears tags, as the Resource Groups Tagging API lists it. */
export interface TaggedResource {
  arn: string
  tags: readonly {Key?: string; Value?: string}[]
}

/** One AWS service. Where `operations` lacks a name, the router answers 501 `NotImplemented: service.Operation`. */
export interface Service {
  readonly api: ServiceApi
  readonly operations: Record<string, Operation>
  /** What of this service exists in a region and can be tagged, whether it bears tags or not. */
  tagged?(region: string): TaggedResource[]
  /** Those that the lab enforces. */
  readonly quotas?: readonly Quota[]
}

/** How to reach a region's server directly, past the proxy, with all privileges. */
export interface DatabaseStatus {
  host: '127.0.0.1'
  /** 0 while the server is down. */
  port: number
  user: string
  /** Mode 0600. */
  passwordFile: string
  name: string
  /** Of the server; empty while it is down. */
  pids: number[]
}

/** A stack whose operation has ended. */
export interface SettledStack {
  readonly name: string
  readonly status: string
  readonly reason?: string
  /** Oldest first. */
  readonly events: readonly {
    LogicalResourceId: string
    ResourceType: string
    ResourceStatus: string
    ResourceStatusReason?: string
  }[]
}

/** An object in a bucket. */
export interface S3Place {
  bucket: string
  key: string
  versionId?: string
}

/** The newest commit of a branch, with its files as a zip archive. */
export interface SourceTree {
  commitId: string
  message: string
  authoredAt: Date
  committedAt: Date
  zip: Uint8Array
}

/** What a pipeline asks of a build project: it brings the sources and says where the artifacts go. */
export interface PipelineBuild {
  projectName: string
  pipeline: string
  /** By the name of the artifact; the first one is the primary source. */
  inputs: ReadonlyMap<string, S3Place & {revision: string | undefined}>
  outputs: ReadonlyMap<string, S3Place>
  variables: readonly {name?: string; value?: string; type?: string}[]
}

export interface EndedBuild {
  status: 'SUCCEEDED' | 'FAILED' | 'FAULT' | 'TIMED_OUT' | 'STOPPED'
  /** Of the first phase that has failed. */
  failure?: string
  exported: Readonly<Record<string, string>>
}

export interface StartedBuild {
  id: string
  /** Never rejects. */
  ended: Promise<EndedBuild>
}

/** What an alarm on one metric watches, as Route 53 keeps it: `CloudWatchAlarmConfiguration` of its API. */
export interface WatchedMetric {
  Namespace: string
  MetricName: string
  Dimensions: {Name: string; Value: string}[]
  Statistic: 'Average' | 'Maximum' | 'Minimum' | 'SampleCount' | 'Sum'
  /** Seconds. */
  Period: number
  EvaluationPeriods: number
  Threshold: number
  ComparisonOperator:
    'GreaterThanOrEqualToThreshold' | 'GreaterThanThreshold' | 'LessThanOrEqualToThreshold' | 'LessThanThreshold'
}

/** What services offer each other and the lab itself beside AWS's operations, by signing name: none imports another. */
export interface Offers {
  cloudformation: {
    /** The stack once its running operation has ended, well or badly. Throws `ValidationError` where there is none. */
    settled(nameOrId: string, region: string): Promise<SettledStack>
  }
  codebuild: {
    /** Starts a build. Throws what StartBuild throws. */
    buildForPipeline(build: PipelineBuild, region: string): StartedBuild
  }
  codecommit: {
    /** Throws what GetBranch throws. */
    sourceOf(repositoryName: string, branch: string, region: string): Promise<SourceTree>
  }
  codeconnections: {
    /** What a person does in AWS's console: the connection can be used from then on. It is made where there is none of this ARN. */
    complete(connectionArn: string): void
    /** Makes an empty repository `owner/name` outside of AWS, unless there is one. */
    makeRepository(name: string): Promise<void>
    /** Where git finds the repositories outside, each below it by its name. */
    readonly gitUrl: string
    /** Undefined where there is no such repository, or no such branch in it. */
    sourceOf(repository: string, branch: string): Promise<SourceTree | undefined>
  }
  codepipeline: {
    /** Tells the pipelines that a branch of a repository outside has changed. */
    startByPush(repository: string, branch: string): Promise<void>
    /** Starts an execution for the rule of this ARN. Throws what StartPipelineExecution throws. */
    startByRule(pipelineArn: string, region: string, ruleArn: string): void
  }
  iam: {
    hasRole(arn: string): boolean
    /** Makes a role, at the path `/`, that no template makes. */
    addRole(name: string): void
  }
  lambda: {
    /** Of the region's function environments. */
    pids(region: string): number[]
  }
  monitoring: {
    /** What the region's alarm of this name watches; undefined where there is none, or where it watches more than one metric. */
    watched(alarmName: string, region: string): WatchedMetric | undefined
    /**
     * What the data of a metric say now, whatever the state of an alarm on it. `pace`: what a period is multiplied by. Undefined where the
     * data are not enough to say.
     */
    isBreached(watched: WatchedMetric, region: string, pace: number): boolean | undefined
  }
  rds: {
    /** Finds or fetches the database engine before the first cluster needs it. */
    prepare(onProgress?: (text: string) => void): Promise<void>
    /** The region's database, or undefined where the region has none. */
    databaseStatus(region: string): DatabaseStatus | undefined
    /** What a secret is told about the database that it opens, by the resource type and what Ref gives; undefined for other types. */
    connection(type: string, physicalId: string, region: string): Promise<object> | undefined
  }
  route53: {
    /** Where the lab's DNS answers, over UDP and TCP. It begins to when it is first asked for. */
    dns(): Promise<{host: '127.0.0.1'; port: number}>
    /** What a name leads to now by the name servers of its zone, and how long a resolver may keep it; undefined where it has no CNAME. */
    cname(name: string): {target: string; ttlSeconds: number} | undefined
  }
  wafv2: {
    /** Whether the web ACL of a stage, if it has one, lets a request through. */
    allows(resourceArn: string, header: (name: string) => string | undefined): boolean
    /** The ARN of the web ACL of a stage; undefined where it has none. */
    aclOf(resourceArn: string): string | undefined
  }
}

/** The service of this name. */
export type Offering<Name extends string> = Service & (Name extends keyof Offers ? Offers[Name] : unknown)

/** An error as AWS would answer it: `code` is the wire code, such as `InvalidGlobalClusterStateFault`. */
export class ServiceFault extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    /** Extra members of a modelled error. */
    readonly fields: Record<string, unknown> = {},
  ) {
    super(message)
    this.name = code
  }
}

export const fault = (code: string, message: string, status = 400, fields?: Record<string, unknown>): ServiceFault =>
  new ServiceFault(code, message, status, fields)

/** What policies say of an action. */
export type Verdict = 'allowed' | 'denied' | 'not-allowed'

/** An action on a resource, as policies are asked about it. */
export interface PolicyQuestion {
  action: string
  /** An ARN, or `*`. */
  resource: string
  /** Values of condition keys, by name in lower case. */
  context: (key: string) => string | undefined
}

/** A key pair and whose it is. */
export interface Bearer {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  /** Epoch milliseconds; undefined for keys that last. */
  expiresAt?: number
  /** Who calls with this key, as sts:GetCallerIdentity says. */
  arn: string
  userId: string
}

/** Hands out temporary keys. `seconds`: how long they are valid; `expiresAt`: epoch milliseconds. */
export interface KeyIssuer {
  issue(
    identity: {arn: string; userId: string},
    seconds: number,
  ): {accessKeyId: string; secretAccessKey: string; sessionToken: string; expiresAt: number}
  find(accessKeyId: string): Bearer | undefined
  /** What a user's own policies say, and its organization's where it has one; undefined where there is no such user. */
  judge(userArn: string, question: PolicyQuestion): {identity: Verdict; organization?: Verdict} | undefined
}

export interface Lab {
  readonly name: string
  readonly home: string
  readonly away: string
  /** 0700; everything that the lab writes is below it. */
  readonly folder: string
  /** AWS's clock, epoch milliseconds: for every time that a client may hold against the `Date` of an answer. */
  now(): number
  /** Acts once, when AWS's clock has come to an instant, or is put past it. Returns what calls it off. */
  at(instant: number, act: () => void): () => void
  readonly profile: Profile
  /** `http://127.0.0.1:PORT`, the control plane of every service and region. */
  readonly endpoint: string
  readonly hosts: Hosts
  readonly ports: Ports
  readonly faults: Faults
  readonly pki: Pki
  /** Holds the administrator's key pair, in the format of AWS's shared credentials file; 0600. */
  readonly credentialsFile: string
  /** The keys that a service of AWS gives a program to act as a role. They last as long as the lab. */
  sessionKeys(roleArn: string, sessionName: string): SessionKeys
  readonly credentials: KeyIssuer
  /**
   * Calls an operation in this process, as the wire would, without codec and signature. Resource providers and data
   * planes use it, so that state changes in one place only.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  call(service: string, operation: string, input: object, region: string): Promise<any>
  service<Name extends string>(signingName: Name): Offering<Name>
  readonly services: ReadonlyMap<string, Service>
  /** What bears tags in a region, by ARN. AWS also lists what once did; of that the lab keeps no memory. */
  tagged(region: string): TaggedResource[]
  log(part: string, text: string): void
  /** Serves what is no call of an AWS service, below this path of the control port. */
  serve(prefix: string, handler: (request: IncomingMessage, response: ServerResponse) => void): void
  /** Runs at the end, last registered first. */
  onStop(close: () => Promise<void> | void): void
}

export const arn = (service: string, region: string, resource: string): string =>
  `arn:aws:${service}:${region}:${ACCOUNT}:${resource}`
