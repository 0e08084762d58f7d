import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'

/**
 * Waits until no call that began before the fence can still be running: such a call may acknowledge a write after the
 * promotion, and that write would be lost. Lambda lets running calls end; their timeout is the only bound there is.
 */
export function waitInFlight({region, seconds}: {region: string; seconds: number}): Step<World> {
  let waited = false
  return {
    isDone: async () => waited,
    async act({clock}, {signal, note}) {
      note(`calls accepted by ${region} finish within ${seconds} s`)
      await clock.sleep(seconds * 1000, signal)
      signal.throwIfAborted()
      waited = true
    },
  }
}
