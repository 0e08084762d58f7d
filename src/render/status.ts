/** A status as a table. Pure. */

import type {StatusResult} from '../actions/status/result.js'
import {howToClose} from '../model/fence.js'
import {inWords} from '../model/plan.js'
import {columns} from '../report/columns.js'
import {wrapped} from '../report/wrapped.js'

const SILENT = 'no answer'

export function statusTable({edge, regions}: StatusResult, width?: number): string {
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
  return columns([['REGION', 'ROLE', 'EDGE', 'DATABASE', 'PROXY', 'API', 'WRITERS', 'LAG'], ...rows], width).join('\n')
}

/** Where the old primary of a failover may still say yes to clients. */
export const unprovenLines = ({unprovenFence: fence}: StatusResult, width?: number): string[] =>
  fence === null ? [] : [...wrapped(`unproven: ${fence.text}`, width), ...howToClose(fence).map((line) => `  ${line}`)]

/** Of each run that was cut: what it is, and what finishes it. */
export const unfinishedLines = ({unfinished}: StatusResult, width?: number): string[] =>
  unfinished.flatMap(({run, intent, from, to, startedAt, owner, next, would}) => [
    ...wrapped(`unfinished: ${inWords({intent, from, to})}, started ${startedAt} by ${owner} (${run})`, width),
    `  ${next} ${would}`,
  ])
