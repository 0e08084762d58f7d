/** A target, opened whole. */

import type {Emit} from '../messages.js'
import type {World} from '../ports/world.js'
import {Session} from './session.js'

export interface OpenTarget {
  world: World
  close(): Promise<void>
}

export interface OpenOptions {
  /** The value of --target or TODO_DR_TARGET. */
  flag?: string
  emit: Emit
  signal?: AbortSignal
  /** For commands that make only a few calls: load clients when they are first used. */
  lazy?: boolean
}

export async function openTarget({flag, ...options}: OpenOptions): Promise<OpenTarget> {
  const session = new Session({...options, target: flag, folder: process.cwd()})
  try {
    return {world: await session.world(), close: () => session.close()}
  } catch (error) {
    await session.close()
    throw error
  }
}
