import {fault, type ServiceFault} from '../../kernel.js'

export const invalidInput = (message: string): ServiceFault => fault('InvalidInputException', message)

export const notFound = (message: string): ServiceFault => fault('ResourceNotFoundException', message)

/** What AWS does and the lab does not. */
export const unsupported = (what: string): ServiceFault =>
  fault('NotImplemented', `The lab does not support ${what} of CodeBuild`, 501)

/** Refuses every member that is given and not known. */
export function onlyKnown(what: string, given: object, known: readonly string[]): void {
  const other = Object.entries(given).find(([name, value]) => value !== undefined && !known.includes(name))
  if (other) throw unsupported(`${other[0]} of ${what}`)
}
