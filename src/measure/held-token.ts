/** A token that is always at hand, so that no probe waits for a token endpoint that may be part of the outage. */

import type {Clock} from '../ports/world.js'
import {rest} from './clock.js'

/** Gives a token; `refused` is one that was answered with 401, so that another source is to be asked. */
export type TokenSource = (refused?: string) => Promise<string>

export interface HeldToken {
  /** Undefined until the first one came. */
  readonly value: string | undefined
  /** Settles when the first question has been answered, with a token or without. */
  readonly asked: Promise<void>
  /** How often a token was refused and another one taken. */
  readonly replaced: number
  /** A probe that carried `token` was told 401. */
  refused(token: string | undefined): void
}

interface Options {
  clock: Clock
  signal: AbortSignal
  /** Told each time that none could be had; the old one is kept. */
  onTrouble(text: string): void
  /** The source caches until shortly before expiry, so asking it is cheap. Default 1000 ms. */
  everyMs?: number
}

/** Asks now and then every second until the signal aborts, and at once where a token was refused; one question at a time. */
export function heldToken(source: TokenSource, {clock, signal, onTrouble, everyMs = 1000}: Options): HeldToken {
  let value: string | undefined
  let replaced = 0
  let asking = false
  const ask = async (refused?: string): Promise<void> => {
    if (asking || signal.aborted) return
    asking = true
    try {
      const next = await source(refused)
      if (refused !== undefined && next !== refused) replaced++
      value = next
    } catch (error) {
      onTrouble(`no access token: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      asking = false
    }
  }

  const asked = ask()
  const keep = async (): Promise<void> => {
    await asked
    while (!signal.aborted) {
      await rest(clock, everyMs, signal)
      await ask()
    }
  }

  void keep()
  return {
    asked,
    get value() {
      return value
    },
    get replaced() {
      return replaced
    },
    refused(token) {
      // Many probes carry one token, and all of them are told: the first one acts.
      if (token !== undefined && token === value) void ask(token)
    },
  }
}
