import type * as Api from '@aws-sdk/client-cloudfront'

import {EdgeFunction} from '../../data-plane/edge/edge-function.js'
import type {EdgeView, KeyValueStores} from '../../data-plane/edge/key-value-store.js'
import {randomId} from '../../data-plane/http.js'
import {ACCOUNT, fault, type Lab, type Operation} from '../../kernel.js'
import {checkMatch} from './faults.js'

/** AWS's limit of a function's code, in bytes. */
const MAX_CODE = 10 * 1024

interface Version {
  code: Uint8Array
  config: Api.FunctionConfig
  etag: string
  modifiedAt: Date
}

interface FunctionRecord {
  name: string
  arn: string
  createdAt: Date
  tags: Api.Tag[]
  development: Version
  live: Version | undefined
  /** What of the live version has reached the edge, ready to run. */
  edge: EdgeFunction | undefined
}

/** CloudFront Functions: an edited version and a published one, which alone runs. */
export class Functions {
  readonly operations: Record<string, Operation>
  private readonly records = new Map<string, FunctionRecord>()

  constructor(
    private readonly lab: Lab,
    private readonly stores: KeyValueStores,
    private readonly inUse: (arn: string) => boolean,
  ) {
    this.operations = {
      CreateFunction: (input: Api.CreateFunctionRequest) => this.create(input),
      DescribeFunction: ({Name, Stage}: Api.DescribeFunctionRequest) => this.describe(Name, Stage),
      GetFunction: ({Name, Stage}: Api.GetFunctionRequest): Api.GetFunctionResult => {
        const {code, etag} = this.version(this.find(Name), Stage)
        return {FunctionCode: code, ETag: etag, ContentType: 'application/octet-stream'}
      },
      ListFunctions: ({Stage}: Api.ListFunctionsRequest): Api.ListFunctionsResult => {
        const listed = [...this.records.values()].filter(({live}) => Stage !== 'LIVE' || live)
        return {
          FunctionList: {
            MaxItems: 100,
            Quantity: listed.length,
            Items: listed.map((record) => this.summary(record, Stage)),
          },
        }
      },
      UpdateFunction: (input: Api.UpdateFunctionRequest) => this.update(input),
      PublishFunction: (input: Api.PublishFunctionRequest) => this.publish(input),
      DeleteFunction: (input: Api.DeleteFunctionRequest) => this.delete(input),
    }
  }

  all(): FunctionRecord[] {
    return [...this.records.values()]
  }

  isPublished(arn: string): boolean {
    return this.byArn(arn)?.live !== undefined
  }

  atEdge(arn: string): EdgeFunction | undefined {
    return this.byArn(arn)?.edge
  }

  /** Whether a function is associated with this store. */
  uses(storeArn: string): boolean {
    return [...this.records.values()].some(({development, live}) =>
      [development, live].some((version) => version && storesOf(version.config).includes(storeArn)),
    )
  }

  private create(input: Api.CreateFunctionRequest): Api.CreateFunctionResult {
    const name = input.Name ?? ''
    if (!/^[\w-]{1,64}$/.test(name)) throw fault('InvalidArgument', `Invalid function name: ${name}`)
    if (this.records.has(name))
      throw fault('FunctionAlreadyExists', 'A function with the same name already exists in this AWS account.', 409)
    const record: FunctionRecord = {
      name,
      arn: `arn:aws:cloudfront::${ACCOUNT}:function/${name}`,
      createdAt: new Date(),
      tags: input.Tags?.Items ?? [],
      development: this.newVersion(input),
      live: undefined,
      edge: undefined,
    }
    this.records.set(name, record)
    return {
      FunctionSummary: this.summary(record),
      ETag: record.development.etag,
      Location: `https://cloudfront.amazonaws.com/2020-05-31/function/${name}`,
    }
  }

  private update(input: Api.UpdateFunctionRequest): Api.UpdateFunctionResult {
    const record = this.find(input.Name)
    checkMatch(input.IfMatch, record.development.etag)
    record.development = this.newVersion(input)
    return {FunctionSummary: this.summary(record), ETag: record.development.etag}
  }

  /** The edge goes on running the old version until the new one has spread. */
  private publish({Name, IfMatch}: Api.PublishFunctionRequest): Api.PublishFunctionResult {
    const record = this.find(Name)
    checkMatch(IfMatch, record.development.etag)
    const live = record.development
    record.live = live
    const ready = this.compiled(record.name, live)
    const arrive = () => {
      record.edge = ready
    }

    if (this.lab.profile.distributionMs === 0) arrive()
    else setTimeout(arrive, this.lab.profile.distributionMs).unref()
    return {FunctionSummary: this.summary(record, 'LIVE')}
  }

  private delete({Name, IfMatch}: Api.DeleteFunctionRequest): object {
    const record = this.find(Name)
    checkMatch(IfMatch, record.development.etag)
    if (this.inUse(record.arn))
      throw fault(
        'FunctionInUse',
        "Cannot delete the function because it's attached to one or more cache behaviors.",
        409,
      )
    this.records.delete(record.name)
    return {}
  }

  private describe(name: string | undefined, stage: Api.FunctionStage | undefined): Api.DescribeFunctionResult {
    const record = this.find(name)
    return {FunctionSummary: this.summary(record, stage), ETag: this.version(record, stage).etag}
  }

  private summary(record: FunctionRecord, stage: Api.FunctionStage = 'DEVELOPMENT'): Api.FunctionSummary {
    const {config, modifiedAt} = this.version(record, stage)
    return {
      Name: record.name,
      Status: record.live === record.development ? 'DEPLOYED' : 'UNPUBLISHED',
      FunctionConfig: config,
      FunctionMetadata: {
        FunctionARN: record.arn,
        Stage: stage,
        CreatedTime: record.createdAt,
        LastModifiedTime: modifiedAt,
      },
    }
  }

  private version(record: FunctionRecord, stage: Api.FunctionStage = 'DEVELOPMENT'): Version {
    const version = stage === 'LIVE' ? record.live : record.development
    if (!version) throw noSuchFunction()
    return version
  }

  private newVersion({
    FunctionCode,
    FunctionConfig,
  }: Pick<Api.CreateFunctionRequest, 'FunctionCode' | 'FunctionConfig'>): Version {
    if (!FunctionCode || !FunctionConfig) throw fault('InvalidArgument', 'FunctionCode and FunctionConfig are required')
    if (FunctionConfig.Runtime !== 'cloudfront-js-2.0')
      throw fault('NotImplemented', `cloudfront: the lab does not support the runtime ${FunctionConfig.Runtime}`, 501)
    if (FunctionCode.length > MAX_CODE)
      throw fault('FunctionSizeLimitExceeded', 'The function is too large: 10 KB at the most.', 413)
    const missing = storesOf(FunctionConfig).find((arn) => !this.stores.has(arn))
    if (missing) throw fault('EntityNotFound', `The key value store ${missing} does not exist.`, 404)
    return {
      code: FunctionCode,
      config: FunctionConfig,
      etag: `ETV${randomId(11, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')}`,
      modifiedAt: new Date(),
    }
  }

  /** A function has one store at most, and reaches it with or without its id. */
  private compiled(name: string, {code, config}: Version): EdgeFunction {
    const [arn = ''] = storesOf(config)
    return new EdgeFunction(Buffer.from(code).toString(), {
      store: (id): EdgeView | undefined =>
        id === '' || arn.endsWith(`/${id}`) ? this.stores.get(arn)?.atEdge() : undefined,
      log: (text) => this.lab.log(`function ${name}`, text),
    })
  }

  private byArn(arn: string): FunctionRecord | undefined {
    return [...this.records.values()].find((record) => record.arn === arn)
  }

  private find(name: string | undefined): FunctionRecord {
    const record = this.records.get(name ?? '')
    if (!record) throw noSuchFunction()
    return record
  }
}

const noSuchFunction = () => fault('NoSuchFunctionExists', 'The function does not exist.', 404)

const storesOf = ({KeyValueStoreAssociations}: Api.FunctionConfig): string[] =>
  (KeyValueStoreAssociations?.Items ?? []).map(({KeyValueStoreARN}) => KeyValueStoreARN ?? '')
