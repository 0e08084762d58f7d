import {existsSync} from 'node:fs'
import {mkdir, rm, symlink, writeFile} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {dirname, join, sep} from 'node:path'
import {promisify} from 'node:util'

import {unzip, unzipSync, type Unzipped} from 'fflate'

/**
 * What AWS's Node.js runtime has beside a function: the SDK, and nothing else. A bundle that forgot any other package
 * fails here as it would there.
 */
const RUNTIME_SCOPES = ['@aws-sdk', '@smithy']

/** Bytes of an archive, unzipped ("Lambda quotas", Lambda developer guide). */
export const MAX_UNZIPPED = 262_144_000

export class TooLarge extends Error {}

export interface Unpacked {
  folder: string
  /** Of all its files. */
  bytes: number
}

/** Bytes up to which unzipping here and now holds nobody up; beyond, a thread is worth its start. */
const AT_ONCE = 33_554_432

/** @throws TooLarge, before anything is unzipped */
async function unzipped(zip: Uint8Array): Promise<{files: Unzipped; bytes: number}> {
  let total = 0
  unzipSync(zip, {
    filter({originalSize}) {
      total += originalSize
      return false
    },
  })
  if (total > MAX_UNZIPPED) throw new TooLarge(`Unzipped size must be smaller than ${MAX_UNZIPPED} bytes`)
  return {files: total > AT_ONCE ? await promisify<Uint8Array, Unzipped>(unzip)(zip) : unzipSync(zip), bytes: total}
}

/**
 * Unpacks a bundle into `folder`/`name`/`digest`, and puts the runtime's own packages where both `require` and `import`
 * look for them: in a node_modules above the bundle.
 * @throws TooLarge; Error where the archive can't be read or holds a path that leads out of it
 */
export async function unpackFunction(folder: string, name: string, digest: string, zip: Uint8Array): Promise<Unpacked> {
  const target = join(folder, name, digest)
  const {files, bytes} = await unzipped(zip)
  const entries = Object.entries(files)
  for (const [path] of entries) {
    if (!join(target, path).startsWith(target + sep)) throw new Error(`${path} is outside the archive`)
  }

  await mkdir(target, {recursive: true, mode: 0o700})
  for (const [path, data] of entries) {
    if (path.endsWith('/')) continue
    await mkdir(dirname(join(target, path)), {recursive: true})
    await writeFile(join(target, path), data)
  }

  await linkRuntimePackages(folder)
  return {folder: target, bytes}
}

export async function removeFunction(folder: string, name: string): Promise<void> {
  await rm(join(folder, name), {recursive: true, force: true})
}

async function linkRuntimePackages(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules')
  await mkdir(modules, {recursive: true})
  for (const scope of RUNTIME_SCOPES) {
    const link = join(modules, scope)
    if (existsSync(link)) continue
    await symlink(scopeFolder(scope), link, 'dir').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Where this program's own packages of a scope are. */
function scopeFolder(scope: string): string {
  const found = createRequire(import.meta.url)
    .resolve.paths(scope)
    ?.map((path) => join(path, scope))
    .find((path) => existsSync(path))
  if (!found) throw new Error(`no packages of ${scope} are installed`)
  return found
}
