import {createHash} from 'node:crypto'
import {readFileSync, renameSync, writeFileSync} from 'node:fs'
import Module, {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import {Script} from 'node:vm'

/** Characters. What is smaller is compiled sooner than its cache is read. */
const WORTHWHILE = 20_000
/** Code that V8 takes from a cache cannot do this: Node.js 20 refuses it (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING). */
const DYNAMIC_IMPORT = /\bimport\s*\(/

type Compile = (this: Module, content: string, filename: string, format?: string) => unknown

/**
 * What V8 made of a function's CommonJS modules, for the next process that loads them. To compile a bundle and the SDK is a good
 * part of a cold start, and a lab starts the same code many times. (Node.js has a cache of its own from 22 on.)
 */
export class CodeCache {
  private readonly made: {script: Script; file: string}[] = []

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

  /** Keeps what was compiled, the functions that have run since included. Without a place for it the function runs as well. */
  save(): void {
    for (const {script, file} of this.made.splice(0)) {
      const draft = `${file}.${process.pid}`
      try {
        writeFileSync(draft, script.createCachedData())
        // Another process may read it at this moment.
        renameSync(draft, file)
      } catch {}
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
