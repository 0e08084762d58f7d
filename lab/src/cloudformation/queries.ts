/** The operations that only read. */

import type {CallContext, Lab, Operation} from '../kernel.js'
import {requiredCapability} from './capabilities.js'
import * as describe from './descriptions.js'
import type {Exports} from './exports.js'
import type {Stack} from './stack.js'
import type {StackStore} from './store.js'
import {templateText, type TemplateSource} from './template-source.js'
import {readTemplate, validationError} from './template.js'

interface ResourceQuery {
  StackName?: string
  LogicalResourceId?: string
  PhysicalResourceId?: string
}

export function queryOperations(store: StackStore, exports: Exports, lab: Lab): Record<string, Operation> {
  const byName = (StackName: string | undefined, region: string): Stack =>
    store.get(StackName, region, `Stack [${StackName}] does not exist`)

  function describeResources(query: ResourceQuery, region: string): object {
    const holds = (stack: Stack): boolean =>
      [...stack.resources.values()].some(({physicalId}) => physicalId === query.PhysicalResourceId)
    const stack = query.StackName
      ? store.get(query.StackName, region)
      : store.inRegion(region).find((candidate) => !candidate.isDeleted && holds(candidate))
    if (!stack) throw validationError(`Stack for ${query.PhysicalResourceId} does not exist`)
    const resources = [...stack.resources.values()].filter(
      ({logicalId}) => query.LogicalResourceId === undefined || logicalId === query.LogicalResourceId,
    )
    return {StackResources: resources.map((resource) => describe.describeResource(stack, resource))}
  }

  function describeResource({StackName, LogicalResourceId}: ResourceQuery, region: string): object {
    const stack = store.get(StackName, region, `Stack '${StackName}' does not exist`)
    const resource = stack.resources.get(LogicalResourceId ?? '')
    if (!resource) throw validationError(`Resource ${LogicalResourceId} does not exist for stack ${stack.name}`)
    return {StackResourceDetail: describe.detailResource(stack, resource)}
  }

  function getTemplate(
    {StackName, ChangeSetName}: {StackName?: string; ChangeSetName?: string},
    region: string,
  ): object {
    const TemplateBody = ChangeSetName
      ? store.getChangeSet(ChangeSetName, StackName, region).target.templateBody
      : store.get(StackName, region).templateBody
    return {TemplateBody, StagesAvailable: ['Original', 'Processed']}
  }

  async function summary(input: TemplateSource & {StackName?: string}, region: string) {
    const stack = input.StackName ? store.get(input.StackName, region) : undefined
    const template = readTemplate(stack ? stack.templateBody : await templateText(input, lab, region))
    const capability = requiredCapability(template.Resources)
    return {
      Parameters: describe.describeTemplateParameters(template),
      Description: template.Description,
      Capabilities: capability ? [capability] : [],
      CapabilitiesReason: capability && `The following resource(s) require capabilities: [${capability}]`,
      ResourceTypes: [...new Set(Object.values(template.Resources).map(({Type}) => Type))],
      Version: template.AWSTemplateFormatVersion,
      Metadata: template.Metadata && JSON.stringify(template.Metadata),
    }
  }

  async function validate(input: TemplateSource, {region}: CallContext): Promise<object> {
    const {Parameters, Description, Capabilities, CapabilitiesReason} = await summary(input, region)
    const short = Parameters.map(({ParameterKey, DefaultValue, NoEcho, Description: text}) => ({
      ParameterKey,
      DefaultValue,
      NoEcho,
      Description: text,
    }))
    return {Parameters: short, Description, Capabilities, CapabilitiesReason}
  }

  function listImports(name: string, region: string): object {
    const users = exports.users(name, {region}, store.all())
    if (users.length === 0) throw validationError(`Export '${name}' is not imported by any stack.`)
    return {Imports: users.map((stack) => stack.name)}
  }

  return {
    DescribeStacks({StackName}: {StackName?: string}, {region}) {
      const stacks = StackName
        ? [store.get(StackName, region)]
        : store.inRegion(region).filter((stack) => !stack.isDeleted)
      return {Stacks: stacks.map(describe.describeStack)}
    },
    DescribeStackEvents: ({StackName}, {region}) => ({StackEvents: [...byName(StackName, region).events].reverse()}),
    DescribeStackResources: (query: ResourceQuery, {region}) => describeResources(query, region),
    DescribeStackResource: (query: ResourceQuery, {region}) => describeResource(query, region),
    ListStackResources: ({StackName}, {region}) => ({
      StackResourceSummaries: [...store.get(StackName, region).resources.values()].map(describe.summarizeResource),
    }),
    ListStacks: ({StackStatusFilter = []}: {StackStatusFilter?: string[]}, {region}) => ({
      StackSummaries: store
        .inRegion(region)
        .filter(({status}) => StackStatusFilter.length === 0 || StackStatusFilter.includes(status))
        .map(describe.summarizeStack),
    }),
    GetTemplate: (input, {region}) => getTemplate(input, region),
    GetTemplateSummary: (input, {region}) => summary(input, region),
    ValidateTemplate: validate,
    ListExports: (_, {region}) => ({Exports: exports.list(region)}),
    ListImports: ({ExportName}, {region}) => listImports(ExportName, region),
    DescribeChangeSet: ({ChangeSetName, StackName, IncludePropertyValues = false}, {region}) =>
      describe.describeChangeSet(store.getChangeSet(ChangeSetName, StackName, region), IncludePropertyValues),
    ListChangeSets: ({StackName}, {region}) => ({
      Summaries: store.changeSetsOf(byName(StackName, region)).map(describe.summarizeChangeSet),
    }),
  }
}
