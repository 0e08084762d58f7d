/** The folder of a project as git knows it. */

export interface Remote {
  url: string
  user: string
  /** Secret. */
  password: string
}

export interface CheckoutState {
  /** What is checked out; undefined where nothing has been committed. */
  commit?: string
  /** Paths that differ from it, those included that git does not know yet. */
  changes: string[]
}

/** Each method ends with its signal. Throws `GitMissing` (exit usage) where there is no git, and `GitFailed` (exit failed) with its words. */
export interface Checkout {
  /** Undefined where no repository begins in the folder. Throws `RepositoryAround` (exit usage) where it lies inside of one. */
  look(signal?: AbortSignal): Promise<CheckoutState | undefined>
  /** Makes the repository, with its first branch. */
  init(branch: string, signal?: AbortSignal): Promise<void>
  /** Everything that is changed. Resolves to the commit. */
  commitAll(message: string, signal?: AbortSignal): Promise<string>
  /** What is checked out, to a branch of the remote. False where that has it. Throws `PushRejected` (exit refused) and `PushDenied` (exit credentials). */
  push(remote: Remote, branch: string, signal?: AbortSignal): Promise<boolean>
}
