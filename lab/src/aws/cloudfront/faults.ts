import {fault, type ServiceFault} from '../../kernel.js'

export const notFound = (message: string): ServiceFault => fault('EntityNotFound', message, 404)

/** If-Match, as CloudFront's own operations want it. @throws InvalidIfMatchVersion, PreconditionFailed */
export function checkMatch(given: string | undefined, current: string): void {
  if (!given)
    throw fault('InvalidIfMatchVersion', 'The If-Match version is missing or not valid for the resource.', 400)
  if (given.replaceAll('"', '') !== current) {
    throw fault(
      'PreconditionFailed',
      "The request failed because it didn't meet the preconditions in one or more request-header fields.",
      412,
    )
  }
}
