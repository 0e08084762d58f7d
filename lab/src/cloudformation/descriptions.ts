/** Stacks, resources, events and change sets in the shapes of the API's answers. */

import {own} from '../own.js'
import type {ChangeSet, ResourceChange} from './change-sets.js'
import type {StackParameters} from './parameters.js'
import type {Stack, StackResource} from './stack.js'
import type {Template} from './template.js'

const driftOf = ({driftStatus, driftCheckedAt}: Stack) => ({
  StackDriftStatus: driftStatus,
  LastCheckTimestamp: driftCheckedAt,
})

const resourceDriftOf = ({drift}: StackResource) => ({
  StackResourceDriftStatus: drift?.status ?? 'NOT_CHECKED',
  LastCheckTimestamp: drift?.at,
})

const parametersOf = (parameters: StackParameters) =>
  Object.entries(parameters).map(([ParameterKey, {given, value, noEcho, resolved}]) => ({
    ParameterKey,
    ParameterValue: noEcho ? '****' : given,
    ...(resolved ? {ResolvedValue: String(value)} : {}),
  }))

export const describeStack = (stack: Stack) => ({
  StackId: stack.id,
  StackName: stack.name,
  ChangeSetId: stack.changeSetId,
  Description: stack.description,
  Parameters: parametersOf(stack.parameters),
  CreationTime: stack.created,
  LastUpdatedTime: stack.updated,
  DeletionTime: stack.deleted,
  RollbackConfiguration: {},
  StackStatus: stack.status,
  StackStatusReason: stack.reason,
  DisableRollback: stack.disableRollback,
  NotificationARNs: [],
  Capabilities: stack.capabilities,
  Outputs: stack.outputs.map(({key, value, description, exportName}) => ({
    OutputKey: key,
    OutputValue: value,
    Description: description,
    ExportName: exportName,
  })),
  RoleARN: stack.roleArn,
  Tags: stack.tags,
  EnableTerminationProtection: stack.terminationProtection,
  DriftInformation: driftOf(stack),
})

export const summarizeStack = (stack: Stack) => ({
  StackId: stack.id,
  StackName: stack.name,
  TemplateDescription: stack.description,
  CreationTime: stack.created,
  LastUpdatedTime: stack.updated,
  DeletionTime: stack.deleted,
  StackStatus: stack.status,
  StackStatusReason: stack.reason,
  DriftInformation: driftOf(stack),
})

export const describeResource = (stack: Stack, resource: StackResource) => ({
  StackName: stack.name,
  StackId: stack.id,
  LogicalResourceId: resource.logicalId,
  PhysicalResourceId: resource.physicalId,
  ResourceType: resource.type,
  Timestamp: resource.timestamp,
  ResourceStatus: resource.status,
  ResourceStatusReason: resource.reason,
  DriftInformation: resourceDriftOf(resource),
})

export const summarizeResource = (resource: StackResource) => ({
  LogicalResourceId: resource.logicalId,
  PhysicalResourceId: resource.physicalId,
  ResourceType: resource.type,
  LastUpdatedTimestamp: resource.timestamp,
  ResourceStatus: resource.status,
  ResourceStatusReason: resource.reason,
  DriftInformation: resourceDriftOf(resource),
})

export const detailResource = (stack: Stack, resource: StackResource) => ({
  StackName: stack.name,
  StackId: stack.id,
  ...summarizeResource(resource),
  Metadata: JSON.stringify(own(stack.template?.Resources, resource.logicalId)?.Metadata ?? {}),
})

/** A change without the values of properties, as those get it who do not ask for them: one detail for each property. */
function withoutValues({Type, ResourceChange: {BeforeContext: _, AfterContext: __, ...change}}: ResourceChange) {
  const short = (change.Details ?? []).map(({Target, ...rest}) => {
    const {Attribute, Name, RequiresRecreation} = Target
    return {Target: {Attribute, Name, RequiresRecreation}, ...rest}
  })
  const Details = [...new Map(short.map((detail) => [JSON.stringify(detail), detail])).values()]
  return {Type, ResourceChange: {...change, ...(change.Details ? {Details} : {})}}
}

export const describeChangeSet = (changeSet: ChangeSet, includeValues: boolean) => ({
  ChangeSetName: changeSet.name,
  ChangeSetId: changeSet.id,
  StackId: changeSet.stack.id,
  StackName: changeSet.stack.name,
  Description: changeSet.description,
  Parameters: parametersOf(changeSet.target.parameters),
  CreationTime: changeSet.created,
  ExecutionStatus: changeSet.executionStatus,
  Status: changeSet.status,
  StatusReason: changeSet.reason,
  NotificationARNs: [],
  RollbackConfiguration: {},
  Capabilities: changeSet.capabilities,
  Tags: changeSet.target.tags,
  Changes: includeValues ? changeSet.changes : changeSet.changes.map(withoutValues),
  IncludeNestedStacks: false,
  OnStackFailure: changeSet.onFailure,
})

export const summarizeChangeSet = (changeSet: ChangeSet) => ({
  StackId: changeSet.stack.id,
  StackName: changeSet.stack.name,
  ChangeSetId: changeSet.id,
  ChangeSetName: changeSet.name,
  ExecutionStatus: changeSet.executionStatus,
  Status: changeSet.status,
  StatusReason: changeSet.reason,
  CreationTime: changeSet.created,
  Description: changeSet.description,
})

export const describeTemplateParameters = (template: Template) =>
  Object.entries(template.Parameters ?? {}).map(([ParameterKey, parameter]) => ({
    ParameterKey,
    DefaultValue: parameter.Default === undefined ? undefined : String(parameter.Default),
    ParameterType: parameter.Type,
    NoEcho: String(parameter.NoEcho) === 'true',
    Description: parameter.Description,
    ParameterConstraints: {AllowedValues: parameter.AllowedValues?.map(String)},
  }))
