/** A bare git repository of the lab, in a folder of its own. */

import {mkdir, rm} from 'node:fs/promises'
import {dirname} from 'node:path'

import type {SourceTree} from '../kernel.js'
import {git, gitText} from './git.js'

export const BRANCHES = 'refs/heads/'

/** A reference that a push has changed, made or taken away; no id where there was, or is, none. */
export interface ChangedReference {
  fullName: string
  before: string | undefined
  after: string | undefined
}

export interface Commit {
  commitId: string
  treeId: string
  parents: string[]
  message: string
  author: Person
  committer: Person
}

/** `date`: seconds since 1970, a blank, and the time zone. */
interface Person {
  name: string
  email: string
  date: string
}

export class BareRepository {
  private pushing: Promise<unknown> = Promise.resolve()

  /** `folder`: as `make` has made it. */
  protected constructor(public folder: string) {}

  protected async make(): Promise<void> {
    const {folder} = this
    await mkdir(dirname(folder), {recursive: true, mode: 0o700})
    await git(folder, ['init', '--quiet', '--bare', '--initial-branch=main', folder])
    await git(folder, ['config', 'http.receivepack', 'true'])
  }

  async remove(): Promise<void> {
    await rm(this.folder, {recursive: true, force: true})
  }

  /** Full name -> commit. */
  async references(): Promise<Map<string, string>> {
    const lines = await gitText(this.folder, ['for-each-ref', '--format=%(refname) %(objectname)'])
    return new Map(lines === '' ? [] : lines.split('\n').map((line) => line.split(' ') as [string, string]))
  }

  /** @throws GitFailure where there is no such commit */
  async read(id: string): Promise<Commit> {
    const format = '%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B'
    const asked = ['show', '--no-patch', '--date=raw', `--format=${format}`, `${id}^{commit}`, '--']
    const text = await gitText(this.folder, asked)
    const [commitId, treeId, parents, an, ae, ad, cn, ce, cd, message] = text.split('\0') as Texts
    return {
      commitId,
      treeId,
      parents: parents === '' ? [] : parents.split(' '),
      message,
      author: {name: an, email: ae, date: ad},
      committer: {name: cn, email: ce, date: cd},
    }
  }

  /** A commit as the source of a pipeline: no folder .git is in its archive. */
  async tree(id: string): Promise<SourceTree> {
    const {commitId, message, author, committer} = await this.read(id)
    return {
      commitId,
      message,
      authoredAt: dateOf(author),
      committedAt: dateOf(committer),
      zip: await git(this.folder, ['archive', '--format=zip', commitId]),
    }
  }

  /** Pushes one after the other, so that what each has changed is told apart. @returns what it has changed */
  change(act: () => Promise<unknown>): Promise<ChangedReference[]> {
    const result = this.pushing.then(async () => {
      const before = await this.references()
      await act()
      const after = await this.references()
      await this.chooseDefault(after)
      const names = [...new Set([...before.keys(), ...after.keys()])]
      return names
        .map((fullName) => ({fullName, before: before.get(fullName), after: after.get(fullName)}))
        .filter((one) => one.before !== one.after)
    })
    this.pushing = result.catch(() => undefined)
    return result
  }

  /** Undefined while there is no branch of this name. */
  protected async defaultBranch(): Promise<string | undefined> {
    const name = await gitText(this.folder, ['symbolic-ref', 'HEAD'])
    return (await this.references()).has(name) ? name.slice(BRANCHES.length) : undefined
  }

  /** The first branch that is pushed ("Change branch settings", CodeCommit user guide). */
  private async chooseDefault(references: ReadonlyMap<string, string>): Promise<void> {
    if ((await this.defaultBranch()) !== undefined) return
    const first = [...references.keys()].find((name) => name.startsWith(BRANCHES))
    if (first !== undefined) await git(this.folder, ['symbolic-ref', 'HEAD', first])
  }
}

/** As the format above has them. */
type Texts = [string, string, string, string, string, string, string, string, string, string]

const dateOf = ({date}: Person): Date => new Date(Number(date.split(' ')[0]) * 1000)
