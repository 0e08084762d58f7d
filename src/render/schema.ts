/** The migrations of a project as a table. Pure. */

import type {SeedResult} from '../actions/seed/result.js'
import {columns} from '../report/columns.js'

export function schemaTable({migrations, region, standby}: SeedResult, width?: number): string {
  if (migrations.length === 0) return `no migrations in ${region}`
  const rows = migrations.map(({name, state, appliedAt, appliedBy}) => [
    name,
    state,
    standby === null ? '-' : standby.missing.includes(name) ? 'not seen' : state === 'applied' ? 'applied' : '-',
    appliedAt === null ? '-' : new Date(appliedAt).toISOString(),
    appliedBy ?? '-',
  ])
  return columns([['MIGRATION', 'PRIMARY', 'STANDBY', 'APPLIED', 'BY'], ...rows], width).join('\n')
}
