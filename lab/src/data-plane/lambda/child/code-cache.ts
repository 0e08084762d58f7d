import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import Module, {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import {Script} from 'node:vm'

/** Characters. What is smaller is compiled sooner than its cache is read. */
const WORTHWHILE = 20_000
/** Code that V8 takes from a cache cannot do this: Node.js 20 refuses it (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING). */
const DYNAMIC_IMPORT = /\bimport\s*\(/

/** Milliseconds after which what was kept is made anew. Old code does not pile up. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000

type Compile = (this: Module, content: string, filename: string, format?: string) => unknown

/**
 * What V8 made of CommonJS modules, for the next process that loads them. To compile a bundle and the SDK is a good part of a cold
 * start, and labs start the same code many times. (Node.js has a cache of its own from 22 on.)
 */
export class CodeCache {
  private readonly made: {script: Script; file: string}[] = []

  /** @param folder which nobody else can write; it is made with the first that is kept. */
  constructor(private readonly folder: string) {}

  /** Call before the handler is loaded. */
  install(): void {
    const prototype = Module.prototype as unknown as {_compile: Compile}
    const compile = prototype._compile
    const scriptOf = (content: string, filename: string): Script | undefined => this.script(content, filename)
    prototype._compile = function (content, filename, format) {
      const isKept = content.length >= WORTHWHILE && format !== 'module' && !DYNAMIC_IMPORT.test(content)
      const script = isKept ? scriptOf(content, filename) : undefined
      if (!script) return compile.call(this, content, filename, format)
      const run = script.runInThisContext() as (...scope: unknown[]) => unknown
      return run.call(this.exports, this.exports, createRequire(filename), this, filename, dirname(filename))
    }
  }

  /** Keeps what was compiled, the functions that have run since included. Without a place for it the code runs as well. */
  save(): void {
    const made = this.made.splice(0)
    if (made.length === 0) return
    try {
      mkdirSync(this.folder, {recursive: true, mode: 0o700})
      for (const {script, file} of made) {
        const draft = `${file}.${process.pid}`
        writeFileSync(draft, script.createCachedData())
        // Another process may read it at this moment.
        renameSync(draft, file)
      }

      this.dropOld()
    } catch {}
  }

  private dropOld(): void {
    for (const name of readdirSync(this.folder)) {
      const file = join(this.folder, name)
      // Another process may have dropped it.
      const stats = statSync(file, {throwIfNoEntry: false})
      if (stats && Date.now() - stats.mtimeMs > KEPT_MS) rmSync(file, {force: true})
    }
  }

  /** Undefined for what is not CommonJS after all. */
  private script(content: string, filename: string): Script | undefined {
    const file = join(this.folder, createHash('sha256').update(content).digest('hex'))
    try {
      const cachedData = readIfAny(file)
      const script = new Script(Module.wrap(content), {
        filename,
        cachedData,
        // So that errors tell the columns of the file.
        columnOffset: -Module.wrap('').indexOf('\n'),
      })
      if (!cachedData || script.cachedDataRejected) this.made.push({script, file})
      return script
    } catch {
      return undefined
    }
  }
}

function readIfAny(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}
