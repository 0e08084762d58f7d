import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'

import type * as Api from '@aws-sdk/client-lambda'

import {CONCURRENT_EXECUTIONS, RegionConcurrency, UNRESERVED_MINIMUM} from '../../data-plane/lambda/concurrency.js'
import {codeCache} from '../../data-plane/lambda/environment.js'
import {removeFunction, TooLarge, unpackFunction} from '../../data-plane/lambda/function-folder.js'
import {FunctionPool} from '../../data-plane/lambda/function-pool.js'
import {EnvironmentLost, Throttled, type Outcome} from '../../data-plane/lambda/invocation.js'
import {RuntimeApi} from '../../data-plane/lambda/runtime-api.js'
import {bytesOf} from '../../bytes.js'
import {
  fault,
  type CallContext,
  type Lab,
  type Operation,
  type Service,
  type TaggedResource,
  type Offers,
} from '../../kernel.js'
import {quotasOf} from '../../quotas.js'
import {tagList} from '../../cloudformation/tags.js'
import {EventQueue} from './event-queue.js'
import {
  digestOf,
  functionName,
  functionReference,
  invalid,
  LATEST,
  newRecord,
  notFound,
  withCode,
  withConfiguration,
  type FunctionRecord,
} from './configuration.js'
import {FunctionPolicy} from './policy.js'
import {api} from './api.js'

type Provides = Offers['lambda']

/** AWS's limit of a synchronous call's payload, in bytes. */
const MAX_PAYLOAD = 6_291_556

interface DeployedFunction extends FunctionRecord {
  pool: FunctionPool
  policy: FunctionPolicy
}

/** AWS Lambda: functions with their real code in child processes, behind enforced concurrency. */
export class LambdaService implements Provides, Service {
  readonly api = api
  readonly quotas = [CONCURRENT_EXECUTIONS]
  readonly operations: Record<string, Operation>
  private readonly functions = new Map<string, DeployedFunction>()
  private readonly regions = new Map<string, RegionConcurrency>()
  private readonly events: EventQueue
  private runtimeApi: Promise<RuntimeApi> | undefined
  private stopped = false

  constructor(private readonly lab: Lab) {
    this.events = new EventQueue((text) => lab.log('lambda', text))
    this.operations = {
      CreateFunction: (input: Api.CreateFunctionRequest, context) => this.create(input, context),
      GetFunction: (input: Api.GetFunctionRequest, {region}) => this.get(input, region),
      GetFunctionConfiguration: (input: Api.GetFunctionConfigurationRequest, {region}) =>
        this.find(input.FunctionName, region).configuration,
      ListFunctions: (input: Api.ListFunctionsRequest, {region}) => this.list(input, region),
      UpdateFunctionCode: (input: Api.UpdateFunctionCodeRequest, {region}) => this.updateCode(input, region),
      UpdateFunctionConfiguration: (input: Api.UpdateFunctionConfigurationRequest, {region}) =>
        this.updateConfiguration(input, region),
      DeleteFunction: (input: Api.DeleteFunctionRequest, {region}) => this.delete(input, region),
      GetAccountSettings: (_, {region}) => this.accountSettings(region),
      Invoke: (input: Api.InvocationRequest, {region}) => this.invoke(input, region),
      AddPermission: (input: Api.AddPermissionRequest, {region}): Api.AddPermissionResponse => ({
        Statement: JSON.stringify(this.find(input.FunctionName, region).policy.add(input)),
      }),
      RemovePermission: (input: Api.RemovePermissionRequest, {region}) => {
        this.find(input.FunctionName, region).policy.remove(input.StatementId ?? '')
        return {}
      },
      GetPolicy: (input: Api.GetPolicyRequest, {region}) => this.getPolicy(input, region),
      PutFunctionConcurrency: (input: Api.PutFunctionConcurrencyRequest, {region}) =>
        this.putConcurrency(input, region),
      GetFunctionConcurrency: (
        input: Api.GetFunctionConcurrencyRequest,
        {region},
      ): Api.GetFunctionConcurrencyResponse => ({
        ReservedConcurrentExecutions: this.concurrency(region).reserved(
          this.find(input.FunctionName, region).spec.name,
        ),
      }),
      DeleteFunctionConcurrency: (input: Api.DeleteFunctionConcurrencyRequest, {region}) => {
        const {spec} = this.find(input.FunctionName, region)
        this.concurrency(region).release(spec.name)
        return {}
      },
      ListTags: (input: Api.ListTagsRequest, {region}): Api.ListTagsResponse => ({
        Tags: {...this.find(input.Resource, region).tags},
      }),
      TagResource: (input: Api.TagResourceRequest, {region}) => {
        const tagged = this.find(input.Resource, region)
        tagged.tags = {...tagged.tags, ...input.Tags}
        return {}
      },
      UntagResource: (input: Api.UntagResourceRequest, {region}) => {
        const {tags} = this.find(input.Resource, region)
        for (const key of input.TagKeys ?? []) delete tags[key]
        return {}
      },
    }

    lab.faults.onStart(({kind, region}) => {
      if (kind !== 'region-loss') return
      this.events.drop(region)
      for (const {spec, pool} of this.functions.values()) if (spec.region === region) pool.abandon()
    })
    lab.onStop(() => this.stop())
  }

  tagged(region: string): TaggedResource[] {
    const here = [...this.functions.values()].filter(({spec}) => spec.region === region)
    return here.map(({spec, tags}) => ({arn: spec.arn, tags: tagList(tags) ?? []}))
  }

  /** Process ids of the execution environments of a region. */
  pids(region: string): number[] {
    return [...this.functions.values()].filter(({spec}) => spec.region === region).flatMap(({pool}) => pool.pids)
  }

  private async create(input: Api.CreateFunctionRequest, {region}: CallContext): Promise<Api.FunctionConfiguration> {
    const name = functionName(input.FunctionName)
    if (input.PackageType === 'Image')
      throw fault('NotImplemented', 'lambda: the lab does not support container images', 501)
    if (this.functions.has(key(region, name))) {
      throw fault('ResourceConflictException', `Function already exist: ${name}`, 409, {Type: 'User'})
    }

    const zip = await this.codeOf(input.Code ?? {}, region)
    const record = newRecord(input, region, zip, await this.unpack(region, name, zip))
    const pool = new FunctionPool(record.spec, this.lab, () => this.runtime(), this.concurrency(region))
    this.functions.set(key(region, name), {...record, pool, policy: new FunctionPolicy(record.spec.arn)})
    return record.configuration
  }

  private get(input: Api.GetFunctionRequest, region: string): Api.GetFunctionResponse {
    const {configuration, tags, spec} = this.find(input.FunctionName, region)
    const reserved = this.concurrency(region).reserved(spec.name)
    return {
      Configuration: configuration,
      Code: {RepositoryType: 'S3'},
      Tags: {...tags},
      Concurrency: reserved === undefined ? undefined : {ReservedConcurrentExecutions: reserved},
    }
  }

  private list(input: Api.ListFunctionsRequest, region: string): Api.ListFunctionsResponse {
    const all = [...this.functions.values()].filter(({spec}) => spec.region === region)
    const start = Number(input.Marker ?? 0)
    const end = start + (input.MaxItems ?? 50)
    return {
      Functions: all.slice(start, end).map(({configuration}) => configuration),
      NextMarker: end < all.length ? String(end) : undefined,
    }
  }

  private async updateCode(input: Api.UpdateFunctionCodeRequest, region: string): Promise<Api.FunctionConfiguration> {
    const {spec} = this.find(input.FunctionName, region)
    const zip = await this.codeOf(input, region)
    if (input.DryRun) return this.find(input.FunctionName, region).configuration
    const folder = await this.unpack(region, spec.name, zip)
    return this.replace(region, withCode(this.find(input.FunctionName, region), zip, folder))
  }

  private updateConfiguration(
    input: Api.UpdateFunctionConfigurationRequest,
    region: string,
  ): Api.FunctionConfiguration {
    return this.replace(region, withConfiguration(this.find(input.FunctionName, region), input))
  }

  private replace(region: string, record: FunctionRecord): Api.FunctionConfiguration {
    const current = this.find(record.spec.name, region)
    this.functions.set(key(region, record.spec.name), {...current, ...record})
    current.pool.update(record.spec)
    return record.configuration
  }

  /** With a qualifier that version goes, and never the function (DeleteFunction, Lambda API reference). */
  private async delete(input: Api.DeleteFunctionRequest, region: string): Promise<object> {
    const {name, qualifier} = functionReference(input.FunctionName, input.Qualifier)
    const {spec, pool} = this.find(name, region)
    if (qualifier === LATEST) throw invalid('$LATEST version cannot be deleted without deleting the function.')
    if (qualifier !== undefined) throw notFound(`${spec.arn}:${qualifier}`)
    this.functions.delete(key(region, spec.name))
    this.concurrency(region).release(spec.name)
    pool.abandon()
    await removeFunction(this.folder(region), spec.name)
    return {}
  }

  private async invoke(input: Api.InvocationRequest, region: string): Promise<Api.InvocationResponse> {
    const {spec, pool} = this.find(input.FunctionName, region)
    const payload = Buffer.from(input.Payload ?? '{}')
    if (payload.length > MAX_PAYLOAD) {
      throw fault(
        'RequestTooLargeException',
        `${payload.length} byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)`,
        413,
        {Type: 'User'},
      )
    }

    assertJson(payload)
    if (input.InvocationType === 'DryRun') return {StatusCode: 204}
    if (input.InvocationType === 'Event') {
      this.events.add(spec.region, spec.name, () => pool.invoke(payload))
      return {StatusCode: 202}
    }

    const outcome = await this.answered(pool.invoke(payload))
    return {
      StatusCode: 200,
      FunctionError: outcome.functionError,
      Payload: outcome.payload,
      ExecutedVersion: '$LATEST',
      LogResult: input.LogType === 'Tail' ? Buffer.from(outcome.logTail).toString('base64') : undefined,
    }
  }

  private async answered(call: Promise<Outcome>): Promise<Outcome> {
    try {
      return await call
    } catch (error) {
      if (error instanceof Throttled)
        throw fault('TooManyRequestsException', error.message, 429, {Reason: error.reason, Type: 'User'})
      if (error instanceof EnvironmentLost) throw fault('ServiceException', error.message, 500, {Type: 'Service'})
      throw error
    }
  }

  private getPolicy(input: Api.GetPolicyRequest, region: string): Api.GetPolicyResponse {
    const {policy, configuration} = this.find(input.FunctionName, region)
    const document = policy.document()
    if (!document)
      throw fault('ResourceNotFoundException', 'The resource you requested does not exist.', 404, {Type: 'User'})
    return {Policy: document, RevisionId: configuration.RevisionId}
  }

  private putConcurrency(input: Api.PutFunctionConcurrencyRequest, region: string): Api.Concurrency {
    const {spec, pool} = this.find(input.FunctionName, region)
    const limit = input.ReservedConcurrentExecutions
    if (limit === undefined || !Number.isInteger(limit) || limit < 0)
      throw invalid('ReservedConcurrentExecutions must be 0 or more')
    if (!this.concurrency(region).reserve(spec.name, limit)) {
      throw invalid(
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_MINIMUM}] (of ${this.concurrency(region).quota}).`,
      )
    }

    pool.reservationChanged()
    return {ReservedConcurrentExecutions: limit}
  }

  private accountSettings(region: string): Api.GetAccountSettingsResponse {
    const {quota, unreserved} = this.concurrency(region)
    const here = [...this.functions.values()].filter(({spec}) => spec.region === region)
    const TotalCodeSize = here.reduce((sum, {configuration}) => sum + (configuration.CodeSize ?? 0), 0)
    return {
      AccountLimit: {ConcurrentExecutions: quota, UnreservedConcurrentExecutions: unreserved},
      AccountUsage: {FunctionCount: here.length, TotalCodeSize},
    }
  }

  private find(given: string | undefined, region: string): DeployedFunction {
    const name = functionName(given)
    const found = this.functions.get(key(region, name))
    if (!found) throw notFound(`arn:aws:lambda:${region}:function:${name}`)
    return found
  }

  private concurrency(region: string): RegionConcurrency {
    const limit = (): number => quotasOf(this.lab).value(region, CONCURRENT_EXECUTIONS)
    const found = this.regions.get(region) ?? new RegionConcurrency(limit)
    this.regions.set(region, found)
    return found
  }

  private async codeOf(code: Api.FunctionCode, region: string): Promise<Uint8Array> {
    if (code.ZipFile) return code.ZipFile
    if (!code.S3Bucket || !code.S3Key) throw invalid('Please provide a source for function code.')
    const {Body} = await this.lab.call('s3', 'GetObject', {Bucket: code.S3Bucket, Key: code.S3Key}, region)
    return bytesOf(Body)
  }

  private async unpack(region: string, name: string, zip: Uint8Array): Promise<string> {
    const digest = Buffer.from(digestOf(zip), 'base64').toString('hex').slice(0, 16)
    try {
      return await unpackFunction(this.folder(region), name, digest, zip)
    } catch (error) {
      if (error instanceof TooLarge) throw invalid(error.message)
      throw invalid(
        `Could not unzip uploaded file. Please check your file, then try to upload again. (${(error as Error).message})`,
      )
    }
  }

  private folder(region: string): string {
    return join(this.lab.folder, 'functions', region)
  }

  /** Started with the first environment: a lab without calls has no server for them. */
  private runtime(): Promise<RuntimeApi> {
    if (this.stopped) throw new EnvironmentLost('the lab is stopping')
    this.runtimeApi ??= mkdir(codeCache(this.lab), {recursive: true}).then(() => RuntimeApi.start())
    return this.runtimeApi
  }

  private async stop(): Promise<void> {
    this.stopped = true
    this.events.drop()
    for (const {pool} of this.functions.values()) pool.abandon()
    await (await this.runtimeApi)?.close()
  }
}

const key = (region: string, name: string): string => `${region} ${name}`

function assertJson(payload: Buffer): void {
  try {
    JSON.parse(payload.toString())
  } catch (error) {
    throw fault(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${(error as Error).message}`,
      400,
      {Type: 'User'},
    )
  }
}
