import {existsSync} from 'node:fs'
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

  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown> & {default?: unknown}
  const found = follow(module, path) ?? follow(module.default, path)
  if (typeof found !== 'function') throw runtimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`)
  return found as Handler
}

const follow = (value: unknown, path: string[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value)
