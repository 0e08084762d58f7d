export {
  ServiceQuotasClient as Client,
  GetServiceQuotaCommand,
  ListServiceQuotasCommand,
} from '@aws-sdk/client-service-quotas'
