/** Bundles each function into lambda/dist/<name>/index.cjs: one file, all dependencies inside, the same bytes every time. */

import {mkdir, rm} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

export const BUNDLES = [
  'get',
  'upsert',
  'remove',
  'create-table',
  'ledger-check',
  'compare',
  'authorize',
  'log-role',
] as const

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/**
 * CommonJS under its own extension, so that no package.json near it has a say. Paths are relative to this folder: an
 * absolute one in the output would make the bytes depend on the machine.
 */
export async function bundle(outdir: string): Promise<void> {
  await rm(outdir, {recursive: true, force: true})
  await mkdir(outdir, {recursive: true})
  await build({
    absWorkingDir: here('.'),
    entryPoints: BUNDLES.map((name) => ({in: `${name}.ts`, out: `${name}/index`})),
    outdir,
    outExtension: {'.js': '.cjs'},
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    // Node's own modules are required, as all else is: what V8 has compiled cannot be kept of code that imports as it runs.
    supported: {'dynamic-import': false},
    legalComments: 'none',
    logLevel: 'warning',
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(here('dist'))
