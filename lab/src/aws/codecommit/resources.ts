/** AWS::CodeCommit::Repository. */

import {unzipSync} from 'fflate'

import {
  call,
  liveOf,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {tagMap, TAGS} from '../../cloudformation/tags.js'

const TYPE = 'AWS::CodeCommit::Repository'

function refuse({Triggers, KmsKeyId}: Properties): void {
  if (Triggers?.length > 0) throw new Error(`The lab does not support Triggers of ${TYPE}`)
  if (KmsKeyId !== undefined) throw new Error(`The lab does not support KmsKeyId of ${TYPE}`)
}

/** Puts the files of a zip archive into a new repository, as its first commit. */
async function fill(repositoryName: string, {Code}: Properties, context: ResourceContext): Promise<void> {
  if (!Code) return
  const {Bucket, Key, ObjectVersion: VersionId} = Code.S3
  const {Body} = await call(context, 's3', 'GetObject', {Bucket, Key, VersionId})
  const files = Object.entries(unzipSync(Body)).filter(([path]) => !path.endsWith('/'))
  await call(context, 'codecommit', 'CreateCommit', {
    repositoryName,
    branchName: Code.BranchName ?? 'main',
    commitMessage: 'Initial commit',
    putFiles: files.map(([filePath, fileContent]) => ({filePath, fileContent})),
  })
}

export const repository: ResourceProvider = {
  tags: TAGS,
  // The lab has no triggers: there is nothing to keep.
  conditional: {Triggers: () => true},
  tagCalls: {
    service: 'codecommit',
    add: 'TagResource',
    remove: 'UntagResource',
    target: (_, {Arn}) => ({resourceArn: Arn}),
    shape: 'map',
  },
  async create(properties, context) {
    refuse(properties)
    const {RepositoryName: name, Tags} = properties
    const {repositoryMetadata: made} = await request(context, 'codecommit', 'CreateRepository', {
      ...properties,
      Tags: tagMap(Tags),
    })
    context.allocated(made.repositoryId)
    await fill(name, properties, context)
    return {physicalId: made.repositoryId, attributes: attributesOf(made)}
  },
  /** `Code` says what a new repository begins with, and nothing afterwards (CloudFormation template reference). */
  async update(physicalId, properties, previous, context) {
    refuse(properties)
    const [oldName, repositoryName] = [previous.RepositoryName, properties.RepositoryName]
    if (oldName !== repositoryName)
      await call(context, 'codecommit', 'UpdateRepositoryName', {oldName, newName: repositoryName})
    const repositoryDescription = properties.RepositoryDescription ?? ''
    await call(context, 'codecommit', 'UpdateRepositoryDescription', {repositoryName, repositoryDescription})
    const {repositoryMetadata} = await call(context, 'codecommit', 'GetRepository', {repositoryName})
    return {physicalId, attributes: attributesOf(repositoryMetadata)}
  },
  async read(_physicalId, {RepositoryName: repositoryName}, context) {
    const found = await unlessGone(call(context, 'codecommit', 'GetRepository', {repositoryName}))
    if (!found) return undefined
    const {repositoryName: name, repositoryDescription} = found.repositoryMetadata
    return liveOf({}, [], {RepositoryName: name, RepositoryDescription: repositoryDescription})
  },
  async delete(_physicalId, {RepositoryName: repositoryName}, context) {
    await call(context, 'codecommit', 'DeleteRepository', {repositoryName})
  },
}

const attributesOf = (made: Properties): Properties => ({
  Arn: made.Arn,
  CloneUrlHttp: made.cloneUrlHttp,
  CloneUrlSsh: made.cloneUrlSsh,
  Name: made.repositoryName,
})
