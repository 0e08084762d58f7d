export {
  ChangeResourceRecordSetsCommand,
  Route53Client as Client,
  GetChangeCommand,
  GetHealthCheckCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53'
