/** A hook for the tests, and for nothing else: dying at a named point of a run. */

/** `before:<step>`: its intent is journaled, its act has not begun. `after:<step>`: acted, its outcome is not journaled. */
export type Failpoint = (point: `${'before' | 'after'}:${string}`) => Promise<void>

/**
 * TODO_DR_FAILPOINT=before:<step> or after:<step> makes the process kill itself with SIGKILL at that point, so that a test
 * can resume a run from every place where it may be cut. Steps that are skipped pass both of their points too.
 */
export const failpointOf = (environment: NodeJS.ProcessEnv): Failpoint => {
  const wanted = environment.TODO_DR_FAILPOINT
  return async (point) => {
    if (point !== wanted) return
    process.kill(process.pid, 'SIGKILL')
    await new Promise<never>(() => undefined)
  }
}
