/** Sources and artifacts: zip archives with the modes of their files. */

import {chmod, mkdir, readdir, readFile, stat, writeFile} from 'node:fs/promises'
import {basename, dirname, join, relative, resolve, sep} from 'node:path'

import {unzipSync, zipSync, type Zippable} from 'fflate'

import type {ArtifactSpec} from './buildspec.js'

/** Of the host that made an entry: Unix. */
const UNIX = 3
/** Permissions, of a file's mode. */
const PERMISSIONS = 0o777

/** @throws Error where the archive can't be read, or holds a path that leads out of the folder */
export async function unpack(zip: Uint8Array, folder: string): Promise<void> {
  const modes = modesOf(Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength))
  for (const [path, data] of Object.entries(unzipSync(zip))) {
    const target = join(folder, path)
    if (!target.startsWith(folder + sep)) throw new Error(`${path} is outside the archive`)
    if (path.endsWith('/')) {
      await mkdir(target, {recursive: true})
      continue
    }

    await mkdir(dirname(target), {recursive: true})
    await writeFile(target, data)
    const mode = modes.get(path)
    if (mode) await chmod(target, mode | 0o600)
  }
}

/** Permissions by path, of entries made on Unix. Source: .ZIP File Format Specification (APPNOTE), 4.3.12 and 4.4.15. */
function modesOf(zip: Buffer): Map<string, number> {
  const modes = new Map<string, number>()
  const end = zip.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'))
  if (end === -1) return modes
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    const path = zip.toString('utf8', at + 46, at + 46 + nameLength)
    if (zip.readUInt8(at + 5) === UNIX) modes.set(path, (zip.readUInt32LE(at + 38) >>> 16) & PERMISSIONS)
    at += 46 + nameLength + extraLength + commentLength
  }

  return modes
}

/** The files of `spec` below the source: path in the artifact -> path on this machine. Empty where none matches. */
export async function artifactFiles(source: string, spec: ArtifactSpec): Promise<Map<string, string>> {
  const base = resolve(source, spec.base)
  if (base !== source && !base.startsWith(source + sep)) throw new Error(`${spec.base} is outside the source`)
  const patterns = spec.files.map((pattern) => globOf(pattern))
  const excluded = spec.excludePaths.map((pattern) => globOf(pattern))
  const paths = await filesBelow(base)
  const kept = paths.filter(
    (path) => patterns.some((one) => one.test(path)) && excluded.every((one) => !one.test(path)),
  )
  return new Map(kept.map((path) => [spec.discardPaths ? basename(path) : path, join(base, path)]))
}

export async function pack(files: ReadonlyMap<string, string>): Promise<Uint8Array> {
  const entries: Zippable = {}
  for (const [path, file] of files) {
    const {mode} = await stat(file)
    entries[path] = [await readFile(file), {os: UNIX, attrs: mode << 16}]
  }

  return zipSync(entries)
}

async function filesBelow(base: string): Promise<string[]> {
  const found = await readdir(base, {recursive: true, withFileTypes: true}).catch(() => [])
  const files = found.filter((entry) => entry.isFile())
  return files.map((entry) => relative(base, join(entry.parentPath, entry.name))).sort()
}

/** `*` and `?` within a name, `**` across folders. */
function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/^\.\//, '')
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*\*\/|\*\*|\*|\?/g, (found) => ({'**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]'})[found]!)
  return new RegExp(`^${source}$`)
}
