/** One repository: a bare git repository in the lab's folder. */

import {randomUUID} from 'node:crypto'
import {mkdir, rename, rm} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import type * as Api from '@aws-sdk/client-codecommit'

import {ACCOUNT, arn, fault, type Lab} from '../../kernel.js'
import {git, GitFailure, gitText} from './git.js'

/** A reference that a push has changed, made or taken away; no id where there was, or is, none. */
export interface ChangedReference {
  fullName: string
  before: string | undefined
  after: string | undefined
}

export class Repository {
  readonly id = randomUUID()
  readonly createdAt: Date
  modifiedAt: Date
  description: string | undefined
  tags: Record<string, string> = {}
  private pushing: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly lab: Lab,
    readonly region: string,
    public name: string,
  ) {
    this.createdAt = new Date(lab.now())
    this.modifiedAt = this.createdAt
  }

  static async make(lab: Lab, region: string, name: string): Promise<Repository> {
    const made = new Repository(lab, region, name)
    await mkdir(dirname(made.folder), {recursive: true, mode: 0o700})
    await git(made.folder, ['init', '--quiet', '--bare', '--initial-branch=main', made.folder])
    await git(made.folder, ['config', 'http.receivepack', 'true'])
    return made
  }

  get arn(): string {
    return arn('codecommit', this.region, this.name)
  }

  get folder(): string {
    return folderOf(this.lab, this.region, this.name)
  }

  async rename(name: string): Promise<void> {
    await rename(this.folder, folderOf(this.lab, this.region, name))
    this.name = name
    this.modifiedAt = new Date(this.lab.now())
  }

  async remove(): Promise<void> {
    await rm(this.folder, {recursive: true, force: true})
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

  /** Full name -> commit. */
  async references(): Promise<Map<string, string>> {
    const lines = await gitText(this.folder, ['for-each-ref', '--format=%(refname) %(objectname)'])
    return new Map(lines === '' ? [] : lines.split('\n').map((line) => line.split(' ') as [string, string]))
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
    const format = '%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B'
    const text = await gitText(this.folder, [
      'show',
      '--no-patch',
      '--date=raw',
      `--format=${format}`,
      `${id}^{commit}`,
      '--',
    ]).catch((error: unknown) => {
      if (error instanceof GitFailure)
        throw fault('CommitIdDoesNotExistException', `The commit ${id} does not exist in the repository ${this.name}`)
      throw error
    })
    const [commitId, treeId, parents = '', an, ae, ad, cn, ce, cd, message = ''] = text.split('\0')
    return {
      commitId,
      treeId,
      parents: parents === '' ? [] : parents.split(' '),
      message,
      author: {name: an, email: ae, date: ad},
      committer: {name: cn, email: ce, date: cd},
      additionalData: '',
    }
  }

  /** Its files as a zip archive. */
  archive(commitId: string): Promise<Buffer> {
    return git(this.folder, ['archive', '--format=zip', commitId])
  }

  /** Pushes one after the other, so that what each has changed is told apart. @returns what it has changed */
  change(act: () => Promise<unknown>): Promise<ChangedReference[]> {
    const result = this.pushing.then(async () => {
      const before = await this.references()
      await act()
      const after = await this.references()
      await this.chooseDefault(after)
      const names = [...new Set([...before.keys(), ...after.keys()])]
      const changed = names
        .map((fullName) => ({fullName, before: before.get(fullName), after: after.get(fullName)}))
        .filter((one) => one.before !== one.after)
      if (changed.length > 0) this.modifiedAt = new Date(this.lab.now())
      return changed
    })
    this.pushing = result.catch(() => undefined)
    return result
  }

  /** The first branch that is pushed ("Change branch settings", CodeCommit user guide). */
  private async chooseDefault(references: ReadonlyMap<string, string>): Promise<void> {
    if ((await this.defaultBranch()) !== undefined) return
    const first = [...references.keys()].find((name) => name.startsWith(BRANCHES))
    if (first !== undefined) await git(this.folder, ['symbolic-ref', 'HEAD', first])
  }

  /** Undefined while there is no branch of this name. */
  private async defaultBranch(): Promise<string | undefined> {
    const name = await gitText(this.folder, ['symbolic-ref', 'HEAD'])
    return (await this.references()).has(name) ? name.slice(BRANCHES.length) : undefined
  }
}

export const BRANCHES = 'refs/heads/'

const folderOf = ({folder}: Lab, region: string, name: string): string =>
  join(folder, 'repositories', region, `${name}.git`)
