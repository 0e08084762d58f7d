/**
 * False alarms: `health` and `drift` of every kind look at one lab with which nothing is wrong, under load, before a failover, twice
 * after it, twice after the failback, and so on. Whatever they say is a failure of the round, by its name.
 */

import {Ground, falseAlarms} from '../plants/ground.js'
import {HEALTH_INTENTS} from '../../src/actions/health/intents.js'
import {Sandbox} from '../support/cli.js'
import {Clients} from './clients.js'
import {generator} from './generator.js'

/** What comes before a round's look, by its number: the first round of all looks at a lab that was never switched. */
const TURNS = ['failover', undefined, 'failback', undefined] as const

export class CleanRounds {
  #rounds = 0

  private constructor(private readonly ground: Ground) {}

  static async open(): Promise<CleanRounds> {
    const ground = await Ground.open(new Sandbox())
    await ground.sandbox.expect(0, ['status'])
    return new CleanRounds(ground)
  }

  close(): Promise<void> {
    return this.ground.close()
  }

  /** Throws with what was said, where anything was. */
  async round(seed: number): Promise<string> {
    const random = generator(seed)
    const {sandbox, status, deployment} = this.ground
    const turn = this.#rounds === 0 ? undefined : TURNS[(this.#rounds - 1) % TURNS.length]
    const rehearsed = this.#rounds > 0
    this.#rounds++
    const token = (await sandbox.expect(0, ['token'])).stdout.trim()
    const clients = new Clients(status.edgeUrl, token, {
      count: 1 + Math.floor(random() * 4),
      pauseMs: 20 + random() * 180,
    })
    try {
      const consent = turn === 'failover' ? ['--allow-data-loss', '--confirm', deployment.app] : []
      if (turn) await sandbox.expect(0, [turn, ...consent], {timeoutMs: 240_000})
      const [before, lateBefore] = [clients.served, this.ground.late]
      const intent = HEALTH_INTENTS[Math.floor(random() * HEALTH_INTENTS.length)]!
      const alarms = await falseAlarms(this.ground, {rehearsed, intent})
      if (alarms.length > 0) throw new Error(alarms.join('\n'))
      const served = clients.served - before
      if (served === 0) throw new Error('the load was not served: the round shows nothing')
      const late = this.ground.late - lateBefore
      return `${turn ? `after a ${turn}` : 'nothing new'}, for ${intent}: nothing is said, ${served} requests served meanwhile, ${clients.failed} refused${late > 0 ? `; looked again ${late} times, since an answer came too late` : ''}`
    } finally {
      await clients.stop()
    }
  }
}
