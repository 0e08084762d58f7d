import type {LagSample} from '../kernel.js'
import {BEAT_MS, POLL_MS, type DatabaseServer, type Repeating} from './engine.js'

/** CloudWatch keeps longer; nobody asks a lab for what was an hour ago. */
const KEEP_MS = 3_600_000

/** Epoch milliseconds with fraction, never running backwards. */
export const now = (): number => performance.timeOrigin + performance.now()

/**
 * Reads the heartbeat on a standby. A beat's age when it is first seen is the lag; while no further one comes, the lag grows.
 *
 * While the primary's database is down nothing is recorded: the lag is the difference of two sides, and one of them is not
 * there. (What AWS does then is not documented. A series that ends never shows a lag that nobody measured; what was
 * in flight is bounded by the last datum.) While the primary runs and replication stands still, the lag grows.
 */
export class LagMonitor {
  readonly samples: LagSample[] = []
  private reading: Repeating | undefined
  private beat = 0
  private lagOfBeat = 0

  start(server: DatabaseServer, source: {region: string; isUp: () => boolean}): void {
    this.reading = server.readBeats((beat) => {
      if (beat > 0 && source.isUp()) this.record(beat, source.region)
    })
  }

  async stop(): Promise<void> {
    await this.reading?.stop()
    this.reading = undefined
  }

  private record(beat: number, sourceRegion: string): void {
    const at = now()
    if (beat !== this.beat) {
      this.beat = beat
      this.lagOfBeat = at - beat
    }

    const overdue = at - beat - BEAT_MS - POLL_MS
    this.samples.push({at, lagMs: Math.max(0, this.lagOfBeat, overdue), sourceRegion})
    while (this.samples[0]!.at < at - KEEP_MS) this.samples.shift()
  }
}
