/** Where the parts of a lab are, as lines. Pure. */

import type {LabRegion, LabStatus} from '../ports/lab-admin.js'

/** `path`: where the API begins behind its addresses. */
export function labLines(status: LabStatus, path: string): string[] {
  const {name, profile, endpoint, credentialsFile, edgeUrl, app, faults, lagMs} = status
  return [
    `lab        ${name} (${profile}), process ${status.pid}`,
    `endpoint   ${endpoint}`,
    `keys       ${credentialsFile}`,
    `app        ${app ?? 'none deployed'}`,
    ...(edgeUrl === undefined ? [] : [`edge       ${edgeUrl}${path}`]),
    ...status.regions.flatMap((region) => regionLines(region, path)),
    ...faults.map(
      ({kind, region, mode}) => `fault      ${kind} of ${region}${kind === 'region-loss' ? ` (${mode})` : ''}`,
    ),
    ...(lagMs > 0 ? [`lag        ${lagMs} ms`] : []),
  ]
}

function regionLines({region, role, apiUrl, tokenUrl, database, pids}: LabRegion, path: string): string[] {
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
  return [
    `${region}  ${role}`,
    ...parts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(9)}${value}`])),
  ]
}
