/** SDK clients, one a service and region, loaded when first asked for, with short deadlines. */

import {Agent} from 'node:http'
import type {LookupFunction} from 'node:net'
import {withDeadline} from '../deadline.js'
import {mapAwsError} from './errors.js'
import type {Region} from '../../model/deployment.js'

/** Where and as whom AWS is called. */
export interface AwsAccess {
  /** Of every service; the SDK's own where undefined. */
  endpoint?: string
  /** A profile of the AWS configuration; the default provider chain where undefined. */
  profile?: string
  /** Fixed key pair, for the lab. */
  credentials?: {accessKeyId: string; secretAccessKey: string}
}

export interface SendOptions {
  /** IAM's name of the action, such as `rds:DescribeGlobalClusters`: errors name it. */
  action: string
  region: Region
  signal?: AbortSignal
  /** For the whole call, retries included. */
  deadlineMs?: number
}

const CONNECT_MS = 1500
const REQUEST_MS = 4000
export const CALL_DEADLINE_MS = 6000
/** A function may have to wake a paused database; none of the template's may run longer. */
export const INVOKE_DEADLINE_MS = 30_000

interface AnyClient {
  destroy(): void
}

export class Clients {
  readonly #access: AwsAccess
  readonly #made = new Map<string, Promise<AnyClient>>()

  constructor(access: AwsAccess) {
    this.#access = access
  }

  rds = (region: Region) =>
    this.#client(`rds ${region}`, async () => {
      const {RDSClient} = await import('@aws-sdk/client-rds')
      return new RDSClient(this.#settings(region))
    })

  /** Never retries: a switchover that answers InternalFailure may have begun, so the caller looks again first. */
  rdsOnce = (region: Region) =>
    this.#client(`rds-once ${region}`, async () => {
      const {RDSClient} = await import('@aws-sdk/client-rds')
      return new RDSClient({...this.#settings(region), maxAttempts: 1})
    })

  cloudWatch = (region: Region) =>
    this.#client(`cloudwatch ${region}`, async () => {
      const {CloudWatchClient} = await import('@aws-sdk/client-cloudwatch')
      return new CloudWatchClient(this.#settings(region))
    })

  lambda = (region: Region) =>
    this.#client(`lambda ${region}`, async () => {
      const {LambdaClient} = await import('@aws-sdk/client-lambda')
      return new LambdaClient(this.#settings(region))
    })

  /** For `Invoke`: waits as long as a function may run, and never runs it twice by itself. */
  lambdaInvoke = (region: Region) =>
    this.#client(`lambda-invoke ${region}`, async () => {
      const {LambdaClient} = await import('@aws-sdk/client-lambda')
      return new LambdaClient({...this.#settings(region, INVOKE_DEADLINE_MS), maxAttempts: 1})
    })

  s3 = (region: Region) =>
    this.#client(`s3 ${region}`, async () => {
      const {S3Client} = await import('@aws-sdk/client-s3')
      return new S3Client({...this.#settings(region), forcePathStyle: this.#access.endpoint !== undefined})
    })

  ssm = (region: Region) =>
    this.#client(`ssm ${region}`, async () => {
      const {SSMClient} = await import('@aws-sdk/client-ssm')
      return new SSMClient(this.#settings(region))
    })

  cloudFormation = (region: Region) =>
    this.#client(`cloudformation ${region}`, async () => {
      const {CloudFormationClient} = await import('@aws-sdk/client-cloudformation')
      // Every poll of every stack counts against one quota of the account.
      return new CloudFormationClient({...this.#settings(region), maxAttempts: 6})
    })

  sts = (region: Region) =>
    this.#client(`sts ${region}`, async () => {
      const {STSClient} = await import('@aws-sdk/client-sts')
      return new STSClient(this.#settings(region))
    })

  ec2 = (region: Region) =>
    this.#client(`ec2 ${region}`, async () => {
      const {EC2Client} = await import('@aws-sdk/client-ec2')
      return new EC2Client(this.#settings(region))
    })

  serviceQuotas = (region: Region) =>
    this.#client(`service-quotas ${region}`, async () => {
      const {ServiceQuotasClient} = await import('@aws-sdk/client-service-quotas')
      return new ServiceQuotasClient(this.#settings(region))
    })

  tagging = (region: Region) =>
    this.#client(`tagging ${region}`, async () => {
      const {ResourceGroupsTaggingAPIClient} = await import('@aws-sdk/client-resource-groups-tagging-api')
      return new ResourceGroupsTaggingAPIClient(this.#settings(region))
    })

  kms = (region: Region) =>
    this.#client(`kms ${region}`, async () => {
      const {KMSClient} = await import('@aws-sdk/client-kms')
      return new KMSClient(this.#settings(region))
    })

  logs = (region: Region) =>
    this.#client(`logs ${region}`, async () => {
      const {CloudWatchLogsClient} = await import('@aws-sdk/client-cloudwatch-logs')
      return new CloudWatchLogsClient(this.#settings(region))
    })

  secrets = (region: Region) =>
    this.#client(`secrets ${region}`, async () => {
      const {SecretsManagerClient} = await import('@aws-sdk/client-secrets-manager')
      return new SecretsManagerClient(this.#settings(region))
    })

  cognito = (region: Region) =>
    this.#client(`cognito ${region}`, async () => {
      const {CognitoIdentityProviderClient} = await import('@aws-sdk/client-cognito-identity-provider')
      return new CognitoIdentityProviderClient(this.#settings(region))
    })

  cloudFront = () =>
    this.#client('cloudfront', async () => {
      const {CloudFrontClient} = await import('@aws-sdk/client-cloudfront')
      return new CloudFrontClient(this.#settings('us-east-1'))
    })

  /**
   * Signed with SigV4A, for all regions at once. The client puts the account id in front of a custom endpoint's host:
   * an address gets a name to carry it, and a look-up that answers loopback for it.
   */
  keyValueStore = () =>
    this.#client('keyvaluestore', async () => {
      const [{CloudFrontKeyValueStoreClient}] = await Promise.all([
        import('@aws-sdk/client-cloudfront-keyvaluestore'),
        import('@aws-sdk/signature-v4a'),
      ])
      const settings = this.#settings('us-east-1')
      const {endpoint} = this.#access
      if (endpoint === undefined || !isLoopback(endpoint)) return new CloudFrontKeyValueStoreClient(settings)
      const {port} = new URL(endpoint)
      return new CloudFrontKeyValueStoreClient({
        ...settings,
        endpoint: `http://localhost:${port}`,
        requestHandler: {...settings.requestHandler, httpAgent: new Agent({lookup: toLoopback})},
      })
    })

  /**
   * Loads what probes and steps call, ahead of the first call: loading takes half a second and more on a busy machine,
   * which must not count as a region's silence.
   */
  async preload(): Promise<void> {
    await Promise.all([
      import('@aws-sdk/client-rds'),
      import('@aws-sdk/client-cloudwatch'),
      import('@aws-sdk/client-lambda'),
      import('@aws-sdk/client-cloudfront-keyvaluestore'),
      import('@aws-sdk/signature-v4a'),
      import('@aws-sdk/client-cognito-identity-provider'),
      import('@aws-sdk/client-s3'),
    ])
  }

  /** Sends with a deadline; errors come out as `Unreachable` or another `DrError`. */
  async send<T>(send: (signal: AbortSignal) => Promise<T>, options: SendOptions): Promise<T> {
    try {
      return await withDeadline(options.deadlineMs ?? CALL_DEADLINE_MS, options.signal, send)
    } catch (error) {
      throw mapAwsError(error, {...options, profile: this.#access.profile})
    }
  }

  async close(): Promise<void> {
    const clients = await Promise.allSettled(this.#made.values())
    for (const client of clients) if (client.status === 'fulfilled') client.value.destroy()
  }

  #client<C extends AnyClient>(key: string, make: () => Promise<C>): Promise<C> {
    let client = this.#made.get(key) as Promise<C> | undefined
    if (!client) {
      client = make()
      this.#made.set(key, client)
    }

    return client
  }

  #settings(region: Region, requestTimeout = REQUEST_MS) {
    const {credentials, endpoint, profile} = this.#access
    return {
      region,
      ...(credentials && {credentials}),
      ...(endpoint && {endpoint}),
      ...(profile && {profile}),
      maxAttempts: 2,
      requestHandler: {connectionTimeout: CONNECT_MS, requestTimeout, throwOnRequestTimeout: true},
    }
  }
}

const isLoopback = (endpoint: string): boolean => ['127.0.0.1', 'localhost'].includes(new URL(endpoint).hostname)

const toLoopback: LookupFunction = (_hostname, options, callback) => {
  if (options.all) callback(null, [{address: '127.0.0.1', family: 4}])
  else callback(null, '127.0.0.1', 4)
}
