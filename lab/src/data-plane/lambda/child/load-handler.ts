import {existsSync, readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {basename, dirname, join} from 'node:path'
import {pathToFileURL} from 'node:url'

export type Callback = (error: unknown, result?: unknown) => void
export type Handler = (event: unknown, context: object, callback: Callback) => unknown

/** An error with the name that Lambda's own runtime gives it. */
export function runtimeError(name: string, message: string): Error {
  return Object.assign(new Error(message), {name})
}

/**
 * Finds the handler, such as `index.handler` or `dir/index.part.handler`, below `root`. CommonJS and ES modules alike.
 * @throws Runtime.ImportModuleError, Runtime.HandlerNotFound, Runtime.MalformedHandlerName, or what the module throws.
 */
export async function loadHandler(root: string, name: string): Promise<Handler> {
  const [stem, ...path] = basename(name).split('.')
  if (!stem || path.length === 0) throw runtimeError('Runtime.MalformedHandlerName', `Bad handler ${name}`)
  const file = ['.js', '.mjs', '.cjs']
    .map((extension) => join(root, dirname(name), stem + extension))
    .find((one) => existsSync(one))
  if (!file) throw runtimeError('Runtime.ImportModuleError', `Error: Cannot find module '${join(dirname(name), stem)}'`)

  const module = (isModule(file, root) ? await import(pathToFileURL(file).href) : createRequire(file)(file)) as Record<
    string,
    unknown
  > & {default?: unknown}
  const found = follow(module, path) ?? follow(module.default, path)
  if (typeof found !== 'function') throw runtimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`)
  return found as Handler
}

/** As AWS's runtime takes a file: an ES module by its ending, or by the nearest package.json of the bundle. */
function isModule(file: string, root: string): boolean {
  if (!file.endsWith('.js')) return file.endsWith('.mjs')
  for (let folder = dirname(file); folder.startsWith(root); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, 'utf8')) as {type?: string}).type === 'module'
  }

  return false
}

const follow = (value: unknown, path: string[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value)
