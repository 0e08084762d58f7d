/** The pipelines as lines. Pure. */

import type {PipelineStatusResult} from '../actions/pipeline/result.js'
import {wrapped} from '../report/wrapped.js'

type Execution = PipelineStatusResult['pipelines'][number]['executions'][number]
type Delivery = NonNullable<PipelineStatusResult['delivery']>['executions'][number]

export function pipelineLines({pipelines, delivery}: PipelineStatusResult, width?: number): string[] {
  const lines = pipelines.flatMap((side) => sideLines(side, executionLine))
  if (delivery) lines.push(...sideLines(delivery, deliveryLine))
  return lines.flatMap((line) => wrapped(line, width))
}

interface Side<T> {
  region: string
  pipeline: string | null
  unreachable: string | null
  executions: T[]
}

function sideLines<T>({region, pipeline, unreachable, executions}: Side<T>, lineOf: (one: T) => string): string[] {
  if (pipeline === null) return [`${region}: ${unreachable}`]
  if (executions.length === 0) return [`${region}: ${pipeline} has run nothing yet`]
  return [`${region}: ${pipeline}`, ...executions.map((one) => `  ${lineOf(one)}`)]
}

/** With the action that is under way, or that has not ended well. */
function deliveryLine({id, status, startedAt, commit, actions}: Delivery): string {
  const at = actions.findLast((one) => one.status !== 'Succeeded')
  const parts = [
    `${iso(startedAt)}  ${commit?.slice(0, 8) ?? 'no commit'}  ${status}`,
    at && `${at.action} ${at.status}${at.why === null ? '' : `: ${at.why}`}`,
    id,
  ]
  return parts.filter(Boolean).join(', ')
}

function executionLine({id, status, startedAt, command, approval, build}: Execution): string {
  const parts = [
    `${iso(startedAt)}  ${command ?? 'no command'}  ${status}`,
    approval && approvalText(approval),
    build && `build ${build.status}`,
    id,
  ]
  return parts.filter(Boolean).join(', ')
}

function approvalText({verdict, by, at, comment}: NonNullable<Execution['approval']>): string {
  if (verdict === 'waiting') return 'waits for approval'
  const who = by === null ? '' : ` by ${by}`
  const when = at === null ? '' : ` at ${iso(at)}`
  return `${verdict}${who}${when}${comment ? `: ${comment}` : ''}`
}

const iso = (ms: number): string => new Date(ms).toISOString()
