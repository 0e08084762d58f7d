import {expect} from 'chai'
import {endRecord, openRecord} from '../../../src/actions/teardown/record.js'
import type {Run} from '../../../src/ports/runs.js'
import {journalOf, memoryRuns} from '../../support/memory-run.js'
import {VirtualClock} from '../../support/virtual-clock.js'

describe('the record of a teardown', () => {
  it('that was killed after its last act ends with the next look, and the next application has its own', async () => {
    const kept: Run[] = []
    const input = {runs: memoryRuns(kept), clock: new VirtualClock(), app: 'Demo', operator: 'ann', acts: []}
    const first = await openRecord(input)
    expect(first.fresh).to.equal(true)
    // The process is dead: another one goes on with it.
    expect(await openRecord(input)).to.include({fresh: false, owner: first.owner})
    await endRecord(input)
    await endRecord(input)
    const events = (await journalOf(kept[0]!)).map(({event}) => event)
    expect(events).to.deep.equal(['teardown-started', 'run-resumed', 'run-finished'])
    expect((await openRecord(input)).fresh).to.equal(true)
    expect(kept).to.have.length(2)
  })
})
