/** A status as a table. Pure. */

import type {StatusResult} from '../actions/status/result.js'
import {columns} from '../report/columns.js'

const SILENT = 'no answer'

export function statusTable({edge, regions}: StatusResult): string {
  const rows = regions.map(({region, role, cluster, proxy, api, writers, lagSeconds}) => [
    region,
    role,
    region === edge ? 'serves' : edge === null ? '?' : '-',
    cluster.reachable ? cluster.status : SILENT,
    proxy.reachable ? `${proxy.available} of ${proxy.available + proxy.unavailable}` : SILENT,
    api.reachable ? `${api.code ?? api.status}, ${Math.round(api.latencyMs)} ms` : SILENT,
    writers.reachable ? writers.mode : SILENT,
    lagSeconds === null ? '-' : `${lagSeconds.toFixed(1)} s`,
  ])
  return columns([['REGION', 'ROLE', 'EDGE', 'DATABASE', 'PROXY', 'API', 'WRITERS', 'LAG'], ...rows]).join('\n')
}

/** Of each run that was cut: what it is, and what finishes it. */
export const unfinishedLines = ({unfinished}: StatusResult): string[] =>
  unfinished.flatMap(({run, intent, from, to, startedAt, owner, next, would}) => [
    `unfinished: ${intent} from ${from} to ${to}, started ${startedAt} by ${owner} (${run})`,
    `  ${next} ${would}`,
  ])
