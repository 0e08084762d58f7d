/** A failover killed around its point of no return and resumed. `test/long` kills it before and after every step. */

import {Sandbox} from '../support/cli.js'
import {killAndResume} from '../support/kill-and-resume.js'

describe('a failover that was killed, resumed', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()

  before(() => sandbox.seededLab())

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('ends in the same topology, on the same machine and from another one', () =>
    killAndResume(sandbox, ['before:promote', 'after:promote'], (point) => point === 'after:promote'))
})
