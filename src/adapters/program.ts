/** The installed program as one archive, for a machine that has Node.js and nothing else. */

import {readFile, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {zipSync} from 'fflate'
import type {Zippable} from 'fflate'
import {DrError} from '../errors.js'
import {PACKAGE} from './package.js'

/** What a command needs: its modules are bundled, so that nothing has to be installed or fetched where it runs. */
const PARTS = ['package.json', 'oclif.manifest.json', 'bin', 'dist']
/** Below dist: the lab and what it deploys, and notes of the build. */
const LEFT_OUT = /^dist\/(lab|assembly)\/|\/\.|\.map$/
/** Of every file, as the same program must always give the same archive. The first day that a zip file can hold. */
const DAY = new Date(1980, 0, 1)
/** Of the host that made an entry: its modes are those of Unix [.ZIP File Format Specification, 4.4.2]. */
const UNIX = 3

/** `files`: by path, what lies beside the folder `program`. Throws `ProgramNotBuilt` (exit failed) where it runs from its sources. */
export async function programArchive(files: Readonly<Record<string, string>>, from = PACKAGE): Promise<Uint8Array> {
  const paths = (await Promise.all(PARTS.map((part) => pathsIn(from, part)))).flat()
  if (!paths.includes('dist/commands/failover.js')) throw notBuilt(from)
  const entries: Zippable = {}
  for (const path of paths) entries[`program/${path}`] = entry(await readFile(join(from, path)))
  for (const [path, text] of Object.entries(files)) entries[path] = entry(Buffer.from(text))
  return zipSync(entries)
}

const entry = (content: Uint8Array): Zippable[string] => [content, {mtime: DAY, os: UNIX, attrs: 0o10_0644 << 16}]

/** Files of a part, sorted; none where it is not there. */
async function pathsIn(folder: string, part: string): Promise<string[]> {
  const found = await readdir(join(folder, part), {recursive: true, withFileTypes: true}).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTDIR') return undefined
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  if (!found) return [part]
  return found
    .filter((one) => one.isFile())
    .map((one) =>
      join(one.parentPath, one.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !LEFT_OUT.test(path))
    .sort()
}

const notBuilt = (folder: string): DrError =>
  new DrError({
    code: 'ProgramNotBuilt',
    exit: 'failed',
    what: 'the pipelines get the built program, and there is none',
    why: `${folder} has no dist/commands`,
    next: 'npm run build, then todo-dr deploy',
  })
