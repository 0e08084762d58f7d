// The programs, bundled: what a command loads is one file and a few chunks, and not the thousand modules of its dependencies.
import {readFileSync, readdirSync, writeFileSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

/** Files below a folder whose names end so, sorted. */
const filesOf = (folder, ending) =>
  readdirSync(folder, {recursive: true})
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => join(folder, file))

/** The lab speaks the clients' schemas and calls nothing: the class that each client has for every operation is left out. */
const leanClients = {
  name: 'clients',
  setup({onLoad}) {
    onLoad({filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]index\.js$/}, ({path}) => {
      const lines = readFileSync(path, 'utf8').split('\n')
      return {
        contents: lines
          .filter((line) => !line.startsWith('export *') || /Client"|schemas|errors/.test(line))
          .join('\n'),
      }
    })
  },
}

const OPTIONS = {
  // Not where the process began: tsx has started esbuild by then, which keeps to that folder.
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
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
  // oclif looks for it while it is developed, to compile commands.
  external: ['typescript'],
  // package.json says which Node is needed; oclif would load all of semver to say it again.
  define: {'process.env.OCLIF_DISABLE_ENGINE_WARNING': '"true"'},
  logLevel: 'warning',
}

/** oclif sorts the commands at each start by the rules of a language, which take 10 ms to load. Ids of commands are ASCII, and need none. */
const leanOclif = {
  name: 'oclif',
  setup({onLoad}) {
    onLoad({filter: /@oclif[\\/]core[\\/]lib[\\/]config[\\/]plugin\.js$/}, ({path}) => {
      const text = readFileSync(path, 'utf8')
      const lean = text.replace('a.id.localeCompare(b.id)', 'a.id < b.id ? -1 : 1')
      if (lean === text) throw new Error(`${path} sorts otherwise than it did`)
      return {contents: lean}
    })
  },
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

/**
 * Of a client's schemas only those of the operations that are called. A key that is computed (`{[_x]: ...}`) could have an effect
 * for all that esbuild knows, so that it keeps each schema with one: 2,000 of EC2's. As a plain key it has none.
 */
const leanSchemas = {
  name: 'schemas',
  setup({onLoad}) {
    onLoad({filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/}, ({path}) => {
      const text = readFileSync(path, 'utf8')
      const words = new Map([...text.matchAll(/^const (_\w+) = ("[^"]*");$/gm)].map(([, name, word]) => [name, word]))
      return {contents: text.replaceAll(/\[(_\w+)\](?=:)/g, (key, name) => words.get(name) ?? key)}
    })
  },
}

/** Of undici both programs need a pool of connections; its index also loads fetch, WebSocket, caches and mocks. */
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

/**
 * The chunks as CommonJS, which Node 20 can load with what V8 has compiled before (src/cli/compiled.ts); of ES modules it
 * cannot. Only esbuild's ES output is split, so that this is a second step. What is imported by a path of our own is required;
 * what is not ours (a user's CDK toolkit) is imported by dist/import.cjs, as compiled code that was kept cannot import.
 */
async function asCommonJs(outdir) {
  writeFileSync(join(outdir, 'package.json'), '{"type": "commonjs"}\n')
  writeFileSync(join(outdir, 'import.cjs'), 'module.exports = (path) => import(path)\n')
  const files = filesOf(outdir, '.js').filter((file) => !file.startsWith(join(outdir, 'lab')))
  await build({
    ...OPTIONS,
    bundle: false,
    entryPoints: files,
    outdir,
    outbase: outdir,
    allowOverwrite: true,
    format: 'cjs',
    external: undefined,
    define: {'import.meta.url': '$url', 'import.meta.filename': '__filename'},
  })
  for (const file of files) {
    const text = readFileSync(file, 'utf8').replaceAll(
      /\bimport\((["'])(\.{1,2}\/[^"']+)\1\)/g,
      'Promise.resolve().then(()=>require("$2"))',
    )
    const from = relative(dirname(file), join(outdir, 'import.cjs'))
    const needs = [
      ...(text.includes('$url') ? ['const $url=require("node:url").pathToFileURL(__filename).href;'] : []),
      ...(/\bimport\(/.test(text) ? [`const $import=require(${JSON.stringify(`./${from}`)});`] : []),
    ]
    writeFileSync(file, needs.join('') + text.replaceAll(/\bimport\(/g, '$import('))
  }
}

/** dist: what runs before oclif, oclif, each command, the help, what answers an unknown command, and the process that runs the user's own CDK toolkit. */
export async function bundleProgram() {
  await build({
    ...OPTIONS,
    entryPoints: [
      {in: 'src/cli/compiled.ts', out: 'compiled'},
      {in: 'src/cli/user.ts', out: 'user'},
      {in: 'src/cli/outputs.ts', out: 'outputs'},
      {in: 'src/cli/oclif.ts', out: 'oclif'},
      {in: 'src/cli/help.ts', out: 'help'},
      {in: 'src/cli/command-not-found.ts', out: 'command-not-found'},
      {in: 'src/adapters/cdk/worker.ts', out: 'worker'},
      ...filesOf('src/commands', '.ts').map((file) => ({in: file, out: file.slice('src/'.length, -'.ts'.length)})),
    ],
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    plugins: [leanOclif, leanSchemas, leanUndici, leanZod],
  })
  await asCommonJs('dist')
}

/** dist/lab: the lab, and the program of a function's process. Chunks lie beside main.js, so that both find the same files. */
export async function bundleLab() {
  await Promise.all([
    build({
      ...OPTIONS,
      entryPoints: [{in: 'lab/src/built.ts', out: 'main'}],
      outdir: 'dist/lab',
      chunkNames: '[name]-[hash]',
      splitting: true,
      plugins: [leanClients, leanUndici, leanZod],
    }),
    // CommonJS: a process that runs a function need not start Node's other loader.
    build({
      ...OPTIONS,
      entryPoints: ['lab/src/data-plane/lambda/child/bootstrap.ts'],
      outfile: 'dist/lab/child/bootstrap.cjs',
      format: 'cjs',
    }),
  ])
  await asCommonJs('dist/lab')
}
