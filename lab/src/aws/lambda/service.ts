import type * as Api from '@aws-sdk/client-lambda'

import {CONCURRENT_EXECUTIONS, RegionConcurrency, UNRESERVED_MINIMUM} from '../../data-plane/lambda/concurrency.js'
import {FunctionPool} from '../../data-plane/lambda/function-pool.js'
import {EnvironmentLost, Throttled, type FunctionSpec, type Outcome} from '../../data-plane/lambda/invocation.js'
import {InvocationMetrics} from '../../data-plane/lambda/invocation-metrics.js'
import {RuntimeApi} from '../../data-plane/lambda/runtime-api.js'
import {
  arn,
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
import {page} from '../by-region.js'
import {aliasOperations} from './aliases.js'
import {api} from './api.js'
import {CodeStore} from './code-store.js'
import {newRecord, withCode, withConfiguration} from './configuration.js'
import {EventQueue} from './event-queue.js'
import {eventConfigOperations, eventPolicy} from './event-invoke-config.js'
import {checkRevision, conflict, invalid, noFunction, unsupported} from './faults.js'
import {LambdaFunction, type Named, type Target} from './function.js'
import {Layers} from './layers.js'
import {permissionOperations} from './permissions.js'
import {functionName, functionReference, LATEST, type Given} from './reference.js'

type Provides = Offers['lambda']

/** AWS's limit of a synchronous call's payload, in bytes. */
const MAX_PAYLOAD = 6_291_556

/** Of ListFunctions and ListVersionsByFunction, and their default (Lambda API reference). */
const PAGE = 50

/**
 * The processes of a lost region stop at once, and are gone after so many milliseconds, one function after the other: regions share no
 * machine, and what the end of two dozen processes costs this one would be taken for an outage of the other region.
 */
const GONE_MS = 2000
const APART_MS = 100

/** AWS Lambda: functions with their real code in child processes, behind enforced concurrency. */
export class LambdaService implements Provides, Service {
  readonly api = api
  readonly quotas = [CONCURRENT_EXECUTIONS]
  readonly operations: Record<string, Operation>
  private readonly functions = new Map<string, LambdaFunction>()
  private readonly regions = new Map<string, RegionConcurrency>()
  private readonly events: EventQueue
  private readonly code: CodeStore
  private readonly layers: Layers
  private runtimeApi: Promise<RuntimeApi> | undefined
  private stopped = false

  constructor(private readonly lab: Lab) {
    this.events = new EventQueue((text) => lab.log('lambda', text))
    this.code = new CodeStore(lab)
    this.layers = new Layers(this.code)
    this.operations = {
      CreateFunction: (input: Api.CreateFunctionRequest, context) => this.create(input, context),
      GetFunction: (input: Api.GetFunctionRequest, {region}) => this.get(input, region),
      GetFunctionConfiguration: (input: Api.GetFunctionConfigurationRequest, {region}) =>
        configurationOf(this.target(input, region).target),
      ListFunctions: (input: Api.ListFunctionsRequest, {region}) => this.list(input, region),
      UpdateFunctionCode: (input: Api.UpdateFunctionCodeRequest, {region}) => this.updateCode(input, region),
      UpdateFunctionConfiguration: (input: Api.UpdateFunctionConfigurationRequest, {region}) =>
        this.updateConfiguration(input, region),
      DeleteFunction: (input: Api.DeleteFunctionRequest, {region}) => this.delete(input, region),
      PublishVersion: ({FunctionName, ...input}: Api.PublishVersionRequest, {region}) =>
        this.find(FunctionName, region).publish(input).configuration,
      ListVersionsByFunction: (input: Api.ListVersionsByFunctionRequest, {region}) => this.listVersions(input, region),
      ...aliasOperations((name, region) => this.find(name, region)),
      ...this.layers.operations,
      GetAccountSettings: (_, {region}) => this.accountSettings(region),
      Invoke: (input: Api.InvocationRequest, {region}) => this.invoke(input, region),
      ...permissionOperations((input, region) => this.target(input, region)),
      ...eventConfigOperations((input, region) => this.target(input, region)),
      PutFunctionConcurrency: (input: Api.PutFunctionConcurrencyRequest, {region}) =>
        this.putConcurrency(input, region),
      GetFunctionConcurrency: (
        input: Api.GetFunctionConcurrencyRequest,
        {region},
      ): Api.GetFunctionConcurrencyResponse => ({
        ReservedConcurrentExecutions: this.concurrency(region).reserved(this.find(input.FunctionName, region).name),
      }),
      DeleteFunctionConcurrency: (input: Api.DeleteFunctionConcurrencyRequest, {region}) => {
        this.concurrency(region).release(this.find(input.FunctionName, region).name)
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
      for (const [index, one] of this.inRegion(region).entries()) one.abandon(GONE_MS + index * APART_MS)
    })
    lab.onStop(() => this.stop())
  }

  tagged(region: string): TaggedResource[] {
    return this.inRegion(region).map(({arn, tags}) => ({arn, tags: tagList(tags) ?? []}))
  }

  /** Process ids of the execution environments of a region. */
  pids(region: string): number[] {
    return this.inRegion(region).flatMap(({versions}) => versions.flatMap(({pool}) => pool.pids))
  }

  private async create(input: Api.CreateFunctionRequest, {region}: CallContext): Promise<Api.FunctionConfiguration> {
    const name = functionName(input.FunctionName, region)
    if (input.PackageType === 'Image') throw unsupported('container images')
    if (input.PublishTo) throw unsupported('PublishTo')
    if (this.functions.has(key(region, name))) throw conflict(`Function already exist: ${name}`)
    const zip = await this.code.bytes(input.Code ?? {}, region)
    const layers = await this.layers.mount(input.Layers ?? [], region)
    const record = newRecord(input, region, zip, await this.code.unpack(region, name, zip), layers)
    const concurrency = this.concurrency(region)
    const metrics = new InvocationMetrics(this.lab, region, name)
    const poolOf = (spec: FunctionSpec): FunctionPool =>
      new FunctionPool(spec, this.lab, () => this.runtime(), concurrency, metrics)
    const made = new LambdaFunction(record, {...input.Tags}, poolOf)
    this.functions.set(key(region, name), made)
    // The version, under the name of the function.
    return input.Publish ? {...made.publish({}).configuration, FunctionArn: made.arn} : made.latest.configuration
  }

  private get(input: Api.GetFunctionRequest, region: string): Api.GetFunctionResponse {
    const {owner, target} = this.target(input, region)
    const reserved = this.concurrency(region).reserved(owner.name)
    return {
      Configuration: configurationOf(target),
      Code: {RepositoryType: 'S3'},
      Tags: {...owner.tags},
      Concurrency: reserved === undefined ? undefined : {ReservedConcurrentExecutions: reserved},
    }
  }

  private list(input: Api.ListFunctionsRequest, region: string): Api.ListFunctionsResponse {
    const {FunctionVersion, MaxItems = PAGE, Marker} = input
    const all = this.inRegion(region).flatMap((one) =>
      FunctionVersion === 'ALL' ? versionsOf(one) : [one.latest.configuration],
    )
    const {items, next} = page(all, MaxItems, Marker)
    return {Functions: items, NextMarker: next}
  }

  private listVersions(input: Api.ListVersionsByFunctionRequest, region: string): Api.ListVersionsByFunctionResponse {
    const {items, next} = page(versionsOf(this.find(input.FunctionName, region)), input.MaxItems ?? PAGE, input.Marker)
    return {Versions: items, NextMarker: next}
  }

  private async updateCode(input: Api.UpdateFunctionCodeRequest, region: string): Promise<Api.FunctionConfiguration> {
    if (input.PublishTo) throw unsupported('PublishTo')
    const owner = this.find(input.FunctionName, region)
    checkRevision(input.RevisionId, owner.latest.configuration.RevisionId)
    const zip = await this.code.bytes(input, region)
    if (input.DryRun) return owner.latest.configuration
    const unpacked = await this.code.unpack(region, owner.name, zip)
    owner.replace(withCode(owner.latest, zip, unpacked))
    return input.Publish ? owner.publish({}).configuration : owner.latest.configuration
  }

  private async updateConfiguration(
    input: Api.UpdateFunctionConfigurationRequest,
    region: string,
  ): Promise<Api.FunctionConfiguration> {
    const owner = this.find(input.FunctionName, region)
    checkRevision(input.RevisionId, owner.latest.configuration.RevisionId)
    const layers = input.Layers && (await this.layers.mount(input.Layers, region))
    owner.replace(withConfiguration(owner.latest, input, layers))
    return owner.latest.configuration
  }

  /** With a qualifier that version goes, and never the function (DeleteFunction, Lambda API reference). */
  private async delete(input: Api.DeleteFunctionRequest, region: string): Promise<object> {
    const {name, qualifier} = functionReference(input.FunctionName, region, input.Qualifier)
    if (qualifier === LATEST) throw invalid('$LATEST version cannot be deleted without deleting the function.')
    if (qualifier !== undefined && !/^\d+$/.test(qualifier))
      throw invalid('Deletion of aliases is not currently supported.')
    const owner = this.find(name, region)
    if (qualifier !== undefined) {
      owner.removeVersion(qualifier)
      return {}
    }

    this.functions.delete(key(region, name))
    this.concurrency(region).release(name)
    owner.abandon()
    await this.code.remove(region, name)
    return {}
  }

  private async invoke(input: Api.InvocationRequest, region: string): Promise<Api.InvocationResponse> {
    const {owner, qualifier} = this.target(input, region)
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
      this.events.add(region, owner.name, eventPolicy(owner, qualifier), async () => {
        const {version, arn} = this.find(owner.name, region).drawn(qualifier)
        return version.pool.invoke(payload, arn)
      })
      return {StatusCode: 202}
    }

    const {version, arn} = owner.drawn(qualifier)
    const outcome = await this.answered(version.pool.invoke(payload, arn))
    return {
      StatusCode: 200,
      FunctionError: outcome.functionError,
      Payload: outcome.payload,
      ExecutedVersion: version.spec.version,
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

  private putConcurrency(input: Api.PutFunctionConcurrencyRequest, region: string): Api.Concurrency {
    const owner = this.find(input.FunctionName, region)
    const limit = input.ReservedConcurrentExecutions
    if (limit === undefined || !Number.isInteger(limit) || limit < 0)
      throw invalid('ReservedConcurrentExecutions must be 0 or more')
    if (!this.concurrency(region).reserve(owner.name, limit)) {
      throw invalid(
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_MINIMUM}] (of ${this.concurrency(region).quota}).`,
      )
    }

    owner.reserve(limit)
    return {ReservedConcurrentExecutions: limit}
  }

  private accountSettings(region: string): Api.GetAccountSettingsResponse {
    const {quota, unreserved} = this.concurrency(region)
    const here = this.inRegion(region)
    const sizes = here.flatMap(({versions}) => versions.map(({configuration}) => configuration.CodeSize ?? 0))
    return {
      AccountLimit: {ConcurrentExecutions: quota, UnreservedConcurrentExecutions: unreserved},
      AccountUsage: {FunctionCount: here.length, TotalCodeSize: sizes.reduce((sum, size) => sum + size, 0)},
    }
  }

  private inRegion(region: string): LambdaFunction[] {
    return [...this.functions.values()].filter(({latest}) => latest.spec.region === region)
  }

  /** A function as a whole. */
  private find(given: string | undefined, region: string): LambdaFunction {
    const name = functionName(given, region)
    const found = this.functions.get(key(region, name))
    if (!found) throw noFunction(arn('lambda', region, `function:${name}`))
    return found
  }

  /** A function, and what of it a call names. */
  private target({FunctionName, Qualifier}: Given, region: string): Named {
    const {name, qualifier} = functionReference(FunctionName, region, Qualifier)
    const owner = this.functions.get(key(region, name))
    const suffix = qualifier === undefined ? '' : `:${qualifier}`
    if (!owner) throw noFunction(arn('lambda', region, `function:${name}${suffix}`))
    return {owner, qualifier, target: owner.resolve(qualifier)}
  }

  private concurrency(region: string): RegionConcurrency {
    const limit = (): number => quotasOf(this.lab).value(region, CONCURRENT_EXECUTIONS)
    const found = this.regions.get(region) ?? new RegionConcurrency(limit)
    this.regions.set(region, found)
    return found
  }

  /** Started with the first environment: a lab without calls has no server for them. */
  private runtime(): Promise<RuntimeApi> {
    if (this.stopped) throw new EnvironmentLost('the lab is stopping')
    this.runtimeApi ??= RuntimeApi.start()
    return this.runtimeApi
  }

  private async stop(): Promise<void> {
    this.stopped = true
    this.events.drop()
    for (const one of this.functions.values()) one.abandon()
    // Whoever has stopped a lab finds nothing of it: on a busy machine what was killed takes a while to be gone.
    await Promise.all([...this.functions.values()].map(({ended}) => ended))
    await (await this.runtimeApi)?.close()
  }
}

const key = (region: string, name: string): string => `${region} ${name}`

const configurationOf = ({version, arn: FunctionArn}: Target): Api.FunctionConfiguration => ({
  ...version.configuration,
  FunctionArn,
})

/** Each under its qualified name. */
const versionsOf = (owner: LambdaFunction): Api.FunctionConfiguration[] =>
  owner.versions.map(({spec}) => configurationOf(owner.resolve(spec.version)))

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
