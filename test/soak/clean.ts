/**
 * False alarms: `health` and `drift` of every kind look at a lab with which nothing is wrong, under load: before a failover, twice
 * after it and twice after the failback. Whatever they say is a failure of the round, by its name.
 */

import {Ground, falseAlarms} from '../plants/ground.js'
import {HEALTH_INTENTS} from '../../src/actions/health/intents.js'
import {Sandbox} from '../support/cli.js'
import {Clients} from './clients.js'
import {generator} from './generator.js'

/**
 * What comes before a look, by its number in the life of a lab; after the last one a new lab takes over. A lab that is switched again and
 * again answers errors minute after minute, of which an alarm rightly speaks: no deployment is switched that often.
 */
const TURNS = [undefined, 'failover', undefined, 'failback', undefined] as const

export class CleanRounds {
  #ground: Ground | undefined
  #turn = 0

  async close(): Promise<void> {
    const ground = this.#ground
    this.#ground = undefined
    await ground?.close()
  }

  /** Throws with what was said, where anything was. */
  async round(seed: number): Promise<string> {
    const random = generator(seed)
    if (this.#turn === TURNS.length) await this.close()
    this.#ground ??= await this.#fresh()
    const ground = this.#ground
    const {sandbox, status, deployment} = ground
    const rehearsed = this.#turn > 0
    const turn = TURNS[this.#turn++]
    const token = (await sandbox.expect(0, ['token'])).stdout.trim()
    const clients = new Clients(status.edgeUrl, token, {
      count: 1 + Math.floor(random() * 4),
      pauseMs: 20 + random() * 180,
    })
    try {
      const consent = turn === 'failover' ? ['--allow-data-loss', '--confirm', deployment.app] : []
      if (turn) await sandbox.expect(0, [turn, ...consent], {timeoutMs: 240_000})
      const [before, lateBefore] = [clients.served, ground.late]
      const intent = HEALTH_INTENTS[Math.floor(random() * HEALTH_INTENTS.length)]!
      const alarms = await falseAlarms(ground, {rehearsed, intent})
      if (alarms.length > 0) throw new Error(alarms.join('\n'))
      const served = clients.served - before
      if (served === 0) throw new Error('the load was not served: the round shows nothing')
      const late = ground.late - lateBefore
      return `${turn ? `after a ${turn}` : 'nothing new'}, for ${intent}: nothing is said, ${served} requests served meanwhile, ${clients.failed} refused${late > 0 ? `; looked again ${late} times, since an answer came too late` : ''}`
    } catch (error) {
      // The lab is not known to be well any more.
      this.#turn = TURNS.length
      throw error
    } finally {
      await clients.stop()
    }
  }

  async #fresh(): Promise<Ground> {
    this.#turn = 0
    const ground = await Ground.open(new Sandbox())
    // Cold functions are no ill health, but they are slow on a busy machine.
    await ground.sandbox.run(['status'])
    return ground
  }
}
