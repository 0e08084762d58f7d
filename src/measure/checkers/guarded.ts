/** Runs a checker. One that crashes says `unknown`, never `valid`. */

export interface Judged<T> {
  value: T
  /** Why the checker crashed; absent where it judged. */
  crash?: string
}

export function guarded<T>(check: () => T, unknown: T): Judged<T> {
  try {
    return {value: check()}
  } catch (error) {
    return {value: unknown, crash: error instanceof Error ? error.message : String(error)}
  }
}
