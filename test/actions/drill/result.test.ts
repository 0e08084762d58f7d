import {expect} from 'chai'

import {z} from 'zod'
import {SCHEMAS} from '../../../src/actions/drill/result.js'
import {EXIT} from '../../../src/errors.js'
import {exitOf} from '../../../src/report/result.js'
import {result} from '../../support/result.js'

const resultSchema = SCHEMAS.drill
const resultJsonSchema = (): object => z.toJSONSchema(resultSchema, {io: 'input'})

/** The fixed part of schemaVersion 1: names that others rely on. */
const FIXED = [
  'schemaVersion',
  'runId',
  'target',
  'scenario',
  'verdict',
  'objectives.rtoSeconds',
  'objectives.rpoSeconds',
  ...['write', 'read'].flatMap((kind) =>
    ['seconds', 'errorSeconds', 'lowerBound', 'met'].map((name) => `rto.${kind}.${name}`),
  ),
  'rto.operatorSeconds',
  'rpo.acknowledged',
  'rpo.lostCount',
  'rpo.lost.0.requestId',
  'rpo.lost.0.acknowledgedAt',
  'rpo.unsureCount',
  'rpo.windowSeconds',
  'rpo.met',
  'singleWriter.valid',
  'phases.0.id',
  'phases.0.seconds',
  ...['before', 'afterFailover'].flatMap((when) =>
    ['primary', 'standby', 'edge', 'replication'].map((name) => `topology.${when}.${name}`),
  ),
  'topology.afterFailback',
  'runDirectory',
]

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | null)?.[name], value)

describe('the public result', () => {
  for (const path of FIXED) {
    it(`has ${path}, and the schema wants it`, () => {
      expect(at(result(), path), path).not.to.equal(undefined)
      const broken = structuredClone(result()) as unknown as Record<string, unknown>
      const [name, ...above] = path.split('.').reverse()
      delete (at(broken, above.reverse().join('.')) ?? (broken as never))[name as never]
      if (above.length === 0) delete broken[name!]
      expect(resultSchema.safeParse(broken).success).to.equal(false)
    })
  }

  it('takes members that a later version adds', () => {
    expect(resultSchema.safeParse({...result(), added: 1}).success).to.equal(true)
    expect(JSON.stringify(resultJsonSchema())).not.to.contain('"additionalProperties":false')
  })

  it('refuses other words than the fixed ones', () => {
    expect(resultSchema.safeParse(result({verdict: 'fine' as never})).success).to.equal(false)
    expect(resultSchema.safeParse(result({phases: [{id: 'lunch' as never, seconds: 1}]})).success).to.equal(false)
    expect(
      resultSchema.safeParse(
        result({singleWriter: {valid: 'perhaps' as never, overlaps: [], withoutRegion: 0, through: []}}),
      ).success,
    ).to.equal(false)
  })

  it('gives a JSON Schema that names the version', () => {
    const schema = resultJsonSchema() as {properties: {schemaVersion: {const: number}}; required: string[]}
    expect(schema.properties.schemaVersion.const).to.equal(1)
    expect(schema.required).to.include.members(['rto', 'rpo', 'singleWriter', 'topology'])
  })

  it('maps verdicts to the exit statuses 0, 5 and 6', () => {
    const statuses = (['passed', 'missed', 'unknown'] as const).map((verdict) => EXIT[exitOf({verdict})].status)
    expect(statuses).to.deep.equal([0, 5, 6])
  })
})
