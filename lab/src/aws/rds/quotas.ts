/** Quotas of RDS that the lab enforces, and what is used of them ("Quotas and constraints for Amazon Aurora", Aurora user guide). */

import type {AccountQuota} from '@aws-sdk/client-rds'
import {fault, type Operation} from '../../kernel.js'
import {quotasOf} from '../../quotas.js'
import type {Quota} from '../../service.js'
import type {Rds} from './store.js'

const serviceCode = 'rds'
const serviceName = 'Amazon Relational Database Service (Amazon RDS)'

/** "Quotas for RDS Proxy", Aurora user guide. */
export const PROXIES: Quota = {serviceCode, serviceName, code: 'L-D94C7EA3', name: 'Proxies', value: 20}

export const SNAPSHOTS: Quota = {
  serviceCode,
  serviceName,
  code: 'L-9B510759',
  name: 'Manual DB cluster snapshots',
  value: 100,
}

const used = ({store}: Rds, region: string): number =>
  store.snapshots.inRegion(region).filter(({type}) => type === 'manual').length

/** For one more manual snapshot, as of CopyDBClusterSnapshot and DeleteDBCluster: SnapshotQuotaExceeded (RDS API). */
export function refuseBeyondQuota(rds: Rds, region: string): void {
  if (used(rds, region) >= quotasOf(rds.lab).value(region, SNAPSHOTS))
    throw fault('SnapshotQuotaExceeded', 'Cannot create more than the allowed number of manual DB cluster snapshots.')
}

/** DescribeAccountAttributes: of AWS's eighteen quotas the one that the lab enforces and that is counted there. */
export const accountOperations = (rds: Rds): Record<string, Operation> => ({
  DescribeAccountAttributes(_input: object, {region}) {
    const quota: AccountQuota = {
      AccountQuotaName: 'ManualClusterSnapshots',
      Used: used(rds, region),
      Max: quotasOf(rds.lab).value(region, SNAPSHOTS),
    }
    return {AccountQuotas: [quota]}
  },
})
