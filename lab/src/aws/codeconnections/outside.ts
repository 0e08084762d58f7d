/**
 * The host of repositories outside of AWS, which plays the part of every provider: real git repositories, which no loss of a region takes
 * along. Who knows the lab's secret gets at them, with it as the password and any name, as a token opens GitHub.
 */

import {createHash, randomUUID, timingSafeEqual} from 'node:crypto'
import {join} from 'node:path'

import {BareRepository, BRANCHES, type ChangedReference} from '../../git/bare-repository.js'
import {GitServer, type GitCaller} from '../../git/server.js'
import {ADMINISTRATOR_KEY_ID, type Lab, type SourceTree} from '../../kernel.js'

const PATH = '/_git/'

class OutsideRepository extends BareRepository {
  private constructor(
    folder: string,
    readonly name: string,
  ) {
    super(folder)
  }

  static async create(lab: Lab, name: string): Promise<OutsideRepository> {
    const made = new OutsideRepository(join(lab.folder, 'repositories', 'outside', `${randomUUID()}.git`), name)
    await made.make()
    return made
  }
}

export class Outside {
  private readonly repositories = new Map<string, Promise<OutsideRepository>>()
  /** With the name that goes with the secret, so that git asks for the secret alone. */
  readonly url: string

  /** `onPush`: to a branch that is there afterwards. */
  constructor(
    private readonly lab: Lab,
    onPush: (repository: string, branch: string) => Promise<void>,
  ) {
    const {host} = new URL(lab.endpoint)
    this.url = `http://${ADMINISTRATOR_KEY_ID}@${host}${PATH}`
    GitServer.serve<OutsideRepository, GitCaller>(lab, {
      part: 'git',
      path: PATH,
      name: /[\w.-]+(?:\/[\w.-]+)+/,
      realm: 'repositories outside of AWS',
      refusal: 401,
      needed: `The request needs the secret of the lab as its password: it is in ${lab.credentialsFile}`,
      caller: ({user, password}) => (this.isSecret(password) ? {name: user} : undefined),
      find: (name) => this.repositories.get(name.replace(/\.git$/, '')),
      allows: () => true,
      onPush(repository, changes) {
        for (const branch of branchesOf(changes)) void onPush(repository.name, branch)
      },
    })
  }

  async make(name: string): Promise<void> {
    const made = this.repositories.get(name) ?? OutsideRepository.create(this.lab, name)
    this.repositories.set(name, made)
    await made
  }

  async sourceOf(name: string, branch: string): Promise<SourceTree | undefined> {
    const repository = await this.repositories.get(name)
    const head = (await repository?.references())?.get(`${BRANCHES}${branch}`)
    return head === undefined ? undefined : repository!.tree(head)
  }

  private isSecret(password: string): boolean {
    const {secretAccessKey} = this.lab.credentials.find(ADMINISTRATOR_KEY_ID)!
    return timingSafeEqual(digest(password), digest(secretAccessKey))
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const branchesOf = (changes: readonly ChangedReference[]): string[] =>
  changes.flatMap(({fullName, after}) =>
    after !== undefined && fullName.startsWith(BRANCHES) ? [fullName.slice(BRANCHES.length)] : [],
  )
