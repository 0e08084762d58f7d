/** The acts of a drill, each told as it begins and as it ends, with its seconds. */

import type {Emit} from '../../messages.js'
import {inSeconds} from '../../measure/clock.js'

export type Stages = <T>(id: string, title: string, act: () => Promise<T>, says?: (value: T) => string) => Promise<T>

/** `says` adds a word to the end of the line. */
export function tellStages(emit: Emit, now: () => number = () => performance.now()): Stages {
  return async (id, title, act, says) => {
    const since = now()
    const seconds = (): number => inSeconds(now() - since)
    emit({code: 'step-started', id, title})
    try {
      const value = await act()
      emit({code: 'step-finished', id, title, outcome: 'done', seconds: seconds(), text: says?.(value)})
      return value
    } catch (error) {
      emit({code: 'step-finished', id, title, outcome: 'failed', seconds: seconds()})
      throw error
    }
  }
}
