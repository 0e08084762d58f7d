/** Whether the account and the zones leave room for what a failover makes and uses. */

import {ok, warning} from '../../../model/finding.js'
import {WITHOUT_PROXY} from '../../../model/zones.js'
import {inEach, seen} from '../check.js'
import type {Check} from '../check.js'

/**
 * What Aurora keeps of the old primary's volume is copied to a manual snapshot: the writes that a failover has lost are nowhere else.
 * The failover itself goes through without it.
 */
const snapshotQuota: Check = {
  id: 'snapshot-quota',
  area: 'data',
  asks: 'May the account make another manual snapshot of a cluster? What a failover leaves behind is copied to one.',
  points: 12,
  intents: ['failover', 'failback'],
  judge: (look) =>
    inEach(look, (region) =>
      seen(look.regions[region]!.snapshots, (used) => {
        if (!used) return ok('RDS names no limit')
        const {count, quota} = used
        const text = `${count} of ${quota} manual cluster snapshots`
        return count < quota
          ? ok(text)
          : warning(
              `${text}: what a failover leaves behind could not be kept`,
              `delete some, or ask for more: aws service-quotas request-service-quota-increase --region ${region} --service-code rds --quota-code L-9B510759 --desired-value ${quota + 20}`,
            )
      }),
    ),
}

/**
 * Of the subnets that a proxy is made with, AWS silently leaves out those in zones without RDS Proxy: one zone less than was meant
 * carries the region.
 */
const proxyZones: Check = {
  id: 'proxy-zones',
  area: 'path',
  asks: 'Does the proxy of each region stand in all zones that the functions run in? AWS leaves out those without RDS Proxy.',
  points: 12,
  judge: (look) =>
    inEach(look, (region) => {
      const side = look.regions[region]!
      return seen(side.subnets, (subnets) =>
        seen(side.functions, (functions) => {
          const used = new Set(functions.flatMap((one) => one.subnets))
          const without = [...used].filter((subnet) => !subnets.includes(subnet))
          return without.length === 0
            ? ok(`it stands in ${subnets.length} subnets`)
            : warning(
                `it does not stand in ${without.join(', ')}, where functions run`,
                `RDS Proxy is missing in ${WITHOUT_PROXY.join(' and ')}; see which zone it is: aws ec2 describe-subnets --region ${region} --subnet-ids ${without.join(' ')}`,
              )
        }),
      )
    }),
}

export const ROOM: readonly Check[] = [snapshotQuota, proxyZones]
