/** The report for a pull request or a job summary. */

import type {RecoveryTime} from '../model/verdict.js'
import type {DrillResult} from '../measure/result.js'
import {achieved, duration, metWord, topologyRows} from './format.js'

const NAMED = 20

/** A cell must not end its row, nor start markup of its own. */
const cell = (text: string): string => text.replaceAll(/[\\`*_[\]<>|]/g, String.raw`\$&`).replaceAll(/\s+/g, ' ')

const table = (rows: string[][]): string[] => {
  const [head, ...body] = rows.map((row) => `| ${row.map((text) => cell(text)).join(' | ')} |`)
  return [head!, `|${rows[0]!.map(() => ' --- |').join('')}`, ...body]
}

export function markdownReport(result: DrillResult): string {
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
      ['RPO', rpo.checked ? duration(rpo.windowSeconds) : 'unknown', duration(objectives.rpoSeconds), metWord(rpo.met)],
    ]),
    '',
    `${rpo.checked ? `${rpo.lostCount} of ${rpo.acknowledged}` : 'An unknown number of the'} acknowledged writes lost, ${rpo.unsureCount} unsure. Single writer: ${singleWriter.valid}.`,
    ...rpo.lost
      .slice(0, NAMED)
      .map(({requestId, acknowledgedAt}) => `- \`${requestId}\`, acknowledged ${acknowledgedAt}`),
    ...(rpo.lost.length > NAMED ? [`- and ${rpo.lost.length - NAMED} more in result.json`] : []),
    '',
    ...table([['phase', 'time'], ...phases.map(({id, seconds}) => [id, duration(seconds)])]),
    '',
    ...topologies(result),
    '',
    `Run ${cell(runId)}.`,
    '',
  ].join('\n')
}

function topologies(result: DrillResult): string[] {
  return table([['', 'primary', 'standby', 'edge', 'replication'], ...topologyRows(result)])
}
