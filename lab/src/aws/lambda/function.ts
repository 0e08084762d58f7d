/** One function with all its versions and aliases ("Manage Lambda function versions" and "Create an alias", Lambda developer guide). */

import {randomUUID} from 'node:crypto'
import type * as Api from '@aws-sdk/client-lambda'

import {canonical} from '../../cloudformation/provider.js'
import type {FunctionPool} from '../../data-plane/lambda/function-pool.js'
import type {FunctionSpec} from '../../data-plane/lambda/invocation.js'
import type {FunctionRecord} from './configuration.js'
import {checkRevision, conflict, invalid, noFunction} from './faults.js'
import {FunctionPolicy} from './policy.js'
import {LATEST} from './reference.js'

/** `$LATEST`, which changes, or what was published, which never does. */
export interface Version extends FunctionRecord {
  pool: FunctionPool
}

/** What a qualifier leads to. */
export interface Target {
  version: Version
  /** As it was named: with the qualifier that the caller gave, if any. */
  arn: string
}

/** A function, and what of it a call names. */
export interface Named {
  owner: LambdaFunction
  qualifier: string | undefined
  target: Target
}

export class LambdaFunction {
  readonly aliases = new Map<string, Api.AliasConfiguration>()
  /** Of asynchronous calls, by version or alias. */
  readonly eventConfigs = new Map<string, Api.FunctionEventInvokeConfig>()
  latest: Version
  private readonly published = new Map<string, Version>()
  private readonly policies = new Map<string, FunctionPolicy>()
  private next = 1
  /** What `$LATEST` was when the last version was published. */
  private lastContent: string | undefined

  constructor(
    record: FunctionRecord,
    public tags: Record<string, string>,
    private readonly poolOf: (spec: FunctionSpec) => FunctionPool,
  ) {
    this.latest = {...record, pool: poolOf(record.spec)}
  }

  get name(): string {
    return this.latest.spec.name
  }

  get arn(): string {
    return this.latest.spec.arn
  }

  /** `$LATEST` first, then what was published, oldest first. */
  get versions(): Version[] {
    return [this.latest, ...this.published.values()]
  }

  /** New code or configuration of `$LATEST`. */
  replace(record: FunctionRecord): void {
    this.latest = {...record, pool: this.latest.pool}
    this.latest.pool.update(record.spec)
  }

  /** Nothing new is published where nothing has changed since the last time (PublishVersion, Lambda API reference). */
  publish({CodeSha256, Description, RevisionId}: Omit<Api.PublishVersionRequest, 'FunctionName'>): Version {
    const {spec, configuration, bytes} = this.latest
    checkRevision(RevisionId, configuration.RevisionId)
    if (CodeSha256 && CodeSha256 !== configuration.CodeSha256)
      throw invalid(
        `CodeSHA256 (${CodeSha256}) is different from current CodeSHA256 in $LATEST (${configuration.CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
      )
    const content = canonical({...configuration, RevisionId: undefined, LastModified: undefined})
    const last = this.published.get(String(this.next - 1))
    if (last && content === this.lastContent) return last
    this.lastContent = content
    const number = String(this.next++)
    const published: FunctionRecord = {
      spec: {...spec, version: number},
      configuration: {
        ...configuration,
        Version: number,
        FunctionArn: `${this.arn}:${number}`,
        Description: Description ?? configuration.Description,
        RevisionId: randomUUID(),
      },
      bytes,
    }
    const version = {...published, pool: this.poolOf(published.spec)}
    this.published.set(number, version)
    return version
  }

  /** By number or `$LATEST`. @throws ResourceNotFoundException */
  version(number: string | undefined): Version {
    const found = number === LATEST ? this.latest : this.published.get(number ?? '')
    if (!found) throw noFunction(`${this.arn}:${number}`)
    return found
  }

  /** Of an alias the version that it names first. @throws ResourceNotFoundException */
  resolve(qualifier: string | undefined): Target {
    if (qualifier === undefined) return {version: this.latest, arn: this.arn}
    return {
      version: this.version(this.aliases.get(qualifier)?.FunctionVersion ?? qualifier),
      arn: this.arnOf(qualifier),
    }
  }

  /** The version that a call runs: of an alias with weights one by chance. @throws ResourceNotFoundException */
  drawn(qualifier: string | undefined): Target {
    const target = this.resolve(qualifier)
    const weights = this.aliases.get(qualifier ?? '')?.RoutingConfig?.AdditionalVersionWeights ?? {}
    const other = Object.entries(weights).find(([, weight]) => Math.random() < weight)
    return other ? {...target, version: this.version(other[0])} : target
  }

  /** Of the function as a whole, or of a version or alias: each has one of its own. @throws ResourceNotFoundException */
  policy(qualifier: string | undefined): FunctionPolicy {
    const {arn} = this.resolve(qualifier === LATEST ? undefined : qualifier)
    const found = this.policies.get(arn) ?? new FunctionPolicy(arn)
    this.policies.set(arn, found)
    return found
  }

  /** A published version. That AWS says it so of one that an alias has is assumed; that it refuses is in DeleteFunction, Lambda API reference. */
  removeVersion(number: string): void {
    const {pool} = this.version(number)
    const user = [...this.aliases.values()].find(
      ({FunctionVersion, RoutingConfig}) =>
        FunctionVersion === number || Object.hasOwn(RoutingConfig?.AdditionalVersionWeights ?? {}, number),
    )
    if (user) throw conflict(`Version ${number} of ${this.arn} is referenced by the alias ${user.Name}.`)
    this.published.delete(number)
    this.policies.delete(this.arnOf(number))
    this.eventConfigs.delete(number)
    pool.abandon()
  }

  removeAlias(name: string): void {
    this.aliases.delete(name)
    this.policies.delete(this.arnOf(name))
    this.eventConfigs.delete(name)
  }

  /** Every call in flight ends unanswered. The processes are gone after so long. */
  abandon(laterMs = 0): void {
    for (const {pool} of this.versions) pool.abandon(laterMs)
  }

  /** When all its processes are gone. */
  get ended(): Promise<unknown> {
    return Promise.all(this.versions.map(({pool}) => pool.ended))
  }

  /** A reservation that has become less, whichever version runs. */
  reserve(limit: number): void {
    const running = this.versions.reduce((sum, {pool}) => sum + pool.running, 0)
    let room = limit - running
    for (const {pool} of this.versions) room -= pool.keepWaiting(room)
  }

  private arnOf(qualifier: string): string {
    return `${this.arn}:${qualifier}`
  }
}
