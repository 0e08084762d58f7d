/** One repository of CodeCommit. */

import {randomUUID} from 'node:crypto'
import {rename} from 'node:fs/promises'
import {join} from 'node:path'

import type * as Api from '@aws-sdk/client-codecommit'

import {BareRepository, BRANCHES, type ChangedReference} from '../../git/bare-repository.js'
import {GitFailure} from '../../git/git.js'
import {ACCOUNT, arn, fault, type Lab} from '../../kernel.js'

export class Repository extends BareRepository {
  readonly id = randomUUID()
  readonly createdAt: Date
  modifiedAt: Date
  description: string | undefined
  tags: Record<string, string> = {}

  private constructor(
    private readonly lab: Lab,
    readonly region: string,
    public name: string,
  ) {
    super(folderOf(lab, region, name))
    this.createdAt = new Date(lab.now())
    this.modifiedAt = this.createdAt
  }

  static async create(lab: Lab, region: string, name: string): Promise<Repository> {
    const made = new Repository(lab, region, name)
    await made.make()
    return made
  }

  get arn(): string {
    return arn('codecommit', this.region, this.name)
  }

  async rename(name: string): Promise<void> {
    const folder = folderOf(this.lab, this.region, name)
    await rename(this.folder, folder)
    this.folder = folder
    this.name = name
    this.modifiedAt = new Date(this.lab.now())
  }

  async metadata(): Promise<Api.RepositoryMetadata> {
    const {id, name, region, description, createdAt, modifiedAt} = this
    const path = `git-codecommit.${region}.amazonaws.com/v1/repos/${name}`
    return {
      accountId: ACCOUNT,
      repositoryId: id,
      repositoryName: name,
      repositoryDescription: description,
      defaultBranch: await this.defaultBranch(),
      lastModifiedDate: modifiedAt,
      creationDate: createdAt,
      cloneUrlHttp: `https://${path}`,
      cloneUrlSsh: `ssh://${path}`,
      Arn: this.arn,
    }
  }

  async branches(): Promise<string[]> {
    return [...(await this.references()).keys()]
      .filter((name) => name.startsWith(BRANCHES))
      .map((name) => name.slice(BRANCHES.length))
  }

  /** @throws BranchDoesNotExistException */
  async head(branch: string): Promise<string> {
    const found = (await this.references()).get(`${BRANCHES}${branch}`)
    if (found === undefined)
      throw fault('BranchDoesNotExistException', `The branch ${branch} does not exist in the repository ${this.name}`)
    return found
  }

  /** @throws CommitIdDoesNotExistException */
  async commit(id: string): Promise<Api.Commit> {
    try {
      return {...(await this.read(id)), additionalData: ''}
    } catch (error) {
      if (error instanceof GitFailure)
        throw fault('CommitIdDoesNotExistException', `The commit ${id} does not exist in the repository ${this.name}`)
      throw error
    }
  }

  override async change(act: () => Promise<unknown>): Promise<ChangedReference[]> {
    const changed = await super.change(act)
    if (changed.length > 0) this.modifiedAt = new Date(this.lab.now())
    return changed
  }
}

const folderOf = ({folder}: Lab, region: string, name: string): string =>
  join(folder, 'repositories', region, `${name}.git`)
