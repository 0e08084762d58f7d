/**
 * Regions that have Aurora global databases with Aurora MySQL version 3.
 * Source: AWS, "Supported Regions and DB engines for Aurora global databases", Amazon Aurora User Guide, as of late 2025,
 * when New Zealand, Taipei and Thailand were listed as not available. Regions of other partitions are left out: the
 * template's edge is made in us-east-1, and CloudFront reaches no other partition.
 */
export const REGIONS_DATE = '2025-12'
export const REGIONS_SOURCE = 'AWS, Aurora User Guide, "Supported Regions and DB engines for Aurora global databases"'

export const GLOBAL_DATABASE_REGIONS: Readonly<Record<string, string>> = {
  'af-south-1': 'Cape Town',
  'ap-east-1': 'Hong Kong',
  'ap-northeast-1': 'Tokyo',
  'ap-northeast-2': 'Seoul',
  'ap-northeast-3': 'Osaka',
  'ap-south-1': 'Mumbai',
  'ap-south-2': 'Hyderabad',
  'ap-southeast-1': 'Singapore',
  'ap-southeast-2': 'Sydney',
  'ap-southeast-3': 'Jakarta',
  'ap-southeast-4': 'Melbourne',
  'ap-southeast-5': 'Malaysia',
  'ca-central-1': 'Canada',
  'ca-west-1': 'Calgary',
  'eu-central-1': 'Frankfurt',
  'eu-central-2': 'Zurich',
  'eu-north-1': 'Stockholm',
  'eu-south-1': 'Milan',
  'eu-south-2': 'Spain',
  'eu-west-1': 'Ireland',
  'eu-west-2': 'London',
  'eu-west-3': 'Paris',
  'il-central-1': 'Tel Aviv',
  'me-central-1': 'UAE',
  'me-south-1': 'Bahrain',
  'sa-east-1': 'São Paulo',
  'us-east-1': 'N. Virginia',
  'us-east-2': 'Ohio',
  'us-west-1': 'N. California',
  'us-west-2': 'Oregon',
}

/** Of a region's name alone: `aws`, `aws-cn`, `aws-us-gov` or another one of AWS's isolated partitions. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  if (region.startsWith('us-isob-')) return 'aws-iso-b'
  if (region.startsWith('us-iso-')) return 'aws-iso'
  return 'aws'
}
