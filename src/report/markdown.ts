/** The report for a pull request or a job summary. */

import type {RecoveryTime} from '../model/verdict.js'
import type {DrillResult} from '../measure/result.js'
import {achieved, duration, lateTitle, metWord, topologyRows, writerSentence} from './format.js'
import {cell, table} from './markdown-table.js'
import {stepsMarkdown} from './steps.js'
import type {RunStory} from './story.js'

const NAMED = 20

/** `story`: what the run did, where its journal could be read. */
export function markdownReport(result: DrillResult, story?: RunStory): string {
  const {verdict, scenario, target, rto, rpo, objectives, phases, singleWriter, notices, runId} = result
  const time = (name: string, recovery: RecoveryTime): string[] => [
    name,
    achieved(recovery),
    duration(objectives.rtoSeconds),
    metWord(recovery.met),
  ]
  return [
    `## ${verdict.toUpperCase()}: ${cell(scenario ?? 'switch')} on ${cell(target)}`,
    '',
    ...notices.map((notice) => `> ${cell(notice)}`),
    '',
    ...table([
      ['', 'achieved', 'objective', ''],
      time('RTO, writes', rto.write),
      time('RTO, reads', rto.read),
      ...(rto.late ? [[lateTitle(rto.late), achieved(rto.late), '', '']] : []),
      ['RPO', rpo.checked ? duration(rpo.windowSeconds) : 'unknown', duration(objectives.rpoSeconds), metWord(rpo.met)],
    ]),
    '',
    `${rpo.checked ? `${rpo.lostCount} of ${rpo.acknowledged}` : 'An unknown number of the'} acknowledged writes lost, ${rpo.unsureCount} unsure. Single writer: ${cell(writerSentence(singleWriter))}.`,
    ...rpo.lost
      .slice(0, NAMED)
      .map(({requestId, acknowledgedAt}) => `- \`${requestId}\`, acknowledged ${acknowledgedAt}`),
    ...(rpo.lost.length > NAMED ? [`- and ${rpo.lost.length - NAMED} more in result.json`] : []),
    '',
    ...table([['phase', 'time'], ...phases.map(({id, seconds}) => [id, duration(seconds)])]),
    '',
    ...topologies(result),
    '',
    ...(story ? stepsMarkdown(story) : []),
    `Run ${cell(runId)}.`,
    '',
  ].join('\n')
}

function topologies(result: DrillResult): string[] {
  return table([['', 'primary', 'standby', 'edge', 'replication'], ...topologyRows(result)])
}
