/**
 * The matrix of docs/health.md on a real lab: each kind of ill health and drift is planted by plain calls or SQL, and found by its name,
 * with its class and what to do next; nothing else is said. And nothing at all is said of a lab where nothing is planted, before
 * a switch, after one and after the failback.
 */

import {expect} from 'chai'
import type {DriftResult} from '../../src/actions/drift/result.js'
import type {HealthResult} from '../../src/actions/health/result.js'
import {NEVER_REHEARSED} from '../plants/operator.js'
import {BEDS} from '../plants/index.js'
import {falseAlarms, Ground} from '../plants/ground.js'
import {AWAY, HOME, isSaidBy, isToldBy, shownDrift, shownHealth} from '../plants/plant.js'
import type {Bed, IllHealth, Place, Undo} from '../plants/plant.js'
import {prepareTables} from '../plants/tables.js'
import {Sandbox} from '../support/cli.js'

describe('the matrix of ill health and drift', function () {
  this.timeout(300_000)
  let ground: Ground

  before(async () => {
    ground = await Ground.open(new Sandbox())
    await prepareTables(ground)
    // Cold functions are no ill health, but they are slow on a busy machine.
    await ground.sandbox.expect(0, ['status'])
  })

  after(() => ground?.close())

  describe('where nothing is planted', () => {
    it(`finds: ${NEVER_REHEARSED.name}, and nothing else`, async () => {
      const {findings} = await ground.health()
      expect(findings.some((one) => isSaidBy(NEVER_REHEARSED.health![0]!, one))).to.equal(true)
      expect(await falseAlarms(ground, {rehearsed: false})).to.deep.equal([])
    })

    for (const command of ['failover', 'failback', 'switchover', 'failback'])
      it(`finds nothing after a ${command}`, async () => {
        const consent = command === 'failover' ? ['--allow-data-loss', '--confirm', ground.deployment.app] : []
        await ground.sandbox.expect(0, [command, ...consent])
        expect(await falseAlarms(ground, {rehearsed: true})).to.deep.equal([])
      })
  })

  for (const bed of BEDS)
    describe(bed.title, () => {
      const undos: Undo[] = []
      let health: HealthResult
      let drift: DriftResult | undefined

      before(async () => {
        for (const plant of bed.plants) undos.unshift(await plant.make(ground))
        health = await (bed.silent ? ground.healthAsItIs() : ground.health())
        const kinds = new Set(bed.plants.flatMap((plant) => (plant.drift ?? []).map(({kind}) => kind)))
        if (kinds.size > 0) drift = await ground.drift(...kinds)
      })

      after(async () => {
        for (const undo of undos) await undo()
      })

      for (const {name, health: ills = [], drift: differences = []} of bed.plants)
        it(`finds: ${name}`, () => {
          expect([...ills, ...differences]).not.to.deep.equal([])
          for (const ill of ills)
            expect(
              health.findings.some((one) => isSaidBy(ill, one)),
              missing(
                ill,
                health.findings.map((one) => shownHealth(one)),
              ),
            ).to.equal(true)
          for (const difference of differences)
            expect(
              drift!.differences.some((one) => isToldBy(difference, one)),
              missing(
                difference,
                drift!.differences.map((one) => shownDrift(one)),
              ),
            ).to.equal(true)
        })

      it('finds nothing else', () => {
        expect(besides(bed, health, drift)).to.deep.equal([])
      })
    })
})

const missing = (wanted: object, found: string[]): string =>
  `nothing like ${JSON.stringify(wanted)} among\n${found.join('\n')}`

/** What breaks here is measured: three minutes of it ring. */
const ringing = (region: Place): IllHealth => ({
  check: 'alarms',
  region,
  level: 'problem',
  says: `in ALARM: todomgmt-${region}-ApiErrors`,
  next: 'aws cloudwatch describe-alarms *',
})

/** What is said beside what the bed stands for. */
function besides({plants, silent}: Bed, {findings}: HealthResult, drift: DriftResult | undefined): string[] {
  const ills = plants.flatMap(({health = [], maybe = []}) => [...health, ...maybe])
  const differences = plants.flatMap(({drift: all = [], also = []}) => [...all, ...also])
  return [
    ...findings
      .filter(({level}) => level !== 'ok' && !(silent && level === 'unknown'))
      .filter((one) => ![...ills, ringing(HOME), ringing(AWAY)].some((ill) => isSaidBy(ill, one)))
      .map((one) => shownHealth(one)),
    ...(drift?.differences ?? [])
      .filter((one) => !differences.some((other) => isToldBy(other, one)))
      .map((one) => shownDrift(one)),
    ...(drift?.unknown ?? []).map((doubt) => JSON.stringify(doubt)),
  ]
}
