export {
  CognitoIdentityProviderClient as Client,
  DeleteUserPoolCommand,
  DeleteUserPoolDomainCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  ListResourceServersCommand,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
