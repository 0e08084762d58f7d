import type {Refusal, ServiceApi, Violation} from '../../service.js'
import {lowerFirst, placeOf, saying, validationText, type Violations} from '../../wire/violations.js'

export const api: ServiceApi = {
  signingName: 'apigateway',
  placement: 'regional',
  invalid,
  client: {load: () => import('@aws-sdk/client-api-gateway'), name: 'APIGatewayClient'},
  permissions: {
    // API Gateway's actions are HTTP's methods, and its resources are URLs.
    needs: ({method, region, path}) => [
      {action: `apigateway:${method}`, resources: [`arn:aws:apigateway:${region}::${decodeURIComponent(path)}`]},
    ],
  },
  throttle: {code: 'TooManyRequestsException', message: 'Rate exceeded', status: 429},
}

/**
 * A body is a structure of its own, `createRestApiInput`, in the texts of API Gateway; what it does not say it says by BadRequestException.
 * Source: answers of AWS that LocalStack has recorded in its tests of API Gateway; "Invalid request input" (aws/aws-sdk-js#2588).
 */
function invalid(operation: string, violations: Violations): Refusal | undefined {
  if (violations[0].kind === 'type') return undefined
  if (violations.some(({kind}) => kind === 'missing')) return saying('BadRequestException', 'Invalid request input')
  const named = (one: Violation): string =>
    one.inBody ? `${lowerFirst(operation)}Input.${placeOf(one)}` : placeOf(one)
  return saying('ValidationException', validationText(violations, named))
}
