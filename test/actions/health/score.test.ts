import {expect} from 'chai'
import fc from 'fast-check'
import {costOf} from '../../../src/actions/health/check.js'
import {CHECKS} from '../../../src/actions/health/checks/index.js'
import {findingsOf, scoreOf} from '../../../src/actions/health/score.js'
import {LEVELS} from '../../../src/model/finding.js'
import type {Level} from '../../../src/model/finding.js'
import {judgements, NOW, wellLook} from '../../support/looks.js'

const level = fc.constantFrom<Level>(...LEVELS)
const found = fc.array(fc.record({check: fc.constantFrom(...CHECKS), level}), {maxLength: 60})
const score = (list: {check: (typeof CHECKS)[number]; level: Level}[]): number =>
  scoreOf(list.map((one) => ({points: costOf(one.check, one.level)})))

describe('readiness', () => {
  it('health: is from 0 to 100, and 100 where all is ok', () => {
    fc.assert(
      fc.property(found, (list) => {
        expect(score(list)).to.be.within(0, 100)
        expect(score(list.map((one) => ({...one, level: 'ok' as const})))).to.equal(100)
      }),
    )
  })

  it('health: never rises with one more finding, or with a worse one', () => {
    fc.assert(
      fc.property(found, fc.constantFrom(...CHECKS), level, level, (list, check, one, other) => {
        expect(score([...list, {check, level: one}])).to.be.at.most(score(list))
        const [better, worse] = LEVELS.indexOf(one) <= LEVELS.indexOf(other) ? [one, other] : [other, one]
        expect(score([...list, {check, level: worse}])).to.be.at.most(score([...list, {check, level: better}]))
      }),
    )
  })

  it('health: falls by itself while nobody rehearses, and by 20 points at most', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (days, more) => {
        const costs = (count: number) => {
          const last = {record: {plan: {intent: 'failover', to: 'r'}}, endedAt: NOW - count * 86_400_000} as never
          const look = wellLook({last})
          return findingsOf(
            CHECKS.filter(({id}) => id === 'rehearsal'),
            look,
          )[0]!.points
        }

        expect(costs(days)).to.be.within(0, 20)
        expect(costs(days + more)).to.be.at.least(costs(days))
      }),
    )
    expect(judgements('rehearsal', wellLook())[0]).to.include({points: 20})
  })

  it('health: every finding that costs points is one that a person sees as not ok', () => {
    for (const check of CHECKS) {
      expect(costOf(check, 'ok')).to.equal(0)
      expect(costOf(check, 'warning')).to.be.above(0)
    }
  })
})
