import {fault, type ServiceFault} from '../../kernel.js'

/** Lambda says of each of its errors whose fault it is. */
const refused = (code: string, message: string, status: number): ServiceFault =>
  fault(code, message, status, {Type: 'User'})

export const invalid = (message: string): ServiceFault => refused('InvalidParameterValueException', message, 400)

export const conflict = (message: string): ServiceFault => refused('ResourceConflictException', message, 409)

export const absent = (message: string): ServiceFault => refused('ResourceNotFoundException', message, 404)

/** @param arn with the qualifier, where the caller gave one */
export const noFunction = (arn: string): ServiceFault => absent(`Function not found: ${arn}`)

export const unsupported = (what: string): ServiceFault =>
  fault('NotImplemented', `lambda: the lab does not support ${what}`, 501)

/** For a change that is meant for another revision of a function or alias than there is. */
export function checkRevision(given: string | undefined, current: string | undefined): void {
  if (given === undefined || given === current) return
  throw refused(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    412,
  )
}
