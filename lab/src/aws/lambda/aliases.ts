/** Aliases: names of versions. Codes and texts: answers of AWS that LocalStack has recorded in its tests of Lambda. */

import {randomUUID} from 'node:crypto'
import type * as Api from '@aws-sdk/client-lambda'

import type {Operation} from '../../kernel.js'
import {page} from '../by-region.js'
import {absent, checkRevision, conflict, invalid} from './faults.js'
import type {LambdaFunction} from './function.js'
import {LATEST} from './reference.js'

/** Of ListAliases, and its default. */
const PAGE = 50

/** `find`: the function as a whole. @throws ResourceNotFoundException */
export function aliasOperations(
  find: (name: string | undefined, region: string) => LambdaFunction,
): Record<string, Operation> {
  return {
    CreateAlias: (input: Api.CreateAliasRequest, {region}) => create(find(input.FunctionName, region), input),
    GetAlias({FunctionName, Name = ''}: Api.GetAliasRequest, {region}) {
      const {aliases, arn} = find(FunctionName, region)
      const alias = aliases.get(Name)
      if (!alias) throw absent(`Cannot find alias arn: ${arn}:${Name}`)
      return alias
    },
    UpdateAlias: (input: Api.UpdateAliasRequest, {region}) => update(find(input.FunctionName, region), input),
    /** Of one that there is not it says nothing. */
    DeleteAlias({FunctionName, Name = ''}: Api.DeleteAliasRequest, {region}) {
      find(FunctionName, region).removeAlias(Name)
      return {}
    },
    ListAliases(input: Api.ListAliasesRequest, {region}): Api.ListAliasesResponse {
      const {FunctionVersion, MaxItems = PAGE, Marker} = input
      const all = [...find(input.FunctionName, region).aliases.values()].filter(
        (alias) => FunctionVersion === undefined || alias.FunctionVersion === FunctionVersion,
      )
      const {items, next} = page(all, MaxItems, Marker)
      return {Aliases: items, NextMarker: next}
    },
  }
}

function create(owner: LambdaFunction, input: Api.CreateAliasRequest): Api.AliasConfiguration {
  const {Name = '', FunctionVersion, Description = '', RoutingConfig} = input
  const AliasArn = `${owner.arn}:${Name}`
  owner.version(FunctionVersion)
  if (owner.aliases.has(Name)) throw conflict(`Alias already exists: ${AliasArn}`)
  const alias = {AliasArn, Name, FunctionVersion, Description, ...routing(owner, FunctionVersion, RoutingConfig)}
  return keep(owner, alias)
}

function update(owner: LambdaFunction, input: Api.UpdateAliasRequest): Api.AliasConfiguration {
  const {Name = '', FunctionVersion, Description, RoutingConfig, RevisionId} = input
  const alias = owner.aliases.get(Name)
  if (!alias) throw absent(`Alias not found: ${owner.arn}:${Name}`)
  checkRevision(RevisionId, alias.RevisionId)
  const target = FunctionVersion ?? alias.FunctionVersion
  owner.version(target)
  const {RoutingConfig: before, ...rest} = alias
  return keep(owner, {
    ...rest,
    FunctionVersion: target,
    Description: Description ?? alias.Description,
    ...routing(owner, target, RoutingConfig ?? before),
  })
}

function keep(owner: LambdaFunction, alias: Api.AliasConfiguration): Api.AliasConfiguration {
  const revised = {...alias, RevisionId: randomUUID()}
  owner.aliases.set(alias.Name!, revised)
  return revised
}

/** Without weights there is none. */
function routing(
  owner: LambdaFunction,
  target: string | undefined,
  asked: Api.AliasRoutingConfiguration | undefined,
): Pick<Api.AliasConfiguration, 'RoutingConfig'> {
  const weights = asked?.AdditionalVersionWeights ?? {}
  const [other, ...more] = Object.keys(weights)
  if (other === undefined) return {}
  if (more.length > 0) throw invalid('Number of items in AdditionalVersionWeights cannot be greater than 1')
  if (other === target)
    throw invalid(
      `Invalid function version ${other}. Function version ${other} is already included in routing configuration.`,
    )
  if (target === LATEST) throw invalid('$LATEST is not supported for an alias pointing to more than 1 version')
  owner.version(other)
  return {RoutingConfig: {AdditionalVersionWeights: {...weights}}}
}
