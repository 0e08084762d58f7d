/** An error as lines: what happened, why, what to do next, the AWS request id. */

import type {DrError} from '../errors.js'
import type {Line} from './lines.js'

export function errorLines(error: DrError): Line[] {
  const lines: Line[] = [{mark: 'error', text: error.message}]
  if (error.why) lines.push({mark: 'plain', text: `  Why: ${error.why}`})
  if (error.next) lines.push({mark: 'plain', text: `  Next: ${error.next}`, unbroken: true})
  if (error.requestId) lines.push({mark: 'plain', text: `  AWS request id: ${error.requestId}`})
  return lines
}

/** An error as --json prints it; `schemas/error.schema.json` describes it. */
export const errorJson = ({code, message: what, why, next, requestId, exitStatus: exit}: DrError): object => ({
  error: {code, what, why, next, requestId, exit},
})
