/** A token that is always at hand, so that no probe waits for a token endpoint that may be part of the outage. */

import type {Clock} from '../ports/world.js'
import {rest} from './clock.js'

export interface HeldToken {
  /** Undefined until the first one came. */
  readonly value: string | undefined
  /** Settles when the first question has been answered, with a token or without. */
  readonly asked: Promise<void>
  /** Asks at once, for a probe was told 401. */
  renew(): void
}

interface Options {
  clock: Clock
  signal: AbortSignal
  /** Told each time that none could be had; the old one is kept. */
  onTrouble(text: string): void
  /** The provider caches until shortly before expiry, so asking it is cheap. Default 1000 ms. */
  everyMs?: number
}

/** Asks `provide` now and then every second until the signal aborts; one call at a time. */
export function heldToken(provide: () => Promise<string>, options: Options): HeldToken {
  let value: string | undefined
  let asking = false
  const ask = async (): Promise<void> => {
    if (asking || options.signal.aborted) return
    asking = true
    try {
      value = await provide()
    } catch (error) {
      options.onTrouble(`no access token: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      asking = false
    }
  }

  const asked = ask()
  const keep = async (): Promise<void> => {
    await asked
    while (!options.signal.aborted) {
      await rest(options.clock, options.everyMs ?? 1000, options.signal)
      await ask()
    }
  }

  void keep()
  return {
    asked,
    get value() {
      return value
    },
    renew: () => void ask(),
  }
}
