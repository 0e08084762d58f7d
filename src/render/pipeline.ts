/** The failover pipelines as lines. Pure. */

import type {PipelineStatusResult} from '../actions/pipeline/result.js'
import {wrapped} from '../report/wrapped.js'

type Side = PipelineStatusResult['pipelines'][number]
type Execution = Side['executions'][number]

export const pipelineLines = ({pipelines}: PipelineStatusResult, width?: number): string[] =>
  pipelines.flatMap((side) => sideLines(side)).flatMap((line) => wrapped(line, width))

function sideLines({region, pipeline, unreachable, executions}: Side): string[] {
  if (pipeline === null) return [`${region}: ${unreachable}`]
  if (executions.length === 0) return [`${region}: ${pipeline} has run nothing yet`]
  return [`${region}: ${pipeline}`, ...executions.map((one) => `  ${executionLine(one)}`)]
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
