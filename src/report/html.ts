/** The report as one file that needs nothing else: no script, no font, no network. It prints well. */

import type {LedgerEntry} from '../model/ledger.js'
import type {RecoveryTime} from '../model/verdict.js'
import type {DrillResult} from '../measure/result.js'
import {requestChart} from './chart.js'
import {achieved, duration, metWord, topologyRows} from './format.js'
import {markup} from './markup.js'
import type {Markup} from './markup.js'

const NAMED = 200

const STYLE = markup`
:root { --ink: #1b1f24; --paper: #fff; --quiet: #667; --line: #ccd; --home: #2f6db5; --away: #5aa469; --fail: #c0392b; --unsure: #d9a441; --band-a: #8891; --band-b: #8893; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #16181c; --quiet: #9aa; --line: #445; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.stamp { border: 2px solid var(--fail); color: var(--fail); display: inline-block; padding: .1rem .6rem; font-weight: 700; margin: .5rem 0; }
.quiet { color: var(--quiet); } table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); }
td.number { font-variant-numeric: tabular-nums; } code { font-size: .85em; }
.missed { color: var(--fail); font-weight: 700; } .met { color: var(--away); font-weight: 700; } .unknown { color: var(--unsure); font-weight: 700; }
.budget { width: 14rem; height: .8rem; background: var(--band-b); } .budget i { display: block; height: 100%; background: var(--away); } .budget i.over { background: var(--fail); }
svg { width: 100%; height: auto; } .home { fill: var(--home); } .away { fill: var(--away); } .fail { fill: var(--fail); } .unsure { fill: var(--unsure); }
.band-0 { fill: var(--band-a); } .band-1 { fill: var(--band-b); } .band-name, .tick { font: 11px system-ui, sans-serif; fill: var(--quiet); } .axis { stroke: var(--quiet); }
.key span { display: inline-block; width: .8rem; height: .8rem; margin: 0 .3rem 0 1rem; vertical-align: -1px; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } svg, table { break-inside: avoid; } }
`

export function htmlReport(result: DrillResult, entries: readonly LedgerEntry[]): string {
  const {scenario, target, verdict, topology, runId, times, probes, notices} = result
  const stamp = notices.find((notice) => notice.startsWith('LAB'))
  const title = `${verdict}: ${scenario ?? 'switch'} on ${target}`
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body>
<h1><span class="${verdict === 'passed' ? 'met' : verdict}">${verdict.toUpperCase()}</span> ${scenario ?? 'switch'} on ${target}</h1>
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
${others(notices)}
</body></html>
`.text
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
<p class="quiet">The operator's clock, from the start of the command to the verified end: ${duration(rto.operatorSeconds)}.</p>`
}

const phases = ({phases}: DrillResult): Markup => markup`<h2>Phases</h2><table>
${phases.map(({id, seconds}) => markup`<tr><td>${id}</td><td class="number">${duration(seconds)}</td></tr>`)}</table>`

function topologies(result: DrillResult): Markup {
  const rows = topologyRows(result).map((cells) => markup`<tr>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`)
  return markup`<h2>Topology</h2><table><tr><th></th><th>primary</th><th>standby</th><th>edge</th><th>replication</th></tr>
${rows}</table>`
}

function losses({rpo, singleWriter}: DrillResult): Markup {
  const {acknowledged, lostCount, lost, unsureCount, unsureSurvivedCount, checked, lagEstimateSeconds} = rpo
  const named = lost
    .slice(0, NAMED)
    .map(({requestId, acknowledgedAt}) => markup`<tr><td><code>${requestId}</code></td><td>${acknowledgedAt}</td></tr>`)
  return markup`<h2>Writes</h2>
<p>${checked ? `${lostCount} of ${acknowledged} acknowledged writes are lost.` : `Unknown: the new primary could not be asked for the ${acknowledged} acknowledged writes.`}
${unsureCount} are unsure (no clear answer whether they were applied); ${unsureSurvivedCount} of them were found. Single writer: ${String(singleWriter.valid)}.
${lagEstimateSeconds === null ? undefined : `The lag metric said ${duration(lagEstimateSeconds)} before the outage.`}
This speaks about the probe's writes; says nothing about customers' writes.</p>
${lost.length > 0 ? markup`<table><tr><th>lost request id</th><th>acknowledged at</th></tr>${named}</table>` : undefined}
${lost.length > NAMED ? markup`<p>and ${lost.length - NAMED} more in result.json</p>` : undefined}`
}

const others = (notices: readonly string[]): Markup | undefined =>
  notices.length === 0
    ? undefined
    : markup`<h2>Notes</h2><ul>${notices.map((notice) => markup`<li>${notice}</li>`)}</ul>`
