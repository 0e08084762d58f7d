export {CloudFrontClient as Client, GetDistributionCommand} from '@aws-sdk/client-cloudfront'
