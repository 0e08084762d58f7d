import {primaryOf} from '../model/observation.js'
import {regionNames} from '../model/regions.js'
import type {Gate} from '../model/gate.js'

/** Refuses to promote a region that nobody deployed, or that writes already: either ends with no writer where clients are sent. */
export const targetKnown: Gate = {
  id: 'target-known',
  intents: ['switchover', 'failover', 'failback'],
  check({to, observation}) {
    const names = regionNames(observation)
    if (!names.includes(to))
      return {reason: `${to} is not a region of this deployment`, hint: `its regions are ${names.join(' and ')}`}
    if (primaryOf(observation) === to)
      return {reason: `${to} is already the primary`, hint: 'there is nothing to do; todo-dr status shows the topology'}
  },
}
