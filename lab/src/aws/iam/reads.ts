/** What IAM tells of the roles and policies that templates have made. The texts of its errors are as users quote them. */

import type * as Api from '@aws-sdk/client-iam'

import {recordsOf, tagsOf, type ResourceRecord} from '../../cloudformation/records.js'
import {fault, type Lab, type Operation} from '../../kernel.js'
import {page} from '../by-region.js'

export const ROLE = 'AWS::IAM::Role'
const INLINE = 'AWS::IAM::Policy'
const MANAGED = 'AWS::IAM::ManagedPolicy'

/** Of every list, and its default (IAM API reference). */
const PAGE = 100
/** Seconds (CreateRole, IAM API reference). */
const SESSION = 3600

const absent = (message: string): Error => fault('NoSuchEntity', message, 404)

const pathOf = ({properties}: ResourceRecord): string => String(properties.Path ?? '/')

/** IAM hands policies out as they stand in a URL. */
const encoded = (document: unknown): string =>
  encodeURIComponent(typeof document === 'string' ? document : JSON.stringify(document))

export function readOperations(lab: Lab): Record<string, Operation> {
  const all = (type: string): ResourceRecord[] =>
    recordsOf(lab)
      .inRegion('', type)
      .sort((left, right) => (left.physicalId < right.physicalId ? -1 : 1))

  const role = (name = ''): ResourceRecord => {
    const found = recordsOf(lab).find('', ROLE, name)
    if (!found) throw absent(`The role with name ${name} cannot be found.`)
    return found
  }
  const managed = (arn = ''): ResourceRecord => {
    if (arn.startsWith('arn:aws:iam::aws:'))
      throw fault('NotImplemented', `iam: the lab does not know AWS's own managed policies: ${arn}`, 501)
    const found = recordsOf(lab).find('', MANAGED, arn)
    if (!found) throw absent(`Policy ${arn} was not found.`)
    return found
  }
  /** Policies of a type that name this role among theirs. */
  const naming = (type: string, name: string): ResourceRecord[] =>
    all(type).filter(({properties}) => ((properties.Roles ?? []) as string[]).includes(name))

  /** Of its own template, and of policies that stand beside it. */
  const inlineOf = (name: string): Map<string, unknown> => {
    const own = (role(name).properties.Policies ?? []) as {PolicyName: string; PolicyDocument: unknown}[]
    const beside = naming(INLINE, name).map(({properties}) => properties as (typeof own)[number])
    return new Map([...own, ...beside].map(({PolicyName, PolicyDocument}) => [PolicyName, PolicyDocument]))
  }
  const attachedTo = (name: string): string[] => [
    ...((role(name).properties.ManagedPolicyArns ?? []) as string[]),
    ...naming(MANAGED, name).map(({physicalId}) => physicalId),
  ]
  const shownPolicy = (record: ResourceRecord): Api.Policy => {
    const arn = record.physicalId
    return {
      PolicyName: nameIn(arn),
      Arn: arn,
      Path: pathOf(record),
      DefaultVersionId: 'v1',
      AttachmentCount: all(ROLE).filter(({physicalId}) => attachedTo(physicalId).includes(arn)).length,
      IsAttachable: true,
      Description: record.properties.Description as string | undefined,
      CreateDate: record.createdAt,
      UpdateDate: record.createdAt,
    }
  }
  return {
    GetRole: ({RoleName}: Api.GetRoleRequest): Api.GetRoleResponse => ({
      Role: {...shownRole(role(RoleName)), Tags: tagsOf(role(RoleName))},
    }),
    ListRoles({PathPrefix = '/', ...input}: Api.ListRolesRequest): Api.ListRolesResponse {
      const {items, ...more} = paged(
        all(ROLE).filter((one) => pathOf(one).startsWith(PathPrefix)),
        input,
      )
      return {Roles: items.map((one) => shownRole(one)), ...more}
    },
    ListRoleTags({RoleName, ...input}: Api.ListRoleTagsRequest): Api.ListRoleTagsResponse {
      const {items, ...more} = paged(tagsOf(role(RoleName)), input)
      return {Tags: items, ...more}
    },
    ListRolePolicies({RoleName = '', ...input}: Api.ListRolePoliciesRequest): Api.ListRolePoliciesResponse {
      const {items, ...more} = paged([...inlineOf(RoleName).keys()].sort(), input)
      return {PolicyNames: items, ...more}
    },
    GetRolePolicy({RoleName = '', PolicyName = ''}: Api.GetRolePolicyRequest): Api.GetRolePolicyResponse {
      const document = inlineOf(RoleName).get(PolicyName)
      if (document === undefined) throw absent(`The role policy with name ${PolicyName} cannot be found.`)
      return {RoleName, PolicyName, PolicyDocument: encoded(document)}
    },
    ListAttachedRolePolicies(input: Api.ListAttachedRolePoliciesRequest): Api.ListAttachedRolePoliciesResponse {
      const {RoleName = '', PathPrefix = '/'} = input
      const arns = attachedTo(RoleName).filter((arn) => pathIn(arn).startsWith(PathPrefix))
      const {items, ...more} = paged(arns, input)
      return {AttachedPolicies: items.map((arn) => ({PolicyName: nameIn(arn), PolicyArn: arn})), ...more}
    },
    GetPolicy: ({PolicyArn}: Api.GetPolicyRequest): Api.GetPolicyResponse => ({
      Policy: shownPolicy(managed(PolicyArn)),
    }),
    GetPolicyVersion({PolicyArn, VersionId}: Api.GetPolicyVersionRequest): Api.GetPolicyVersionResponse {
      const {properties, createdAt} = managed(PolicyArn)
      if (VersionId !== 'v1')
        throw absent(`Policy ${PolicyArn} version ${VersionId} does not exist or is not attachable.`)
      const Document = encoded(properties.PolicyDocument)
      return {PolicyVersion: {Document, VersionId, IsDefaultVersion: true, CreateDate: createdAt}}
    },
    ListPolicyVersions({PolicyArn, ...input}: Api.ListPolicyVersionsRequest): Api.ListPolicyVersionsResponse {
      const {items, ...more} = paged([managed(PolicyArn)], input)
      const shown = items.map(({createdAt}) => ({VersionId: 'v1', IsDefaultVersion: true, CreateDate: createdAt}))
      return {Versions: shown, ...more}
    },
    ListEntitiesForPolicy(input: Api.ListEntitiesForPolicyRequest): Api.ListEntitiesForPolicyResponse {
      const {PolicyArn, EntityFilter, PathPrefix = '/', PolicyUsageFilter} = input
      const {physicalId} = managed(PolicyArn)
      // A policy of the lab bounds nobody, and only roles have one.
      const asked = [undefined, 'Role', 'LocalManagedPolicy'].includes(EntityFilter)
      const isListed = asked && PolicyUsageFilter !== 'PermissionsBoundary'
      const roles = all(ROLE).filter(
        (one) => isListed && pathOf(one).startsWith(PathPrefix) && attachedTo(one.physicalId).includes(physicalId),
      )
      const {items, ...more} = paged(roles, input)
      const PolicyRoles = items.map((one) => ({RoleName: one.physicalId, RoleId: one.attributes.RoleId}))
      return {PolicyGroups: [], PolicyUsers: [], PolicyRoles, ...more}
    },
    // No template of the lab makes an instance profile, and nothing gives the account a name.
    ListInstanceProfiles: (): Api.ListInstanceProfilesResponse => ({InstanceProfiles: [], IsTruncated: false}),
    ListInstanceProfilesForRole({
      RoleName,
    }: Api.ListInstanceProfilesForRoleRequest): Api.ListInstanceProfilesForRoleResponse {
      role(RoleName)
      return {InstanceProfiles: [], IsTruncated: false}
    },
    ListAccountAliases: (): Api.ListAccountAliasesResponse => ({AccountAliases: [], IsTruncated: false}),
    ListPolicies({Scope, PathPrefix = '/', OnlyAttached, ...input}: Api.ListPoliciesRequest): Api.ListPoliciesResponse {
      if (Scope !== 'Local')
        throw fault('NotImplemented', "iam.ListPolicies: AWS's own managed policies; ask with the scope Local", 501)
      const found = all(MANAGED)
        .map((one) => shownPolicy(one))
        .filter(
          ({Path = '', AttachmentCount = 0}) => Path.startsWith(PathPrefix) && (!OnlyAttached || AttachmentCount > 0),
        )
      const {items, ...more} = paged(found, input)
      return {Policies: items, ...more}
    },
  }
}

/** Without its tags, as the list has it. */
function shownRole(record: ResourceRecord): Api.Role {
  const {properties, attributes, physicalId, createdAt} = record
  const {AssumeRolePolicyDocument, Description, MaxSessionDuration = SESSION} = properties
  return {
    Path: pathOf(record),
    RoleName: physicalId,
    RoleId: attributes.RoleId,
    Arn: attributes.Arn,
    CreateDate: createdAt,
    AssumeRolePolicyDocument: AssumeRolePolicyDocument && encoded(AssumeRolePolicyDocument),
    Description,
    MaxSessionDuration: Number(MaxSessionDuration),
  }
}

function paged<T>(
  all: T[],
  {Marker, MaxItems = PAGE}: {Marker?: string; MaxItems?: number},
): {items: T[]; IsTruncated: boolean; Marker: string | undefined} {
  const {items, next} = page(all, MaxItems, Marker)
  return {items, IsTruncated: next !== undefined, Marker: next}
}

/** `arn:aws:iam::000000000000:policy/path/name`. */
const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)
const pathIn = (arn: string): string => arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1)
