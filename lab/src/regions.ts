/** The regions that there are. What AWS has no region for, the lab has none for either. */

/**
 * Of the partition `aws`, to which all ARNs of the lab belong. Source: AWS Regional Services list, as the SDK's S3 client of
 * the pinned version enumerates it (`BucketLocationConstraint`), with us-east-1, which S3 leaves out. A test compares them.
 */
const REGIONS: ReadonlySet<string> = new Set(
  [
    'af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1',
    'ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1',
    'eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1',
    'me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2',
  ].flatMap((line) => line.split(' ')),
)

export const isRegion = (name: string): boolean => REGIONS.has(name)

/** A region that was asked for by name, and that AWS does not have. */
export class RegionUnknown extends Error {
  readonly code = 'RegionUnknown'

  constructor(what: string, region: string) {
    super(`${what} is in "${region}", which is not an AWS region`)
  }
}
