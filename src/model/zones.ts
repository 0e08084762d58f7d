/** Availability zones by their ids, which are the same in all accounts; the letters behind a region's name are not. */

import type {Region} from './deployment.js'

/** Those without RDS Proxy ("Quotas and limitations for RDS Proxy", Aurora user guide). */
export const WITHOUT_PROXY: readonly string[] = ['use1-az3', 'usw1-az2']

/** A proxy needs subnets in so many zones ("Setting up network prerequisites for RDS Proxy", Aurora user guide). */
export const ZONES_OF_PROXY = 2

/** Two that have it, by region, for those regions in which some zones lack it. */
export const WITH_PROXY: Readonly<Record<Region, [string, string]>> = {
  'us-east-1': ['use1-az1', 'use1-az2'],
  'us-west-1': ['usw1-az1', 'usw1-az3'],
}

export const hasProxy = (zoneId: string): boolean => !WITHOUT_PROXY.includes(zoneId)
