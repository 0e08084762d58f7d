import type {Gate} from '../model/gate.js'

/**
 * Refuses a target in which the account may run fewer functions at once than where clients are served now: from a certain load on
 * Lambda would throttle them there, and a quota is raised within days, not within an outage. What was not asked, as in a region that
 * is lost, refuses nothing.
 */
export const targetQuota: Gate = {
  id: 'target-quota',
  intents: ['switchover', 'failover', 'failback'],
  waiver: 'target-quota',
  check({from, to, observation: {regions}}) {
    const there = regions[to]?.concurrencyLimit
    const here = from === undefined ? undefined : regions[from]?.concurrencyLimit
    if (!there?.reachable || !here?.reachable || there.value >= here.value) return
    return {
      reason: `in ${to} the account may run ${there.value} functions at once (quota L-B99A9384), and ${here.value} in ${from}`,
      hint: `have the quota raised: aws service-quotas request-service-quota-increase --region ${to} --service-code lambda --quota-code L-B99A9384 --desired-value ${here.value}; to switch all the same: --waive target-quota=REASON`,
    }
  },
}
