/** The drill as a newcomer runs it. `test/long` holds its measured results against what SQL says. */

import {expect} from 'chai'
import {Sandbox} from '../support/cli.js'

describe('a newcomer’s drill', function () {
  this.timeout(600_000)
  const sandbox = new Sandbox()

  after(() => sandbox.remove())

  it('loses a region, fails over, measures, fails back, and leaves no lab', async () => {
    const ran = await sandbox.expect(0, ['drill'], {timeoutMs: 500_000})
    for (const word of [/RTO, writes/, /RTO, reads/, /RPO/, /Single writer/, /LAB: no evidence about AWS/])
      expect(ran.stdout).to.match(word)
    // aws 15: tokens of the lost region stay good.
    expect(ran.stdout).not.to.match(/refused with 401/)
    expect((await sandbox.run(['lab', 'status'])).code).to.equal(2)
    expect(sandbox.left('state/todo-dr/labs')).to.deep.equal([])
  })
})
