import {expect} from 'chai'
import fc from 'fast-check'
import {OLD_STATE_MS, whyOld} from '../../src/model/known-promotion.js'
import type {GlobalCluster} from '../../src/model/observation.js'
import {AWAY, HOME} from '../support/simulated-world.js'

const NOW = Date.UTC(2026, 0)

const shows = (writers: string[], switchTo?: string): GlobalCluster => ({
  id: 'todomgmt',
  status: 'available',
  members: [HOME, AWAY].map((region) => ({
    region,
    clusterArn: `arn:aws:rds:${region}:123456789012:cluster:todomgmt`,
    isWriter: writers.includes(region),
  })),
  ...(switchTo !== undefined && {
    failover: {status: 'switching-over', toArn: `arn:aws:rds:${switchTo}:123456789012:cluster:todomgmt`},
  }),
})

describe('an old answer of RDS', () => {
  const region = fc.constantFrom(HOME, AWAY)
  const answer = fc.record({writers: fc.subarray([HOME, AWAY]), switchTo: fc.option(region, {nil: undefined})})

  it('aws 02: is one that shows the roles from before our newest promotion', () => {
    const why = whyOld(shows([HOME]), {to: AWAY, at: NOW - 8000}, NOW)
    expect(why).to.equal(
      `RDS still shows ${HOME} as the primary, but ${AWAY} was promoted 8 s ago: the answer is an old one`,
    )
    // In the midst of that very switch too; a switch that leads elsewhere is a newer one.
    expect(whyOld(shows([HOME], AWAY), {to: AWAY, at: NOW - 8000}, NOW)).to.be.a('string')
    expect(whyOld(shows([HOME], HOME), {to: AWAY, at: NOW - 8000}, NOW)).to.equal(undefined)
  })

  it('law: none shows the promoted region as the only writer, and none comes when RDS is believed again', () => {
    fc.assert(
      fc.property(
        answer,
        region,
        fc.integer({min: -2 * OLD_STATE_MS, max: 3 * OLD_STATE_MS}),
        ({writers, switchTo}, to, age) => {
          const why = whyOld(shows(writers, switchTo), {to, at: NOW - age}, NOW)
          if (why === undefined) return
          expect(writers).to.have.length(1).and.not.include(to)
          expect(Math.abs(age)).to.be.at.most(OLD_STATE_MS)
        },
      ),
    )
    expect(whyOld(shows([HOME]), undefined, NOW)).to.equal(undefined)
  })
})
