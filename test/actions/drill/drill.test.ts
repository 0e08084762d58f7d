import {expect} from 'chai'

import {diagnose} from '../../../src/diagnose.js'
import {SCENARIOS, SCENARIO_NAMES} from '../../../src/actions/drill/scenarios.js'
import type {ScenarioName} from '../../../src/actions/drill/scenarios.js'
import {observe} from '../../../src/probes/observe.js'
import {HOME, SimulatedWorld} from '../../support/simulated-world.js'
import type {SimulatedRegion} from '../../support/simulated-world.js'

describe('the scenarios', () => {
  /** What each fault does to a region. */
  const faults: Record<ScenarioName, (region: SimulatedRegion) => void> = {
    'region-loss': (region) => (region.lost = true),
    'database-crash': (region) => Object.assign(region, {databaseUp: false, instances: 0}),
    'api-outage': (region) => (region.apiUp = false),
  }
  for (const name of SCENARIO_NAMES) {
    it(`answer ${name} as the diagnosis of it suggests`, async () => {
      const simulated = new SimulatedWorld()
      faults[name](simulated.regions[HOME]!)
      const diagnosis = diagnose(await observe(simulated.connect().world))
      expect(SCENARIOS[name].situations).to.include(diagnosis.situation)
      expect(diagnosis.next).to.match(new RegExp(`^todo-dr ${SCENARIOS[name].intent}\\b`))
    })
  }

  it('are noticed by the diagnosis that they wait for', async () => {
    const sim = new SimulatedWorld()
    const {world} = sim.connect()
    const healthy = diagnose(await observe(world))
    expect(healthy.situation).to.equal('Healthy')
    sim.lose(HOME)
    const lost = diagnose(await observe(world))
    expect(SCENARIOS['region-loss'].situations).to.include(lost.situation)
  })
})
