import fs from 'node:fs'
import Module, {register, syncBuiltinESMExports} from 'node:module'
import {join, normalize, sep} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'

/** Calls of node:fs that read what their first argument names, each also with `Sync` and as a promise, where there is such. */
const READS = [
  'access',
  'copyFile',
  'cp',
  'createReadStream',
  'exists',
  'lstat',
  'open',
  'openAsBlob',
  'opendir',
  'readFile',
  'readdir',
  'readlink',
  'realpath',
  'stat',
  'statfs',
  'watch',
  'watchFile',
  'unwatchFile',
]

type Call = (...args: unknown[]) => unknown
interface Loader {
  _resolveFilename: Call
  _nodeModulePaths(from: string): string[]
}

/**
 * Lets a function see its layers below /opt, where nobody has put them: for the modules and files that it loads by name, and not for
 * programs that it starts. Packages are looked for in the function's own, then in the layers, then in the runtime's ("Packaging your
 * layer content" and "Search path", Lambda developer guide).
 */
export class Opt {
  /** @param folder in which the layers are. @param task the function's own */
  constructor(
    private readonly folder: string,
    private readonly task: string,
    /** As in `nodejs22.x`. */
    private readonly runtime: string,
  ) {}

  /** Call before the handler's module is loaded. */
  install(): void {
    for (const name of READS) {
      this.intercept(fs as unknown as Record<string, Call>, name)
      this.intercept(fs as unknown as Record<string, Call>, `${name}Sync`)
      this.intercept(fs.promises as unknown as Record<string, Call>, name)
    }

    syncBuiltinESMExports()
    this.interceptRequire(Module as unknown as Loader)
    register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, {
      data: {folder: pathToFileURL(this.folder).href, task: pathToFileURL(this.task).href, from: this.from},
    })
  }

  private get version(): string {
    return `node${/\d+/.exec(this.runtime)?.[0]}`
  }

  /** From a module here all packages of the layers are found. */
  private get from(): string {
    return pathToFileURL(join(this.folder, 'nodejs', this.version, 'any.mjs')).href
  }

  private intercept(calls: Record<string, Call>, name: string): void {
    const original = calls[name]
    if (original === undefined) return
    const place = (path: unknown): unknown => this.place(path)
    const seen = function (this: unknown, path: unknown, ...rest: unknown[]): unknown {
      // Below /opt nothing is written, on AWS either.
      const reads =
        !name.startsWith('open') || name.startsWith('opendir') || [undefined, 'r', 0].includes(rest[0] as 'r')
      return original.call(this, reads ? place(path) : path, ...rest)
    }
    calls[name] = Object.assign(seen, original)
  }

  private interceptRequire(loader: Loader): void {
    const {folder, task} = this
    const {_resolveFilename: resolveFilename, _nodeModulePaths: nodeModulePaths} = loader
    const layers = [this.version, ''].map((part) => join(folder, 'nodejs', part, 'node_modules'))
    const place = (path: unknown): unknown => this.place(path)
    loader._resolveFilename = function (this: unknown, request, ...rest) {
      return resolveFilename.call(this, place(request), ...rest)
    }
    loader._nodeModulePaths = (from) => {
      const paths = nodeModulePaths.call(loader, from)
      const isOwn = (path: string): boolean => [folder, task].some((root) => path.startsWith(root + sep))
      return [...paths.filter((path) => isOwn(path)), ...layers, ...paths.filter((path) => !isOwn(path))]
    }
  }

  /** Where what is named below /opt really is. */
  private place(given: unknown): unknown {
    const path = given instanceof URL && given.protocol === 'file:' ? fileURLToPath(given) : given
    if (typeof path !== 'string' || !path.startsWith('/opt')) return given
    const plain = normalize(path)
    return plain === '/opt' || plain.startsWith('/opt/') ? this.folder + plain.slice(4) : given
  }
}

/** The same for `import`; Node.js runs it in a thread of its own. */
const HOOKS = `
let folder, task, from
export function initialize(data) {
  ({folder, task, from} = data)
}
export async function resolve(specifier, context, next) {
  const path = specifier.startsWith('file:///') ? specifier.slice(7) : specifier
  if (path.startsWith('/opt/')) return next(folder + path.slice(4), context)
  if (/^(\\.|\\/|#|[a-z]+:)/.test(specifier)) return next(specifier, context)
  let found, problem
  try {
    found = await next(specifier, context)
    if ([task, folder].some((root) => found.url.startsWith(root + '/')) || found.url.startsWith('node:')) return found
  } catch (error) {
    problem = error
  }
  try {
    return await next(specifier, {...context, parentURL: from})
  } catch {
    if (found) return found
    throw problem
  }
}
`
