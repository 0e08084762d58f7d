/** How calls name functions. Texts of errors: answers of AWS that LocalStack has recorded in its tests of Lambda. */

import {ACCOUNT, fault} from '../../kernel.js'
import {absent, invalid} from './faults.js'

export const LATEST = '$LATEST'

const NAME = /^(?:(?:arn:aws:lambda:([\w-]+):)?(?:(\d{12}):)?function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/

/** As calls name a function and what of it they mean. */
export interface Given {
  FunctionName?: string
  Qualifier?: string
}

export interface Reference {
  name: string
  /** A version's number, an alias's name or `$LATEST`. */
  qualifier: string | undefined
}

/** A function as a call in a region names it: by a name, an ARN or a partial ARN, with a qualifier at its end or beside it. */
export function functionReference(given: string | undefined, region: string, beside?: string): Reference {
  const [, place, account, name, within] = NAME.exec(given ?? '') ?? []
  if (!name)
    throw invalid(`1 validation error detected: Value '${given}' at 'functionName' failed to satisfy constraint`)
  if (account !== undefined && account !== ACCOUNT)
    throw fault('AccessDeniedException', `Functions of the account ${account} are not reachable`, 403)
  if (place !== undefined && place !== region)
    throw absent(`Functions from '${place}' are not reachable in this region ('${region}')`)
  if (within && beside && within !== beside)
    throw invalid('The derived qualifier from the function name does not match the specified qualifier.')
  return {name, qualifier: within ?? beside}
}

/** The name of a function as a whole. That calls other than those for concurrency refuse qualifiers so is assumed. */
export function functionName(given: string | undefined, region: string): string {
  const {name, qualifier} = functionReference(given, region)
  if (qualifier === undefined || qualifier === LATEST) return name
  throw invalid(
    'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
  )
}
