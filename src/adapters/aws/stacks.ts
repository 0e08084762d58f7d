/** CloudFormation as we look at it beside the toolkit, and what CDK's bootstrap left in SSM. */

import {parse} from 'yaml'
import type {Change, ResourceChangeDetail} from '@aws-sdk/client-cloudformation'
import type {Region} from '../../model/deployment.js'
import type {ChangeDetail, ResourceChange, StackState, Template} from '../../model/stack.js'
import type {Stacks} from '../../ports/deployer.js'
import type {CallOptions} from '../../ports/world.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'
import type {Input, Operation, Output} from './services.js'

/** Throttling is common while stacks are being deployed: the SDK tries again within this. */
const DEADLINE_MS = 20_000

export const callCloudFormation = <O extends Operation<'cloudformation'>>(
  clients: Clients,
  region: Region,
  operation: O,
  input: Input<'cloudformation', O>,
  options: CallOptions,
): Promise<Output<'cloudformation', O>> =>
  clients.call('cloudformation', region, operation, input, {deadlineMs: DEADLINE_MS, ...options})

export class AwsStacks implements Stacks {
  readonly #clients: Clients

  constructor(clients: Clients) {
    this.#clients = clients
  }

  async state(region: Region, name: string, options: CallOptions = {}): Promise<StackState | undefined> {
    try {
      const {Stacks: found = []} = await callCloudFormation(
        this.#clients,
        region,
        'DescribeStacks',
        {StackName: name},
        options,
      )
      const [stack] = found
      return stack && {status: stack.StackStatus!, reason: stack.StackStatusReason}
    } catch (error) {
      if (isFault(error, 'ValidationError') && /does not exist/.test((error as {why?: string}).why ?? ''))
        return undefined
      throw error
    }
  }

  async template(region: Region, name: string, options: CallOptions = {}): Promise<Template> {
    const asSubmitted = {StackName: name, TemplateStage: 'Original' as const}
    const {TemplateBody = '{}'} = await callCloudFormation(this.#clients, region, 'GetTemplate', asSubmitted, options)
    return templateOf(TemplateBody)
  }

  async changes(
    region: Region,
    stack: string,
    changeSet: string,
    options: CallOptions = {},
  ): Promise<ResourceChange[]> {
    const all: Change[] = []
    let token: string | undefined
    do {
      const wanted = {StackName: stack, ChangeSetName: changeSet, NextToken: token}
      const page: Output<'cloudformation', 'DescribeChangeSet'> = await callCloudFormation(
        this.#clients,
        region,
        'DescribeChangeSet',
        wanted,
        options,
      )
      all.push(...(page.Changes ?? []))
      token = page.NextToken
    } while (token !== undefined)
    return all.flatMap(resourceChange)
  }

  async dropChangeSet(region: Region, stack: string, changeSet: string, options: CallOptions = {}): Promise<void> {
    await callCloudFormation(
      this.#clients,
      region,
      'DeleteChangeSet',
      {StackName: stack, ChangeSetName: changeSet},
      options,
    )
  }

  async bootstrapVersion(region: Region, parameter: string, options: CallOptions = {}): Promise<number | undefined> {
    try {
      const {Parameter} = await this.#clients.call('ssm', region, 'GetParameter', {Name: parameter}, options)
      return Number(Parameter?.Value)
    } catch (error) {
      if (isFault(error, 'ParameterNotFound')) return undefined
      throw error
    }
  }

  async account(region: Region, options: CallOptions = {}): Promise<string> {
    const {Account = ''} = await this.#clients.call('sts', region, 'GetCallerIdentity', {}, options)
    return Account
  }
}

/** The toolkit submits JSON; another tool may have submitted YAML, of which the long forms are read. */
export function templateOf(body: string): Template {
  try {
    return JSON.parse(body) as Template
  } catch {
    return (parse(body, {logLevel: 'silent'}) as Template | null) ?? {}
  }
}

function resourceChange({ResourceChange: change}: Change): ResourceChange[] {
  if (!change?.LogicalResourceId || !change.Action) return []
  const action = change.Action as ResourceChange['action']
  return [
    {
      action,
      logicalId: change.LogicalResourceId,
      type: change.ResourceType ?? '',
      replacement: (change.Replacement ?? 'False') as ResourceChange['replacement'],
      details: (change.Details ?? []).flatMap(changeDetail),
    },
  ]
}

function changeDetail({Target, Evaluation, CausingEntity}: ResourceChangeDetail): ChangeDetail[] {
  const property = Target?.Name ?? (Target?.Attribute === 'Properties' ? undefined : Target?.Attribute)
  if (property === undefined) return []
  const recreation = (Target?.RequiresRecreation ?? 'Never') as ChangeDetail['recreation']
  return [{property, recreation, certain: Evaluation !== 'Dynamic', cause: CausingEntity}]
}
