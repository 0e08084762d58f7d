/** The public keys of all pools, kept in this region: tokens of a pool stay good when its region is gone. */

import {log} from '../shared/log.js'
import type {PublicKey} from './token.js'

/** By issuer. */
export type Keys = Readonly<Record<string, readonly PublicKey[]>>

/** Where the copy is kept, beyond the life of an execution environment. */
export interface Store {
  /** Undefined where nothing was kept yet. */
  load(): Promise<Keys | undefined>
  save(keys: Keys): Promise<void>
}

export interface Sources {
  issuers: readonly string[]
  store: Store
  /** The keys that an issuer publishes now. Throws where they cannot be had. */
  fetch(issuer: string): Promise<readonly PublicKey[]>
  /** Epoch milliseconds. */
  now(): number
  pause(ms: number): Promise<void>
}

/** Milliseconds after which the copy is read again: a key that a pool has given up must not stay good for ever. */
const RELOAD_MS = 300_000
/** Milliseconds between two questions about keys that nobody knows: invented ids must not flood an issuer. */
const ASK_MS = 10_000
/** Milliseconds between two attempts of a deployment. */
const PAUSE_MS = 1000

export class TokenKeys {
  private keys: Keys | undefined
  private loadedAt = 0
  private readonly askedAt = new Map<string, number>()

  constructor(private readonly sources: Sources) {}

  /**
   * The issuer's key of this id, from the copy. A key that the copy lacks may be new: then the issuer is asked, if it is there.
   * Undefined where neither has it.
   */
  async find(issuer: string, kid: string): Promise<PublicKey | undefined> {
    if (!this.keys || this.sources.now() - this.loadedAt >= RELOAD_MS) await this.load()
    return this.kept(issuer, kid) ?? this.asked(issuer, kid)
  }

  /** Asks every issuer, keeps the last good keys of those that do not answer, and writes the copy anew where it differs. */
  async refresh(): Promise<Keys> {
    await this.load()
    const before = this.keys ?? {}
    const entries = await Promise.all(
      this.sources.issuers.map(
        async (issuer) => [issuer, (await this.fetched(issuer)) ?? before[issuer] ?? []] as const,
      ),
    )
    const keys = Object.fromEntries(entries)
    // Known only once they are kept: a copy that could not be written is written by the next attempt.
    if (JSON.stringify(keys) !== JSON.stringify(before)) await this.sources.store.save(keys)
    this.keys = keys
    return keys
  }

  /**
   * Refreshes until the keys of every issuer are kept, which a deployment cannot do without: one answer that comes late must not take
   * a stack back. Returns the issuers whose keys are not there after so many milliseconds; throws where they cannot be kept by then.
   */
  async collect(patienceMs: number): Promise<string[]> {
    const until = this.sources.now() + patienceMs
    for (;;) {
      const isLast = this.sources.now() >= until
      try {
        const keys = await this.refresh()
        const missing = this.sources.issuers.filter((issuer) => keys[issuer]!.length === 0)
        if (missing.length === 0 || isLast) return missing
      } catch (error) {
        if (isLast) throw error
      }
      await this.sources.pause(PAUSE_MS)
    }
  }

  private kept(issuer: string, kid: string): PublicKey | undefined {
    return this.keys?.[issuer]?.find((key) => key.kid === kid)
  }

  /** Another environment may have written the key meanwhile, which helps while the issuer is gone. */
  private async asked(issuer: string, kid: string): Promise<PublicKey | undefined> {
    const now = this.sources.now()
    if (now - (this.askedAt.get(issuer) ?? -Infinity) < ASK_MS) return undefined
    this.askedAt.set(issuer, now)
    const [keys] = await Promise.all([this.fetched(issuer), this.load()])
    if (keys) this.keys = {...this.keys, [issuer]: keys}
    return this.kept(issuer, kid)
  }

  /** What was read before is kept where the copy cannot be read. */
  private async load(): Promise<void> {
    try {
      this.keys = (await this.sources.store.load()) ?? this.keys
      this.loadedAt = this.sources.now()
    } catch (error) {
      log({event: 'keys', code: nameOf(error)})
    }
  }

  /** No keys at all are no answer: a pool always has some. */
  private async fetched(issuer: string): Promise<readonly PublicKey[] | undefined> {
    try {
      const keys = await this.sources.fetch(issuer)
      return keys.length > 0 ? keys : undefined
    } catch (error) {
      log({event: 'keys', code: nameOf(error)})
      return undefined
    }
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'Error')
