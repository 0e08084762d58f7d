import type {Workload} from '../ports/workload.js'

/** How the API of a target is written to: that of the sample, until a target can name another. */
export const openWorkload = async (): Promise<Workload> => (await import('../workloads/todo/index.js')).todo
