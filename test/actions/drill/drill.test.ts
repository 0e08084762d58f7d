import {expect} from 'chai'

import {diagnose} from '../../../src/diagnose.js'
import {SCENARIOS, SCENARIO_NAMES} from '../../../src/actions/drill/scenarios.js'
import {observe} from '../../../src/probes/observe.js'
import {FakeClock} from '../../support/fake-clock.js'
import {HOME, TwoRegions, drive} from '../../support/two-regions.js'

describe('the scenarios', () => {
  it('answer a lost database with a failover, and a lost API with a switchover, which loses nothing', () => {
    expect(SCENARIO_NAMES.map((name) => [name, SCENARIOS[name].intent])).to.deep.equal([
      ['region-loss', 'failover'],
      ['database-crash', 'failover'],
      ['api-outage', 'switchover'],
    ])
  })

  it('are noticed by the diagnosis that they wait for', async () => {
    const clock = new FakeClock()
    const regions = new TwoRegions(clock)
    const healthy = diagnose(await drive(clock, observe(regions.world())))
    expect(healthy.situation).to.equal('Healthy')
    regions.lose(HOME)
    const lost = diagnose(await drive(clock, observe(regions.world())))
    expect(SCENARIOS['region-loss'].situations).to.include(lost.situation)
  })
})
