/**
 * What a CloudFront Function finds inside its own world. The text runs in the function's context, so that the function
 * never holds an object of this process; `host` answers in strings and numbers only.
 */
export const RUNTIME_SOURCE = `(host) => {
  'use strict'
  const failed = (text) => { throw new Error(text) }
  const checked = (error) => { if (error) failed(error) }

  const kvs = (id) => {
    const store = host.open(id === undefined ? '' : String(id))
    if (!store) failed('The function is not associated with this KeyValueStore.')
    return {
      async get(key, options) {
        const value = host.get(store, String(key))
        if (value === undefined) failed('KeyNotFound: the key was not found.')
        const format = (options && options.format) || 'string'
        if (format === 'string') return value
        if (format === 'json') return JSON.parse(value)
        return failed('The lab knows the formats string and json, not ' + format)
      },
      async exists(key) { return host.get(store, String(key)) !== undefined },
      async count() { return host.count(store) },
      async meta() { return JSON.parse(host.meta(store)) },
    }
  }

  const cloudfront = {
    kvs,
    selectRequestOriginById(originId, options) {
      checked(host.choose('select', JSON.stringify({originId, options})))
    },
    updateRequestOrigin(properties) { checked(host.choose('update', JSON.stringify(properties))) },
    createRequestOriginGroup(properties) { checked(host.choose('group', JSON.stringify(properties))) },
  }

  globalThis.console = {log: (...args) => host.log(args.map((one) => typeof one === 'string' ? one : JSON.stringify(one)).join(' '))}
  const load = (name) => name === 'cloudfront' ? cloudfront : failed('Cannot find module "' + name + '"')

  return (main, event) => {
    let answer = 'pending'
    main(load, JSON.parse(event)).then(
      (value) => { answer = 'ok ' + JSON.stringify(value) },
      (error) => { answer = 'error ' + (error instanceof Error ? error.name + ': ' + error.message : String(error)) },
    )
    return () => answer
  }
}`

/** The imports that the runtime allows stand at the beginning of a line. */
const IMPORT = /^[ \t]*import\s+([\w$]+)\s+from\s+(['"])([\w:/-]+)\2[ \t]*;?/gm

/**
 * The function's own text as the body of a function: its imports become look-ups, nothing else changes, and no line
 * moves. Each run begins anew from the top, as a function keeps nothing between two requests.
 */
export function wrapped(code: string): string {
  const body = code.replaceAll(
    IMPORT,
    (_, name: string, _quote, module: string) => `const ${name} = __load(${JSON.stringify(module)});`,
  )
  return `(async (__load, __event) => {${body}\n;return handler(__event)})`
}
