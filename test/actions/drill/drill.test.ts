import {expect} from 'chai'

import {diagnose} from '../../../src/diagnose.js'
import {SCENARIOS, SCENARIO_NAMES} from '../../../src/actions/drill/scenarios.js'
import {tellStages} from '../../../src/actions/drill/stages.js'
import type {DrEvent} from '../../../src/messages.js'
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

describe('the stages of a drill', () => {
  it('are told as they begin and as they end, with their seconds', async () => {
    const events: DrEvent[] = []
    let now = 0
    const stages = tellStages(
      (event) => events.push(event),
      () => now,
    )
    const value = await stages(
      'lab',
      'Start the lab',
      async () => {
        now = 1500
        return 7
      },
      (result) => `${result} stacks`,
    )
    expect(value).to.equal(7)
    expect(events).to.deep.equal([
      {code: 'step-started', id: 'lab', title: 'Start the lab'},
      {code: 'step-finished', id: 'lab', title: 'Start the lab', outcome: 'done', seconds: 1.5, text: '7 stacks'},
    ])
  })

  it('are told when they fail, and let the error through', async () => {
    const events: DrEvent[] = []
    const stages = tellStages(
      (event) => events.push(event),
      () => 0,
    )
    const failure = await stages('fault', 'Break it', () => Promise.reject(new Error('no lab'))).catch(
      (error: unknown) => error,
    )
    expect((failure as Error).message).to.equal('no lab')
    expect(events.at(-1)).to.deep.include({code: 'step-finished', outcome: 'failed'})
  })
})
