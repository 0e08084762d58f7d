/** The regions that AWS has, by name. */

/** When the list was right. */
export const AWS_REGIONS_DATE = '2025-12'

/**
 * Of the partitions `aws`, `aws-cn` and `aws-us-gov`. Source: the regions that the SDK's S3 client of the pinned version
 * enumerates (`BucketLocationConstraint`), with us-east-1, which S3 leaves out. A test compares them.
 */
const AWS_REGIONS: ReadonlySet<string> = new Set(
  [
    'af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1',
    'ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1',
    'cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3',
    'il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1',
    'us-west-1 us-west-2',
  ].flatMap((line) => line.split(' ')),
)

export const isAwsRegion = (name: string): boolean => AWS_REGIONS.has(name)
