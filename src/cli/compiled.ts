/**
 * What V8 has compiled of the program's chunks, kept between starts: compiling is a third of what a command takes. Node has
 * this built in from version 22 on (`module.enableCompileCache`); before, it is done here, for our own files alone.
 */

import {mkdirSync, readFileSync, renameSync, statSync, writeFileSync} from 'node:fs'
import Module from 'node:module'
import {basename, dirname, join, sep} from 'node:path'
import {fileURLToPath} from 'node:url'
import {Script} from 'node:vm'

interface Loading {
  exports: unknown
  _compile(code: string, file: string): unknown
}

const extensions = (Module as unknown as {_extensions: Record<string, (loading: Loading, file: string) => void>})
  ._extensions

interface Kept {
  script: Script
  path: string
}

/** @param cache a folder that nobody else can write. What cannot be kept or read there is compiled anew. */
export function keepCompiled(cache: string): void {
  const builtIn = (Module as {enableCompileCache?: (folder: string) => void}).enableCompileCache
  if (builtIn) return builtIn(cache)
  const chunks = fileURLToPath(new URL('chunks', import.meta.url)) + sep
  const folder = join(cache, `${process.version}-${process.arch}`)
  const fresh: Kept[] = []
  const usual = extensions['.js']!
  extensions['.js'] = (loading, file) => {
    if (!file.startsWith(chunks)) return usual(loading, file)
    // The name of a chunk has the digest of what it was made of.
    const {size, mtimeMs} = statSync(file)
    const path = join(folder, `${basename(file)}-${size}-${Math.trunc(mtimeMs)}`)
    const script = new Script(Module.wrap(readFileSync(file, 'utf8')), {filename: file, cachedData: read(path)})
    if (script.cachedDataRejected !== false) fresh.push({script, path})
    const run = script.runInThisContext() as (...args: unknown[]) => void
    run.call(loading.exports, loading.exports, Module.createRequire(file), loading, file, dirname(file))
  }

  // By then the functions that were called are compiled too.
  process.once('exit', () => {
    for (const {script, path} of fresh) write(folder, path, script)
  })
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** Whole or not at all: another command may read it at any moment. */
function write(folder: string, path: string, script: Script): void {
  try {
    mkdirSync(folder, {recursive: true, mode: 0o700})
    const draft = `${path}.${process.pid}`
    writeFileSync(draft, script.createCachedData(), {mode: 0o600})
    renameSync(draft, path)
  } catch {
    // The next start tries again.
  }
}
