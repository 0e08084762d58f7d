/** The switches that health looks ahead to. */

import type {Intent} from '../../model/plan.js'

export const HEALTH_INTENTS = ['failover', 'switchover', 'failback'] as const satisfies readonly Intent[]
export type HealthIntent = (typeof HEALTH_INTENTS)[number]
