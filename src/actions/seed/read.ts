/** From the files of a project to its migrations. Pure. */

import {createHash} from 'node:crypto'
import {DrError} from '../../errors.js'
import type {Migration} from '../../model/migration.js'
import type {MigrationFile, MigrationFolder} from '../../ports/migrations.js'
import {splitStatements} from './statements.js'

const NAME = /^(\d{4})_[a-z\d][\w-]{0,99}\.sql$/i

/** In order. Throws `MigrationsInvalid` (exit usage), which names everything that is to be fixed, by file. */
export function readMigrations({folder, files}: MigrationFolder): Migration[] {
  const problems: string[] = []
  const migrations = files.flatMap((file) => {
    const read = readOne(file)
    problems.push(...read.problems.map((problem) => `${file.name}: ${problem}`))
    return read.migration ? [read.migration] : []
  })
  migrations.sort((a, b) => a.version - b.version)
  problems.push(...orderProblems(migrations))
  if (problems.length === 0) return migrations
  throw new DrError({
    code: 'MigrationsInvalid',
    exit: 'usage',
    what: `the migrations in ${folder} are not valid; nothing was changed`,
    why: problems.join('; '),
    next: 'correct the files, then todo-dr seed --dry-run',
  })
}

function readOne({name, bytes}: MigrationFile): {migration?: Migration; problems: string[]} {
  const [, digits] = NAME.exec(name) ?? []
  if (digits === undefined) return {problems: ['a name has the form 0001_what_it_does.sql']}
  let text: string
  try {
    text = new TextDecoder('utf8', {fatal: true}).decode(bytes).replaceAll('\r\n', '\n')
  } catch {
    return {problems: ['it is not UTF-8']}
  }

  const {statements, problems} = splitStatements(text)
  const sha256 = createHash('sha256').update(text).digest('hex')
  return {migration: {version: Number(digits), name: name.slice(0, -'.sql'.length), sha256, statements}, problems}
}

/** Two people who begin from the same state take the same number: that must be seen before anything runs. */
function orderProblems(sorted: Migration[]): string[] {
  let expected = 1
  let before: Migration | undefined
  return sorted.flatMap((migration) => {
    const {version, name} = migration
    const last = before
    const next = expected
    before = migration
    expected = version + 1
    if (last?.version === version) return [`${name}.sql: it has the same number as ${last.name}.sql`]
    if (version === 0) return [`${name}.sql: numbers begin at 0001`]
    if (version !== next) return [`${name}.sql: number ${String(next).padStart(4, '0')} is missing before it`]
    return []
  })
}
