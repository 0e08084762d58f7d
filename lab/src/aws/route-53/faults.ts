/** Errors of Route 53. The codes are those of its API reference; where no source of a text is named, it is assumed. */

import {fault} from '../../kernel.js'

export const invalidInput = (message: string): Error => fault('InvalidInput', message)

/** What AWS has and the lab has not. */
export const unsupported = (operation: string, what: string): Error =>
  fault('NotImplemented', `route53.${operation}: ${what}`, 501)

export const noSuchZone = (id: string): Error => fault('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404)

export const noSuchCheck = (id: string): Error =>
  fault('NoSuchHealthCheck', `A health check with id ${id} does not exist.`, 404)

/** Texts in brackets, as users report them of AWS. */
export const invalidBatch = (messages: readonly string[]): Error =>
  fault('InvalidChangeBatch', `[${messages.join(', ')}]`)
