/** Commits that are made by a call: CreateCommit and PutFile. */

import {rm} from 'node:fs/promises'
import {join} from 'node:path'

import {BRANCHES} from '../../git/bare-repository.js'
import {git, gitText} from '../../git/git.js'
import {fault, type Lab} from '../../kernel.js'
import type {Repository} from './repository.js'

export interface Change {
  branch: string
  /** Of the branch, as the caller knows it; undefined for a branch that there is none of. */
  parent: string | undefined
  puts: readonly {path: string; content: Uint8Array; executable: boolean}[]
  deletes: readonly string[]
  author: {name: string; email: string}
  message: string
}

const FILE = '100644'
const EXECUTABLE = '100755'

/**
 * One after the other: see `Repository.change`.
 * @throws ParentCommitIdRequiredException, ParentCommitIdOutdatedException, FileDoesNotExistException, NoChangeException
 */
export async function commitFiles(
  lab: Lab,
  repository: Repository,
  change: Change,
): Promise<{commitId: string; treeId: string; blobs: Map<string, string>}> {
  const {folder} = repository
  const {branch, parent, puts, deletes, author, message} = change
  const head = (await repository.references()).get(`${BRANCHES}${branch}`)
  if (head !== undefined && parent === undefined)
    throw fault('ParentCommitIdRequiredException', `The branch ${branch} exists: its newest commit must be the parent`)
  if (head !== parent)
    throw fault('ParentCommitIdOutdatedException', `The parent is not the newest commit of the branch ${branch}`)
  const env = {
    GIT_INDEX_FILE: join(folder, `index-${process.hrtime.bigint()}`),
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
    GIT_AUTHOR_DATE: `${Math.floor(lab.now() / 1000)} +0000`,
    GIT_COMMITTER_DATE: `${Math.floor(lab.now() / 1000)} +0000`,
  }
  try {
    await git(folder, ['read-tree', ...(head === undefined ? ['--empty'] : [head])], {env})
    const known = (await gitText(folder, ['ls-files', '-z'], {env})).split('\0')
    const missing = deletes.find((path) => !known.includes(path))
    if (missing !== undefined) throw fault('FileDoesNotExistException', `The file ${missing} does not exist`)
    const blobs = new Map<string, string>()
    for (const {path, content} of puts)
      blobs.set(path, await gitText(folder, ['hash-object', '-w', '--stdin'], {input: content}))
    const lines = [
      ...puts.map(({path, executable}) => `${executable ? EXECUTABLE : FILE} ${blobs.get(path)}\t${path}\0`),
      ...deletes.map((path) => `0 ${'0'.repeat(40)}\t${path}\0`),
    ]
    await git(folder, ['update-index', '-z', '--index-info'], {env, input: lines.join('')})
    const treeId = await gitText(folder, ['write-tree'], {env})
    if (head !== undefined && treeId === (await gitText(folder, ['rev-parse', `${head}^{tree}`])))
      throw fault('NoChangeException', 'The commit would change nothing')
    const parents = head === undefined ? [] : ['-p', head]
    const commitId = await gitText(folder, ['commit-tree', treeId, ...parents], {env, input: message})
    await git(folder, ['update-ref', `${BRANCHES}${branch}`, commitId, head ?? '0'.repeat(40)])
    return {commitId, treeId, blobs}
  } finally {
    await rm(env.GIT_INDEX_FILE, {force: true})
  }
}
