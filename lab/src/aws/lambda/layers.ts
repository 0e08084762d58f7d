/**
 * Layers: archives that functions find below /opt. Codes and texts: answers of AWS that LocalStack has recorded in its tests of Lambda;
 * of the size, and that a deleted version serves the functions that have it, "Managing Lambda dependencies with layers", Lambda
 * developer guide.
 */

import {createHash} from 'node:crypto'
import {cp, mkdir, readdir, rename} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type * as Api from '@aws-sdk/client-lambda'

import {ACCOUNT, arn, type Operation} from '../../kernel.js'
import {ByRegion, page} from '../by-region.js'
import type {CodeStore} from './code-store.js'
import {digestOf, type Mounted} from './configuration.js'
import {absent, invalid, unsupported} from './faults.js'

/** Of one function ("Lambda quotas", Lambda developer guide). */
const MOST = 5
/** Of the lists, and their default. */
const PAGE = 50
/** What Lambda or the system runs by itself: here nothing but modules and files is seen. */
const PROGRAMS = new Set(['bin', 'extensions', 'lib'])

interface LayerVersion {
  name: string
  /** As the calls show it. */
  shown: Api.GetLayerVersionResponse
  folder: string
  /** Unzipped. */
  bytes: number
}

interface Layer {
  versions: LayerVersion[]
  next: number
}

export class Layers {
  private readonly layers = new ByRegion<Layer>()

  constructor(private readonly code: CodeStore) {}

  readonly operations: Record<string, Operation> = {
    PublishLayerVersion: (input: Api.PublishLayerVersionRequest, {region}) => this.publish(input, region),
    GetLayerVersion: ({LayerName, VersionNumber = 0}: Api.GetLayerVersionRequest, {region}) => {
      checkNumber(VersionNumber)
      return this.get(nameOf(LayerName), VersionNumber, region)
    },
    GetLayerVersionByArn: ({Arn = ''}: Api.GetLayerVersionByArnRequest, {region}) => {
      const {name, number} = partsOf(Arn)
      return this.get(name, number, region)
    },
    ListLayers: (input: Api.ListLayersRequest, {region}): Api.ListLayersResponse => {
      const {MaxItems = PAGE, Marker} = input
      const all = [...this.layers.of(region)].flatMap(([LayerName, {versions}]): Api.LayersListItem[] => {
        const latest = versions.findLast((one) => matches(one, input))
        const listed = latest && listedOf(latest)
        return listed ? [{LayerName, LayerArn: latest.shown.LayerArn, LatestMatchingVersion: listed}] : []
      })
      const {items, next} = page(all, MaxItems, Marker)
      return {Layers: items, NextMarker: next}
    },
    /** The newest first. */
    ListLayerVersions: (input: Api.ListLayerVersionsRequest, {region}): Api.ListLayerVersionsResponse => {
      const {MaxItems = PAGE, Marker} = input
      const {versions = []} = this.layers.of(region).get(nameOf(input.LayerName)) ?? {}
      const all = versions.filter((one) => matches(one, input)).map((one) => listedOf(one))
      const {items, next} = page(all.reverse(), MaxItems, Marker)
      return {LayerVersions: items, NextMarker: next}
    },
    /** Functions that have it keep it. Of one that there is not AWS says nothing. */
    DeleteLayerVersion: ({LayerName, VersionNumber = 0}: Api.DeleteLayerVersionRequest, {region}) => {
      checkNumber(VersionNumber)
      const layer = this.layers.of(region).get(nameOf(LayerName))
      if (layer) layer.versions = layer.versions.filter(({shown}) => shown.Version !== VersionNumber)
      return {}
    },
  }

  /**
   * The layers of a function, one over the other.
   * @throws InvalidParameterValueException; NotImplemented for what would run by itself, by name
   */
  async mount(arns: readonly string[], region: string): Promise<Mounted> {
    if (arns.length > MOST) throw invalid(`Cannot reference more than ${MOST} layers.`)
    const found = arns.map((one) => this.find(one, region))
    for (const [index, {name}] of found.entries()) {
      const first = found.findIndex((one) => one.name === name)
      if (first < index)
        throw invalid(
          `Two different versions of the same layer are not allowed to be referenced in the same function. ${arns[first]} and ${arns[index]} are versions of the same layer.`,
        )
    }
    for (const {folder, name} of found) {
      const program = (await readdir(folder)).find((entry) => PROGRAMS.has(entry))
      if (program) throw unsupported(`programs and libraries in layers: ${program}/ of ${name}`)
    }

    return {
      shown: found.map(({shown}) => ({Arn: shown.LayerVersionArn, CodeSize: shown.Content?.CodeSize})),
      folder: await merged(found),
      bytes: found.reduce((sum, {bytes}) => sum + bytes, 0),
    }
  }

  private find(layerArn: string, region: string): LayerVersion {
    const {region: where, account, name, number} = partsOf(layerArn)
    if (account !== ACCOUNT) throw unsupported(`layers of other accounts: ${layerArn}`)
    if (where !== region)
      throw invalid(`Layers are not in the same region as the function. Layers are expected to be in region ${region}.`)
    const found = this.version(name, number, region)
    if (!found) throw invalid(`Layer version ${layerArn} does not exist.`)
    return found
  }

  private async publish(
    input: Api.PublishLayerVersionRequest,
    region: string,
  ): Promise<Api.PublishLayerVersionResponse> {
    const {Content = {}, CompatibleRuntimes = [], CompatibleArchitectures = [], Description = '', LicenseInfo} = input
    const name = nameOf(input.LayerName)
    const zip = await this.code.bytes(Content, region)
    const {folder, bytes} = await this.code.unpack(region, `.layers/${name}`, zip)
    const here = this.layers.of(region)
    const layer = here.get(name) ?? {versions: [], next: 1}
    here.set(name, layer)
    const Version = layer.next++
    const LayerArn = arn('lambda', region, `layer:${name}`)
    const shown: Api.GetLayerVersionResponse = {
      Content: {CodeSha256: digestOf(zip), CodeSize: zip.length},
      LayerArn,
      LayerVersionArn: `${LayerArn}:${Version}`,
      Description,
      CreatedDate: new Date().toISOString().replace('Z', '+0000'),
      Version,
      CompatibleRuntimes,
      LicenseInfo,
      CompatibleArchitectures,
    }
    layer.versions.push({name, shown, folder, bytes})
    return shown
  }

  private get(name: string, number: number, region: string): Api.GetLayerVersionResponse {
    const found = this.version(name, number, region)
    if (!found) throw absent('The resource you requested does not exist.')
    return found.shown
  }

  private version(name: string, number: number, region: string): LayerVersion | undefined {
    return this.layers
      .of(region)
      .get(name)
      ?.versions.find(({shown}) => shown.Version === number)
  }
}

/** A folder of what several archives hold; of a path in two of them, what the later one has. */
async function merged(layers: readonly LayerVersion[]): Promise<string | undefined> {
  const [first, ...others] = layers
  if (!first || others.length === 0) return first?.folder
  const digest = createHash('sha256')
    .update(layers.map(({folder}) => folder).join('\n'))
    .digest('hex')
  const target = join(dirname(dirname(first.folder)), `merged-${digest.slice(0, 16)}`)
  const draft = `${target}.${Math.random().toString(36).slice(2)}`
  await mkdir(draft, {recursive: true, mode: 0o700})
  for (const {folder} of layers) await cp(folder, draft, {recursive: true})
  // Another call may have made the same meanwhile.
  await rename(draft, target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
  return target
}

/** The name alone, or the ARN without a version. */
const nameOf = (given = ''): string => given.split(':').at(6) ?? given

function partsOf(layerArn: string): {region: string; account: string; name: string; number: number} {
  const part = layerArn.split(':')
  return {region: part[3] ?? '', account: part[4] ?? '', name: part[6] ?? '', number: Number(part[7])}
}

function checkNumber(number: number): void {
  if (number < 1) throw invalid('Layer Version Cannot be less than 1')
}

/** In a list the archive is not shown. */
function listedOf({shown}: LayerVersion): Api.LayerVersionsListItem {
  const {Content: _, LayerArn: __, ...listed} = shown
  return listed
}

function matches(
  {shown}: LayerVersion,
  {
    CompatibleRuntime,
    CompatibleArchitecture,
  }: Pick<Api.ListLayersRequest, 'CompatibleRuntime' | 'CompatibleArchitecture'>,
): boolean {
  const {CompatibleRuntimes = [], CompatibleArchitectures = []} = shown
  return (
    (CompatibleRuntime === undefined || CompatibleRuntimes.includes(CompatibleRuntime)) &&
    (CompatibleArchitecture === undefined || CompatibleArchitectures.includes(CompatibleArchitecture))
  )
}
