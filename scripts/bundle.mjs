// The programs, bundled: what a command loads is one file and a few chunks, and not the thousand modules of its dependencies.
import {readFileSync, readdirSync} from 'node:fs'
import {basename, join} from 'node:path'
import {build} from 'esbuild'

/** Files below a folder whose names end so, sorted. */
const filesOf = (folder, ending) =>
  readdirSync(folder, {recursive: true})
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => join(folder, file))

/**
 * Takes lines out of the lists by which an SDK client gives all that it has: a client that is imported by `import()` comes whole, and
 * each has a class for every operation of its service. `keeps` is asked for the name of each module, and of the list that it stands in.
 */
const clientsWith = (keeps) => ({
  name: 'clients',
  setup({onLoad}) {
    const lists = /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/](?:(commands|pagination|waiters)[\\/])?index\.js$/
    onLoad({filter: lists}, ({path}) => {
      const list = lists.exec(path)[1] ?? 'client'
      const lines = readFileSync(path, 'utf8').split('\n')
      const contents = lines.filter((line) => {
        const module = /^export \* from "(.+)";$/.exec(line)?.[1]
        return module === undefined || keeps(basename(module), list)
      })
      return {contents: contents.join('\n')}
    })
  },
})

/** `RDS` beside `RDSClient`: one object with a method for each operation. */
const isAggregate = (module) =>
  !/^(?:.+Client|commands|pagination|waiters|schemas_0|enums|errors|models_\d+)$/.test(module)

/** The clients' operations that the sources name; the rest would be dead weight. */
function clientsOfCommands() {
  const words = new Set(filesOf('src', '.ts').flatMap((file) => readFileSync(file, 'utf8').match(/\w+/g) ?? []))
  return clientsWith((module, list) => {
    if (list === 'client') return !isAggregate(module) && module !== 'schemas_0'
    if (list === 'pagination') return words.has(`paginate${module.replace(/Paginator$/, '')}`)
    if (list === 'waiters') return words.has(module) || words.has(module.replace(/^waitFor/, 'waitUntil'))
    return words.has(module) || words.has(module.replace(/Command$/, ''))
  })
}

/** The lab speaks the clients' schemas, and calls nothing. */
const clientsOfLab = () =>
  clientsWith((module) => !isAggregate(module) && !['commands', 'pagination', 'waiters'].includes(module))

const OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // The SDK's ES modules: of CommonJS nothing that is unused can be left out.
  mainFields: ['module', 'main'],
  // For stack traces with DEBUG; without the sources' text, which would double the package.
  sourcemap: 'linked',
  sourcesContent: false,
  // Less to read at each start.
  minifySyntax: true,
  minifyWhitespace: true,
  // CommonJS inside asks for Node's own modules by `require`.
  banner: {
    js: "import {createRequire as $require} from 'node:module'; const require = $require(import.meta.url);",
  },
  // oclif looks for it while it is developed, to compile commands.
  external: ['typescript'],
  logLevel: 'warning',
}

/** As a namespace zod comes without what nobody calls, such as its messages in all languages; its own `z` is one object, which cannot be cut. */
const leanZod = {
  name: 'zod',
  setup({onLoad}) {
    onLoad({filter: /[\\/]src[\\/].*\.ts$/}, ({path}) => {
      const text = readFileSync(path, 'utf8')
      return {contents: text.replace("import {z} from 'zod'", "import * as z from 'zod'"), loader: 'ts'}
    })
  },
}

/** Of undici the program needs a pool of connections; its index also loads fetch, WebSocket, caches and mocks. */
const leanUndici = {
  name: 'undici',
  setup({onResolve, onLoad}) {
    onResolve({filter: /^undici$/}, () => ({path: 'undici', namespace: 'lean'}))
    onLoad({filter: /.*/, namespace: 'lean'}, () => ({
      resolveDir: process.cwd(),
      contents: `
        import api from 'undici/lib/api/index.js'
        import Dispatcher from 'undici/lib/dispatcher/dispatcher.js'
        import Pool from 'undici/lib/dispatcher/pool.js'
        Object.assign(Dispatcher.prototype, api)
        export {Pool}`,
    }))
  },
}

/** dist: oclif, each command, and the process that runs the user's own CDK toolkit. */
export const bundleProgram = () =>
  build({
    ...OPTIONS,
    entryPoints: [
      {in: 'src/cli/oclif.ts', out: 'oclif'},
      {in: 'src/adapters/cdk/worker.ts', out: 'worker'},
      ...filesOf('src/commands', '.ts').map((file) => ({in: file, out: file.slice('src/'.length, -'.ts'.length)})),
    ],
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    plugins: [clientsOfCommands(), leanUndici, leanZod],
  })

/** dist/lab: the lab, and the program of a function's process. Chunks lie beside main.js, so that both find the same files. */
export const bundleLab = () =>
  Promise.all([
    build({
      ...OPTIONS,
      entryPoints: ['lab/src/main.ts'],
      outdir: 'dist/lab',
      chunkNames: '[name]-[hash]',
      splitting: true,
      plugins: [clientsOfLab()],
    }),
    build({...OPTIONS, entryPoints: ['lab/src/data-plane/lambda/child/bootstrap.ts'], outdir: 'dist/lab/child'}),
  ])
