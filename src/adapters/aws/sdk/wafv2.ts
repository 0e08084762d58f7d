export {WAFV2Client as Client, GetWebACLCommand} from '@aws-sdk/client-wafv2'
