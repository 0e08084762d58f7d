/** What every port is called with. */

export interface CallOptions {
  signal?: AbortSignal
}

export interface Clock {
  /** Epoch milliseconds with fraction. */
  now(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
