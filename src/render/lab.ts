/** Labs, and where the parts of one are, as lines. Pure. */

import type {LabRegion, LabStatus} from '../ports/lab-admin.js'
import type {ListedLab} from '../ports/labs.js'
import {columns} from '../report/columns.js'
import {hanging} from '../report/wrapped.js'

/** `path`: where the API begins behind its addresses. */
export function labLines(status: LabStatus, path: string, width?: number): string[] {
  const {name, profile, endpoint, credentialsFile, dns, edgeUrl, app, faults, lagMs} = status
  const shown = (rows: Row[]): string[] => rows.flatMap(([head, text]) => hanging(head.padEnd(NAMES), text, width))
  return [
    ...shown([
      ['lab', `${name} (${profile}), process ${status.pid}`],
      ['endpoint', endpoint],
      ['keys', credentialsFile],
      ['dns', `${dns.host}:${dns.port}`],
      ['app', app ?? 'none deployed'],
      ...(edgeUrl === undefined ? [] : [['edge', `${edgeUrl}${path}`] as const]),
    ]),
    ...status.regions.flatMap((region) => [`${region.region}  ${region.role}`, ...shown(regionRows(region, path))]),
    ...shown([
      ...faults.map(
        ({kind, region, mode}) =>
          ['fault', `${kind} of ${region}${kind === 'region-loss' ? ` (${mode})` : ''}`] as const,
      ),
      ...(lagMs > 0 ? [['lag', `${lagMs} ms`] as const] : []),
    ]),
  ]
}

type Row = readonly [name: string, text: string]

/** What the names of a lab's parts take. */
const NAMES = 13

function regionRows({apiUrl, tokenUrl, database, pids}: LabRegion, path: string): Row[] {
  const parts: [string, string | undefined][] = [
    ['api', apiUrl && `${apiUrl}${path}`],
    ['token', tokenUrl],
    [
      'database',
      database &&
        `${database.host}:${database.port} ${database.name}, user ${database.user}, password in ${database.passwordFile}`,
    ],
    ['processes', pids.length > 0 ? pids.join(' ') : undefined],
  ]
  return parts.flatMap(([name, value]) => (value === undefined ? [] : [[`  ${name}`, value] as const]))
}

export const labTable = (labs: readonly ListedLab[], width?: number): string[] =>
  columns(
    [
      ['lab', 'process', 'endpoint'],
      ...labs.map(({name, pid, endpoint, ready}) => [name, String(pid), ready ? (endpoint ?? '') : 'starting']),
    ],
    width,
  )
