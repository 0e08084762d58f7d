// Signed for all regions at once: the client looks for SigV4A among what is loaded.
import '../sigv4a.js'

export {
  CloudFrontKeyValueStoreClient as Client,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  PutKeyCommand,
} from '@aws-sdk/client-cloudfront-keyvaluestore'
