export {KMSClient as Client, DescribeKeyCommand, ScheduleKeyDeletionCommand} from '@aws-sdk/client-kms'
