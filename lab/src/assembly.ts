/* eslint-disable no-template-curly-in-string -- placeholders of CDK */
/** A CDK cloud assembly as it lies in a folder: its stacks, their order, and the files that must be published first. */

import {readdir, readFile, stat} from 'node:fs/promises'
import {join} from 'node:path'
import {zipSync, type Zippable} from 'fflate'
import {ACCOUNT} from './kernel.js'
import {isRegion, RegionUnknown} from './regions.js'

export interface AssemblyStack {
  /** The artifact's id, which other artifacts depend on. */
  id: string
  name: string
  region: string
  dependencies: string[]
  tags: Record<string, string>
  terminationProtection: boolean
  /** Where the template is published. */
  template: {bucket: string; key: string}
  /** The SSM parameter that holds the version of the bootstrap resources. */
  versionParameter: string
}

export interface AssemblyFile {
  /** A file, or a folder that is published as a zip archive. */
  path: string
  packaging: 'file' | 'zip'
  destinations: {bucket: string; key: string; region: string}[]
}

export interface Assembly {
  stacks: AssemblyStack[]
  files: AssemblyFile[]
}

/* eslint-disable @typescript-eslint/no-explicit-any */
interface Manifest {
  artifacts: Record<string, {type: string; environment?: string; properties?: any; dependencies?: string[]}>
}

interface AssetManifest {
  files?: Record<string, {source: {path: string; packaging: 'file' | 'zip'}; destinations: Record<string, any>}>
  dockerImages?: Record<string, unknown>
}
/* eslint-enable @typescript-eslint/no-explicit-any */

const DEFAULT_VERSION_PARAMETER = '/cdk-bootstrap/hnb659fds/version'

async function readJson<T>(path: string): Promise<T> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T
  } catch (error) {
    throw new Error(
      `The cloud assembly cannot be read: ${path}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** Throws an Error that names the file, where the folder holds no readable assembly or one with container images. */
export async function readAssembly(folder: string): Promise<Assembly> {
  const {artifacts} = await readJson<Manifest>(join(folder, 'manifest.json'))
  const entries = Object.entries(artifacts)
  const stackIds = new Set(entries.filter(([, {type}]) => type === 'aws:cloudformation:stack').map(([id]) => id))
  const stacks = entries
    .filter(([id]) => stackIds.has(id))
    .map(([id, {environment = '', properties = {}, dependencies = []}]): AssemblyStack => {
      const region = /^aws:\/\/[^/]+\/([a-z0-9-]+)$/.exec(environment)?.[1]
      if (region === undefined) throw new Error(`The stack ${id} has no region: ${environment}`)
      if (!isRegion(region)) throw new RegionUnknown(`the stack ${id}`, region)
      return {
        id,
        name: properties.stackName ?? id,
        region,
        dependencies: dependencies.filter((dependency) => stackIds.has(dependency)),
        tags: properties.tags ?? {},
        terminationProtection: properties.terminationProtection ?? false,
        template: locationOf(id, properties.stackTemplateAssetObjectUrl, region),
        versionParameter: properties.bootstrapStackVersionSsmParameter ?? DEFAULT_VERSION_PARAMETER,
      }
    })
  const manifests = entries.filter(([, {type}]) => type === 'cdk:asset-manifest')
  const files = await Promise.all(manifests.map(([, {properties}]) => readAssets(folder, properties.file)))
  return {stacks, files: files.flat()}
}

function locationOf(id: string, url: string | undefined, region: string): {bucket: string; key: string} {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(filled(url ?? '', region)) ?? []
  if (bucket === undefined || key === undefined)
    throw new Error(`The template of ${id} is not an asset; synthesize with the default stack synthesizer`)
  return {bucket, key}
}

async function readAssets(folder: string, file: string): Promise<AssemblyFile[]> {
  const {files = {}, dockerImages = {}} = await readJson<AssetManifest>(join(folder, file))
  if (Object.keys(dockerImages).length > 0)
    throw new Error(`${file} has container images, which the lab does not support`)
  return Object.values(files).map(({source, destinations}) => ({
    path: join(folder, source.path),
    packaging: source.packaging,
    destinations: Object.values(destinations).map(({bucketName, objectKey, region}) => ({
      bucket: filled(bucketName, region),
      key: filled(objectKey, region),
      region,
    })),
  }))
}

const filled = (text: string, region: string): string =>
  text
    .replaceAll('${AWS::AccountId}', ACCOUNT)
    .replaceAll('${AWS::Region}', region)
    .replaceAll('${AWS::Partition}', 'aws')

/** The oldest instant that a zip archive can hold, so that equal folders give equal archives. */
const MTIME = new Date(1980, 0, 1)

/**
 * The bytes to publish: the file, or the folder as a zip archive that is the same for the same content. Stored, not compressed:
 * the archive goes no further than this process, and compression would be a good part of a deployment's time.
 */
export async function contentOf({path, packaging}: AssemblyFile): Promise<Uint8Array> {
  if (packaging === 'file') return readFile(path)
  const entries: Zippable = {}
  for (const name of (await filesBelow(path)).sort()) entries[name] = [await readFile(join(path, name)), {mtime: MTIME}]
  return zipSync(entries, {level: 0})
}

async function filesBelow(folder: string, prefix = ''): Promise<string[]> {
  const names = await readdir(join(folder, prefix))
  const found = await Promise.all(
    names.map(async (name) => {
      const path = prefix === '' ? name : `${prefix}/${name}`
      return (await stat(join(folder, path))).isDirectory() ? filesBelow(folder, path) : [path]
    }),
  )
  return found.flat()
}
