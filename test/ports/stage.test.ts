import {expect} from 'chai'

import type {DrEvent} from '../../src/messages.js'
import {tellStages} from '../../src/ports/stage.js'

describe('timed stages', () => {
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
