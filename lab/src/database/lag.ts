import {BEAT_MS, POLL_MS, type DatabaseServer, type Repeating} from './engine.js'

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
  private reading: Repeating | undefined
  private beat = 0
  private lagOfBeat = 0

  /** `see` is told the lag in milliseconds, and the region of the primary. */
  constructor(private readonly see: (lagMs: number, sourceRegion: string) => void) {}

  start(server: DatabaseServer, source: {region: string; isMeasured: () => boolean}): void {
    this.reading = server.readBeats((beat) => {
      if (beat > 0 && source.isMeasured()) this.record(beat, source.region)
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
    this.see(Math.max(0, this.lagOfBeat, overdue), sourceRegion)
  }
}
