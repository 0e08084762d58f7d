export {
  APIGatewayClient as Client,
  GetAuthorizersCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetStageCommand,
} from '@aws-sdk/client-api-gateway'
