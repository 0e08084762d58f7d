import {expect} from 'chai'

import type {DatabaseServer} from '../../src/database/engine.js'
import {LagMonitor, now} from '../../src/database/lag.js'

describe('the lag of a standby', () => {
  it('is the age of a beat, and nothing while it is not measured: a volume that is being copied replays old beats', async () => {
    const lags: number[] = []
    const monitor = new LagMonitor((lagMs) => lags.push(lagMs))
    let see = (_beat: number): void => undefined
    let measured = false
    const server = {
      readBeats(one: (beat: number) => void) {
        see = one
        return {stop: async () => undefined}
      },
    } as unknown as DatabaseServer
    monitor.start(server, {region: 'us-east-1', isMeasured: () => measured})
    see(0)
    see(now() - 200_000)
    expect(lags).to.deep.equal([])
    measured = true
    see(now() - 150)
    expect(lags).to.have.length(1)
    expect(lags[0]).to.be.within(150, 5000)
    await monitor.stop()
  })
})
