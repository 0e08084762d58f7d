/** Where the source of a build comes from, and where what it makes goes. */

import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {createHash} from 'node:crypto'
import {dirname, join, posix, sep} from 'node:path'

import type * as Api from '@aws-sdk/client-codebuild'

import {artifactFiles, pack, unpack} from '../../data-plane/build/archive.js'
import type {ArtifactSpec, Buildspec} from '../../data-plane/build/buildspec.js'
import type {Lab, S3Place} from '../../kernel.js'
import {PhaseFailure} from './phases.js'

const CLIENT_ERROR = 'CLIENT_ERROR'

/**
 * Puts the source into the folder: a zip archive, or all objects below a prefix that ends in a slash ("Create a build project",
 * CodeBuild user guide).
 * @returns the version of the object, where its bucket has versions
 */
export async function download(
  lab: Lab,
  region: string,
  {bucket, key, versionId}: S3Place,
  folder: string,
): Promise<string | undefined> {
  try {
    if (key.endsWith('/')) return await downloadPrefix(lab, region, bucket, key, folder)
    const found = await lab.call('s3', 'GetObject', {Bucket: bucket, Key: key, VersionId: versionId}, region)
    await unpack(found.Body, folder)
    return found.VersionId
  } catch (error) {
    throw new PhaseFailure(CLIENT_ERROR, `${error instanceof Error ? error.message : String(error)} for primary source`)
  }
}

async function downloadPrefix(
  lab: Lab,
  region: string,
  Bucket: string,
  Prefix: string,
  folder: string,
): Promise<undefined> {
  for (let ContinuationToken: string | undefined; ;) {
    const {Contents = [], NextContinuationToken} = await lab.call(
      's3',
      'ListObjectsV2',
      {Bucket, Prefix, ContinuationToken},
      region,
    )
    for (const {Key} of Contents as {Key: string}[]) {
      const path = join(folder, Key.slice(Prefix.length))
      if (Key.endsWith('/') || !path.startsWith(folder + sep)) continue
      const {Body} = await lab.call('s3', 'GetObject', {Bucket, Key}, region)
      await mkdir(dirname(path), {recursive: true})
      await writeFile(path, Body)
    }

    if (NextContinuationToken === undefined) return
    ContinuationToken = NextContinuationToken
  }
}

export interface Upload {
  lab: Lab
  region: string
  build: Api.Build
  project: Api.ProjectArtifacts
  spec: Buildspec
  source: string
  /** Of CodePipeline, by the name of the artifact. */
  outputs: ReadonlyMap<string, S3Place>
}

/** @returns what the build shows of its artifacts */
export async function upload(one: Upload): Promise<Api.BuildArtifacts> {
  const {project, spec} = one
  if (project.type === 'NO_ARTIFACTS') return {location: ''}
  if (project.type === 'CODEPIPELINE') return toPipeline(one)
  if (!spec.artifacts) return {location: ''}
  return project.packaging === 'ZIP' ? zipped(one, spec.artifacts) : loose(one, spec.artifacts)
}

/** With one output it is the buildspec's `artifacts`, with more each is a secondary artifact of its name ("buildspec file", CodePipeline reference of CodeBuild). */
async function toPipeline(one: Upload): Promise<Api.BuildArtifacts> {
  const {spec, outputs} = one
  let location = ''
  for (const [name, place] of outputs) {
    const own = spec.secondary[name] ?? (outputs.size === 1 ? spec.artifacts : undefined)
    if (!own) throw new PhaseFailure(CLIENT_ERROR, `no definition for secondary artifacts: ${name}`)
    await put(one, place, await pack(await matching(one.source, own)))
    location ||= `arn:aws:s3:::${place.bucket}/${place.key}`
  }

  return {location}
}

async function zipped(one: Upload, spec: ArtifactSpec): Promise<Api.BuildArtifacts> {
  const zip = await pack(await matching(one.source, spec))
  const {location: bucket = ''} = one.project
  const key = keyOf(one, spec)
  await put(one, {bucket, key}, zip)
  const sum = (algorithm: string): string => createHash(algorithm).update(zip).digest('hex')
  return {location: `arn:aws:s3:::${bucket}/${key}`, sha256sum: sum('sha256'), md5sum: sum('md5')}
}

async function loose(one: Upload, spec: ArtifactSpec): Promise<Api.BuildArtifacts> {
  const {location: bucket = ''} = one.project
  const prefix = keyOf(one, spec)
  for (const [path, file] of await matching(one.source, spec))
    await put(one, {bucket, key: posix.join(prefix, path)}, await readFile(file))
  return {location: `arn:aws:s3:::${bucket}/${prefix}`}
}

async function matching(source: string, spec: ArtifactSpec): Promise<Map<string, string>> {
  const files = await artifactFiles(source, spec)
  if (files.size === 0) throw new PhaseFailure(CLIENT_ERROR, 'no matching artifact paths found')
  return files
}

/** PATH/BUILD_ID/NAME, as far as the project has them ("ProjectArtifacts", CodeBuild API). */
function keyOf({build, project}: Upload, spec: ArtifactSpec): string {
  const name = (project.overrideArtifactName ? spec.name : undefined) ?? project.name ?? build.projectName ?? ''
  const id = project.namespaceType === 'BUILD_ID' ? (build.id?.split(':')[1] ?? '') : ''
  return posix.join(project.path ?? '', id, name).replace(/^\//, '')
}

async function put({lab, region}: Upload, {bucket, key}: S3Place, Body: Uint8Array): Promise<void> {
  try {
    await lab.call('s3', 'PutObject', {Bucket: bucket, Key: key, Body}, region)
  } catch (error) {
    throw new PhaseFailure(CLIENT_ERROR, error instanceof Error ? error.message : String(error))
  }
}
