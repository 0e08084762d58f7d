import type * as Api from '@aws-sdk/client-codecommit'

import {busOf} from '../../event-bus.js'
import type {ChangedReference} from '../../git/bare-repository.js'
import {GitServer} from '../../git/server.js'
import {
  fault,
  type CallContext,
  type Lab,
  type Offering,
  type Operation,
  type SourceTree,
  type TaggedResource,
} from '../../kernel.js'
import {tagList} from '../../cloudformation/tags.js'
import {ByRegion, page} from '../by-region.js'
import {api} from './api.js'
import {commitFiles, type Change} from './commits.js'
import {hosting} from './hosting.js'
import {changeEvent} from './push-event.js'
import {Repository} from './repository.js'

/** Of the lists (CodeCommit API). */
const PAGE = 1000
/** Of whoever commits by a call and does not say. */
const SOMEBODY = {name: 'AWS CodeCommit', email: ''}

/** CodeCommit: real git repositories, each region's its own, served below `/v1/repos/` of the lab's port. */
export class CodeCommitService implements Offering<'codecommit'> {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly repositories = new ByRegion<Repository>()

  constructor(private readonly lab: Lab) {
    GitServer.serve(
      lab,
      hosting(lab, {
        find: (name, region) => this.repositories.of(region).get(name),
        onPush: (repository, changes, by) => this.tell(repository, changes, by),
      }),
    )
    this.operations = {
      CreateRepository: (input: Api.CreateRepositoryInput, {region}) => this.create(input, region),
      GetRepository: async ({repositoryName}: Api.GetRepositoryInput, {region}) => ({
        repositoryMetadata: await this.find(repositoryName, region).metadata(),
      }),
      DeleteRepository: async ({repositoryName = ''}: Api.DeleteRepositoryInput, {region}) => {
        // AWS says nothing where there is none.
        const found = this.repositories.of(region).get(repositoryName)
        this.repositories.of(region).delete(repositoryName)
        await found?.remove()
        return {repositoryId: found?.id}
      },
      ListRepositories: (input: Api.ListRepositoriesInput, {region}) => this.list(input, region),
      UpdateRepositoryName: async ({oldName, newName = ''}: Api.UpdateRepositoryNameInput, {region}) => {
        const repository = this.find(oldName, region)
        this.refuseTaken(newName, region)
        await repository.rename(newName)
        this.repositories.of(region).delete(oldName!)
        this.repositories.of(region).set(newName, repository)
        return {}
      },
      UpdateRepositoryDescription: (input: Api.UpdateRepositoryDescriptionInput, {region}) => {
        this.find(input.repositoryName, region).description = input.repositoryDescription
        return {}
      },
      GetBranch: async ({repositoryName, branchName = ''}: Api.GetBranchInput, {region}) => ({
        branch: {branchName, commitId: await this.find(repositoryName, region).head(branchName)},
      }),
      ListBranches: async ({repositoryName, nextToken}: Api.ListBranchesInput, {region}) => {
        const {items, next} = page(await this.find(repositoryName, region).branches(), PAGE, nextToken)
        return {branches: items, nextToken: next}
      },
      GetCommit: async ({repositoryName, commitId = ''}: Api.GetCommitInput, {region}) => ({
        commit: await this.find(repositoryName, region).commit(commitId),
      }),
      CreateCommit: (input: Api.CreateCommitInput, context) => this.createCommit(input, context),
      PutFile: (input: Api.PutFileInput, context) => this.putFile(input, context),
      TagResource: ({resourceArn, tags = {}}: Api.TagResourceInput, {region}) => {
        const repository = this.ofArn(resourceArn, region)
        repository.tags = {...repository.tags, ...tags}
        return {}
      },
      UntagResource: ({resourceArn, tagKeys = []}: Api.UntagResourceInput, {region}) => {
        const {tags} = this.ofArn(resourceArn, region)
        for (const key of tagKeys) delete tags[key]
        return {}
      },
      ListTagsForResource: ({resourceArn}: Api.ListTagsForResourceInput, {region}) => ({
        tags: {...this.ofArn(resourceArn, region).tags},
      }),
    }
  }

  tagged(region: string): TaggedResource[] {
    return [...this.repositories.of(region).values()].map(({arn, tags}) => ({arn, tags: tagList(tags) ?? []}))
  }

  async sourceOf(repositoryName: string, branch: string, region: string): Promise<SourceTree> {
    const repository = this.find(repositoryName, region)
    return repository.tree(await repository.head(branch))
  }

  private async create(input: Api.CreateRepositoryInput, region: string): Promise<Api.CreateRepositoryOutput> {
    const {repositoryName: name = '', repositoryDescription, tags = {}, kmsKeyId} = input
    if (kmsKeyId !== undefined) throw fault('NotImplemented', 'The lab does not support kmsKeyId of CodeCommit', 501)
    if (name.endsWith('.git')) throw fault('InvalidRepositoryNameException', 'A repository name must not end in .git')
    this.refuseTaken(name, region)
    const repository = await Repository.create(this.lab, region, name)
    repository.description = repositoryDescription
    repository.tags = {...tags}
    this.repositories.of(region).set(name, repository)
    return {repositoryMetadata: await repository.metadata()}
  }

  private refuseTaken(name: string, region: string): void {
    if (this.repositories.of(region).has(name))
      throw fault('RepositoryNameExistsException', `Repository named ${name} already exists`)
  }

  private list(input: Api.ListRepositoriesInput, region: string): Api.ListRepositoriesOutput {
    const {sortBy = 'repositoryName', order = 'ascending', nextToken} = input
    const keyOf = ({name, modifiedAt}: Repository): string | number =>
      sortBy === 'repositoryName' ? name : modifiedAt.getTime()
    const sorted = [...this.repositories.of(region).values()].sort((left, right) =>
      keyOf(left) < keyOf(right) ? -1 : 1,
    )
    const {items, next} = page(order === 'descending' ? sorted.reverse() : sorted, PAGE, nextToken)
    return {
      repositories: items.map(({name, id}) => ({repositoryName: name, repositoryId: id})),
      nextToken: next,
    }
  }

  private async createCommit(input: Api.CreateCommitInput, context: CallContext): Promise<Api.CreateCommitOutput> {
    const {putFiles = [], deleteFiles = [], setFileModes = []} = input
    if (setFileModes.length > 0)
      throw fault('NotImplemented', 'The lab does not support setFileModes of CreateCommit', 501)
    const puts = putFiles.map(({filePath = '', fileContent, fileMode, sourceFile}) => {
      if (sourceFile || fileMode === 'SYMLINK')
        throw fault('NotImplemented', 'The lab does not support sourceFile and SYMLINK of CreateCommit', 501)
      return {path: filePath, content: fileContent ?? new Uint8Array(), executable: fileMode === 'EXECUTABLE'}
    })
    const deletes = deleteFiles.map(({filePath = ''}) => filePath)
    const made = await this.commit(input, context, {
      puts,
      deletes,
      author: {name: input.authorName ?? SOMEBODY.name, email: input.email ?? SOMEBODY.email},
    })
    return {
      commitId: made.commitId,
      treeId: made.treeId,
      filesAdded: puts.map(({path}) => ({absolutePath: path, blobId: made.blobs.get(path)})),
      filesUpdated: [],
      filesDeleted: deletes.map((path) => ({absolutePath: path})),
    }
  }

  private async putFile(input: Api.PutFileInput, context: CallContext): Promise<Api.PutFileOutput> {
    const {filePath: path = '', fileContent, fileMode, name, email} = input
    if (fileMode === 'SYMLINK') throw fault('NotImplemented', 'The lab does not support SYMLINK of PutFile', 501)
    const {commitId, treeId, blobs} = await this.commit(input, context, {
      puts: [{path, content: fileContent ?? new Uint8Array(), executable: fileMode === 'EXECUTABLE'}],
      deletes: [],
      author: {name: name ?? SOMEBODY.name, email: email ?? SOMEBODY.email},
    })
    return {commitId, treeId, blobId: blobs.get(path)}
  }

  private async commit(
    input: Pick<Api.PutFileInput, 'repositoryName' | 'branchName' | 'parentCommitId' | 'commitMessage'>,
    {region, callerArn = 'unknown'}: CallContext,
    change: Pick<Change, 'puts' | 'deletes' | 'author'>,
  ): ReturnType<typeof commitFiles> {
    const repository = this.find(input.repositoryName, region)
    const {branchName: branch = '', parentCommitId: parent, commitMessage: message = ''} = input
    let made: Awaited<ReturnType<typeof commitFiles>> | undefined
    const changes = await repository.change(async () => {
      made = await commitFiles(this.lab, repository, {...change, branch, parent, message})
    })
    this.tell(repository, changes, callerArn)
    return made!
  }

  /** To whoever listens to the events of the region. */
  private tell(repository: Repository, changes: readonly ChangedReference[], by: string): void {
    for (const change of changes) busOf(this.lab).put(repository.region, changeEvent(repository, change, by))
  }

  private find(name: string | undefined, region: string): Repository {
    const found = this.repositories.of(region).get(name ?? '')
    if (!found) throw fault('RepositoryDoesNotExistException', `${name} does not exist`)
    return found
  }

  private ofArn(resourceArn: string | undefined, region: string): Repository {
    const found = [...this.repositories.of(region).values()].find((repository) => repository.arn === resourceArn)
    if (!found) throw fault('RepositoryDoesNotExistException', `${resourceArn} does not exist`)
    return found
  }
}
