/**
 * The CLI killed with SIGKILL before and after every step of a failover; `todo-dr resume` from another state folder ends it in the right topology.
 * Each failover is a real one. They mostly wait for calls in flight to end, so that three labs share the points.
 */

import {expect} from 'chai'
import {Sandbox} from '../support/cli.js'
import {killAndResume, points} from '../support/kill-and-resume.js'

const LABS = 3

describe('a failover killed before and after every step, then resumed', function () {
  this.timeout(600_000)
  const sandboxes = Array.from({length: LABS}, () => new Sandbox())

  before(async () => {
    for (const sandbox of sandboxes) await sandbox.seededLab()
  })

  after(async () => {
    for (const sandbox of sandboxes) {
      await sandbox.run(['lab', 'stop'])
      sandbox.remove()
    }
  })

  it('ends in the same topology for every one of them, resumed from a folder that holds no run', async () => {
    const all = await points(sandboxes[0]!)
    expect(all.length).to.be.greaterThan(12)
    await Promise.all(
      sandboxes.map((sandbox, lab) =>
        killAndResume(
          sandbox,
          all.filter((_, index) => index % LABS === lab),
          () => true,
        ),
      ),
    )
  })
})
