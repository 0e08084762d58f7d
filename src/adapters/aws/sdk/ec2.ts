export {EC2Client as Client, DescribeVpcsCommand} from '@aws-sdk/client-ec2'
