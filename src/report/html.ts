/** The report of a measurement, as a page. */

import type {LedgerEntry} from '../model/ledger.js'
import type {RecoveryTime} from '../model/verdict.js'
import type {DrillResult} from '../measure/result.js'
import {requestChart} from './chart.js'
import {achieved, duration, lateTitle, metWord, topologyRows, writerSentence} from './format.js'
import {markup} from './markup.js'
import type {Markup} from './markup.js'
import {page, table} from './page.js'
import {stepsHtml} from './steps.js'
import type {RunStory} from './story.js'

const NAMED = 200

/** `story`: what the run did, where its journal could be read. */
export function htmlReport(result: DrillResult, entries: readonly LedgerEntry[], story?: RunStory): string {
  const {scenario, target, verdict, topology, runId, times, probes, notices} = result
  const stamp = notices.find((notice) => notice.startsWith('LAB'))
  const title = `${verdict}: ${scenario ?? 'switch'} on ${target}`
  return page(
    title,
    markup`<h1><span class="${verdict === 'passed' ? 'met' : verdict}">${verdict.toUpperCase()}</span> ${scenario ?? 'switch'} on ${target}</h1>
${stamp ? markup`<p class="stamp">${stamp}</p>` : undefined}
<p class="quiet">Run ${runId}, from ${times.startedAt} to ${times.endedAt}; ${probes.ratePerSecond} writes/s and as many reads/s, seed ${probes.seed}.</p>
${budgets(result)}
<h2>Requests</h2>
<p class="key quiet"><span style="background:var(--home)"></span>${topology.before.primary}<span style="background:var(--away)"></span>${topology.before.standby}<span style="background:var(--fail)"></span>failed<span style="background:var(--unsure)"></span>unsure: no clear answer; seconds from the outage; bands are the phases</p>
<h3>Writes</h3>${requestChart(result, entries, 'write')}
<h3>Reads</h3>${requestChart(result, entries, 'read')}
${phases(result)}
${topologies(result)}
${losses(result)}
${story && stepsHtml(story)}
${others(notices)}`,
  )
}

function budgets({rto, rpo, objectives}: DrillResult): Markup {
  const row = (
    name: string,
    shown: string,
    part: {seconds: number; objective: number; met: boolean | null},
  ): Markup => {
    const share = part.objective === 0 ? (part.seconds > 0 ? 1 : 0) : part.seconds / part.objective
    return markup`<tr><td>${name}</td><td class="number">${shown}</td><td class="number">${duration(part.objective)}</td>
<td><div class="budget"><i class="${share > 1 ? 'over' : 'within'}" style="width:${(Math.min(1, share) * 100).toFixed(1)}%"></i></div></td><td class="${metWord(part.met)}">${metWord(part.met)}</td></tr>
`
  }

  const time = (name: string, recovery: RecoveryTime): Markup =>
    row(name, achieved(recovery), {seconds: recovery.seconds ?? 0, objective: objectives.rtoSeconds, met: recovery.met})
  const loss = {seconds: rpo.windowSeconds, objective: objectives.rpoSeconds, met: rpo.met}
  return markup`<h2>Objectives</h2><table><tr><th></th><th>achieved</th><th>objective</th><th>budget used</th><th></th></tr>
${time('RTO, writes', rto.write)}${time('RTO, reads', rto.read)}${row('RPO', rpo.checked ? duration(rpo.windowSeconds) : 'unknown', loss)}</table>
<p class="quiet">The operator's clock, from the start of the command to the verified end: ${duration(rto.operatorSeconds)}.
${rto.late && `Told apart: ${lateTitle(rto.late)}: ${achieved(rto.late)}.`}</p>`
}

const phases = ({phases}: DrillResult): Markup => markup`<h2>Phases</h2><table>
${phases.map(({id, seconds}) => markup`<tr><td>${id}</td><td class="number">${duration(seconds)}</td></tr>`)}</table>`

function topologies(result: DrillResult): Markup {
  return markup`<h2>Topology</h2>${table(['', 'primary', 'standby', 'edge', 'replication'], topologyRows(result))}`
}

function losses({rpo, singleWriter}: DrillResult): Markup {
  const {acknowledged, lostCount, lost, unsureCount, unsureSurvivedCount, checked, lagEstimateSeconds} = rpo
  const named = lost
    .slice(0, NAMED)
    .map(({requestId, acknowledgedAt}) => markup`<tr><td><code>${requestId}</code></td><td>${acknowledgedAt}</td></tr>`)
  return markup`<h2>Writes</h2>
<p>${checked ? `${lostCount} of ${acknowledged} acknowledged writes are lost.` : `Unknown: the new primary could not be asked for the ${acknowledged} acknowledged writes.`}
${unsureCount} are unsure (no clear answer whether they were applied); ${unsureSurvivedCount} of them were found. Single writer: ${writerSentence(singleWriter)}.
${lagEstimateSeconds === null ? undefined : `The lag metric said ${duration(lagEstimateSeconds)} before the outage.`}
This speaks about the probe's writes; says nothing about customers' writes.</p>
${lost.length > 0 ? markup`<table><tr><th>lost request id</th><th>acknowledged at</th></tr>${named}</table>` : undefined}
${lost.length > NAMED ? markup`<p>and ${lost.length - NAMED} more in result.json</p>` : undefined}`
}

const others = (notices: readonly string[]): Markup | undefined =>
  notices.length === 0
    ? undefined
    : markup`<h2>Notes</h2><ul>${notices.map((notice) => markup`<li>${notice}</li>`)}</ul>`
