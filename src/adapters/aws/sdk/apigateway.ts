export {
  APIGatewayClient as Client,
  GetAccountCommand,
  GetAuthorizersCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetStageCommand,
} from '@aws-sdk/client-api-gateway'
