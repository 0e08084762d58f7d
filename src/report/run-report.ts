/** The report of a switch that was not measured: what was done, by whom, how it ended, and what nobody knows. */

import type {RunOutcome} from '../engine/outcome.js'
import {LAB_NOTICE} from '../measure/result.js'
import {fenceNotProven, isFenceUnproven} from '../model/fence.js'
import type {Approval} from '../model/pipeline.js'
import {inWords} from '../model/plan.js'
import {duration} from './format.js'
import {cell, table as markdownTable} from './markdown-table.js'
import {markup} from './markup.js'
import {page, table} from './page.js'
import {stepsHtml, stepsMarkdown} from './steps.js'
import type {RunStory} from './story.js'

export interface RunReport {
  outcome: RunOutcome
  story: RunStory
  target: string
  /** The target is a lab: the report says so. */
  lab: boolean
}

export function runReportHtml({outcome, story, target, lab}: RunReport): string {
  const {status, phases} = outcome
  const class_ = {done: 'met', undone: 'unknown', stopped: 'missed'}[status]
  return page(
    `${status}: ${inWords(outcome)} on ${target}`,
    markup`<h1><span class="${class_}">${status.toUpperCase()}</span> ${inWords(outcome)} on ${target}</h1>
${lab ? markup`<p class="stamp">${LAB_NOTICE}</p>` : undefined}
<p class="quiet">${facts({outcome, story})}</p>
<ul>${remarks(outcome).map((remark) => markup`<li>${remark}</li>`)}</ul>
<h2>Phases</h2>${table(['phase', 'time'], phaseRows(phases))}
${stepsHtml(story)}`,
  )
}

export function runReportMarkdown({outcome, story, target, lab}: RunReport): string {
  const {status, phases} = outcome
  return [
    `## ${status.toUpperCase()}: ${cell(inWords(outcome))} on ${cell(target)}`,
    '',
    ...(lab ? [`> ${LAB_NOTICE}`, ''] : []),
    cell(facts({outcome, story})),
    '',
    ...remarks(outcome).map((remark) => `- ${cell(remark)}`),
    '',
    ...markdownTable([['phase', 'time'], ...phaseRows(phases)]),
    '',
    ...stepsMarkdown(story),
  ].join('\n')
}

const phaseRows = (phases: RunOutcome['phases']): string[][] => phases.map(({id, seconds}) => [id, duration(seconds)])

const iso = (ms: number): string => new Date(ms).toISOString()

const facts = ({
  outcome: {runId, startedAt, finishedAt, digest, approval},
  story: {owners},
}: Pick<RunReport, 'outcome' | 'story'>) =>
  [
    `Run ${runId}, by ${owners.join(', then ')}, from ${iso(startedAt)} to ${iso(finishedAt)}. Plan ${digest.slice(0, 12)}.`,
    ...(approval ? [approvalText(approval)] : []),
  ].join(' ')

function approvalText({pipeline, region, execution, by, at, comment}: Approval): string {
  const who = by === null ? 'Who approved it is not known' : `Approved by ${by}`
  const when = at === null ? '' : ` at ${iso(at)}`
  const why = comment ? `: ${comment}` : ''
  return `${who}${when}${why} (execution ${execution} of the pipeline ${pipeline} in ${region}).`
}

/** What a reader must know beyond the steps: why it did not end well, and what was not measured or not proven. */
function remarks({status, intent, from, failure, unsure, runId}: RunOutcome): string[] {
  const said: string[] = []
  if (failure)
    said.push(
      [failure.what, failure.why, failure.requestId && `request id ${failure.requestId}`].filter(Boolean).join('; '),
    )
  if (status === 'undone') said.push('All that was changed has been taken back.')
  if (status === 'stopped') said.push(`It stopped midway. \`todo-dr resume ${runId}\` continues it.`)
  if (status === 'done' && isFenceUnproven(unsure)) said.push(`The ${intent} is done, but ${fenceNotProven(from)}.`)
  if (intent === 'failover' && status !== 'undone')
    said.push(
      `This run was not measured. Which acknowledged writes were lost is not known. Aurora tries to keep what ${from} had in a snapshot named rds:unplanned-global-failover-*; restored, todo-dr drift --rows --against says what is in it alone.`,
    )
  if (said.length === 0 && intent === 'upgrade')
    said.push('The standby was upgraded first. Clients were not watched while the writer restarted.')
  if (said.length === 0)
    said.push('This run was not measured. A planned switch waits until the standby has every write.')
  return said
}
