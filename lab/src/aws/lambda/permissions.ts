/** The resource policies of functions, versions and aliases. */

import type * as Api from '@aws-sdk/client-lambda'

import type {Operation} from '../../kernel.js'
import {absent, invalid} from './faults.js'
import type {Named} from './function.js'
import {LATEST, type Given} from './reference.js'

/** @throws ResourceNotFoundException */
type Find = (input: Given, region: string) => Named

export function permissionOperations(find: Find): Record<string, Operation> {
  return {
    AddPermission(input: Api.AddPermissionRequest, {region}): Api.AddPermissionResponse {
      const {owner, qualifier} = find(input, region)
      if (qualifier === LATEST) throw invalid('We currently do not support adding policies for $LATEST.')
      return {Statement: JSON.stringify(owner.policy(qualifier).add(input))}
    },

    RemovePermission(input: Api.RemovePermissionRequest, {region}) {
      const {owner, qualifier} = find(input, region)
      owner.policy(qualifier).remove(input.StatementId ?? '')
      return {}
    },

    GetPolicy(input: Api.GetPolicyRequest, {region}): Api.GetPolicyResponse {
      const {owner, qualifier, target} = find(input, region)
      const document = owner.policy(qualifier).document()
      if (!document) throw absent('The resource you requested does not exist.')
      return {Policy: document, RevisionId: target.version.configuration.RevisionId}
    },
  }
}
