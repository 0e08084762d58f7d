import {Flags} from '@oclif/core'

import {openLabs} from '../../open/labs.js'
import {DrCommand} from '../../cli/dr-command.js'
import type {LabRegion, LabStatus} from '../../ports/lab-admin.js'

export default class LabStatusCommand extends DrCommand {
  static override summary = 'Show where the parts of a lab are: endpoints, roles, databases, faults'
  static override examples = ['<%= config.bin %> lab status', '<%= config.bin %> lab status --json']
  static override baseFlags = {'no-input': DrCommand.baseFlags['no-input']!}

  static override flags = {
    lab: Flags.string({description: 'Name of the lab', default: 'default', helpValue: 'NAME'}),
  }

  async run(): Promise<LabStatus> {
    const {flags} = await this.parse(LabStatusCommand)
    const labs = await openLabs()
    const status = await labs.connect(flags.lab).status()
    if (!this.jsonEnabled()) for (const line of lines(status)) this.log(line)
    return status
  }
}

function lines(status: LabStatus): string[] {
  const {name, profile, endpoint, credentialsFile, edgeUrl, app, faults, lagMs} = status
  return [
    `lab        ${name} (${profile}), process ${status.pid}`,
    `endpoint   ${endpoint}`,
    `keys       ${credentialsFile}`,
    `app        ${app ?? 'none is deployed'}`,
    ...(edgeUrl === undefined ? [] : [`edge       ${edgeUrl}/v1`]),
    ...status.regions.flatMap((region) => regionLines(region)),
    ...faults.map(
      ({kind, region, mode}) => `fault      ${kind} of ${region}${kind === 'region-loss' ? ` (${mode})` : ''}`,
    ),
    ...(lagMs > 0 ? [`lag        ${lagMs} ms`] : []),
  ]
}

function regionLines({region, role, apiUrl, tokenUrl, database, pids}: LabRegion): string[] {
  const parts: [string, string | undefined][] = [
    ['api', apiUrl && `${apiUrl}/v1`],
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
