export {EC2Client as Client, DescribeAvailabilityZonesCommand, DescribeVpcsCommand} from '@aws-sdk/client-ec2'
