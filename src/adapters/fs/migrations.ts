/** Reads the folder of a project's migrations. */

import {open, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {DrError} from '../../errors.js'
import type {MigrationFile, MigrationFolder} from '../../ports/migrations.js'

/** Files of one folder. */
const MOST = 2000
/** Bytes of one file: what a Lambda call takes is 6 MB, and what a migration is, is far less. */
const LARGEST = 256 * 1024

/** Undefined where there is no such folder. Throws `MigrationsUnreadable` (exit usage). Files that do not end in `.sql` are left out. */
export async function readMigrationFolder(folder: string): Promise<MigrationFolder | undefined> {
  try {
    const names = (await readdir(folder)).filter((name) => /\.sql$/i.test(name) && !name.startsWith('.')).sort()
    if (names.length > MOST) throw new Error(`it has ${names.length} files; the limit is ${MOST}`)
    const files: MigrationFile[] = []
    for (const name of names) files.push({name, bytes: await readBounded(join(folder, name))})
    return {folder, files}
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && (error as NodeJS.ErrnoException).path === folder)
      return undefined
    throw new DrError({
      code: 'MigrationsUnreadable',
      exit: 'usage',
      what: `the migrations in ${folder} cannot be read`,
      why: (error as Error).message,
      next: 'fix the folder, or name another one with --migrations',
      cause: error,
    })
  }
}

async function readBounded(path: string): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw new Error(`${path} is not a file`)
    if (stat.size > LARGEST) throw new Error(`${path} has ${stat.size} bytes; the limit is ${LARGEST}`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}
