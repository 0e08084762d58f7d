import {shortSeconds} from '../model/duration.js'
import {isStale, oldLagText} from '../model/topology.js'
import type {Gate} from '../model/gate.js'

/** Refuses a failover that would lose more than `maxLagSeconds` of writes, or an unknown amount of them. */
export const replicaCaughtUp: Gate = {
  id: 'replica-caught-up',
  intents: ['failover'],
  waiver: 'allow-data-loss',
  check({to, observation, maxLagSeconds}) {
    const {lagSeconds: lag, lag: datum} = observation.regions[to] ?? {}
    if (!lag) return
    const hint = `wait until ${to} has caught up, or accept the loss: --allow-data-loss --confirm ${observation.app}`
    if (!lag.reachable) return {reason: `the lag of ${to} cannot be read: ${lag.reason}`, hint}
    if (lag.value === undefined) return {reason: `the lag of ${to} is unknown: no recent value`, hint}
    if (datum && isStale(datum, observation.at))
      return {
        reason: `the lag of ${to} is unknown: ${oldLagText(datum, observation.at)}`,
        hint,
      }
    if (lag.value > maxLagSeconds)
      return {reason: `${to} is ${shortSeconds(lag.value)} behind; the limit is ${maxLagSeconds} s`, hint}
  },
}
