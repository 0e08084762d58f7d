import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'apigateway',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-api-gateway'), name: 'APIGatewayClient'},
  permissions: {
    // API Gateway's actions are HTTP's methods, and its resources are URLs.
    needs: ({method, region, path}) => [
      {action: `apigateway:${method}`, resources: [`arn:aws:apigateway:${region}::${decodeURIComponent(path)}`]},
    ],
  },
  throttle: {code: 'TooManyRequestsException', message: 'Rate exceeded', status: 429},
}
