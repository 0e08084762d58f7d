import type {ResourceRecordSet} from '@aws-sdk/client-route-53'
import {expect} from 'chai'

import {chosen} from '../../../src/data-plane/dns/routing.js'
import {alias, record, served, situation} from './records.js'

const NAME = 'api.example.com.'

/** The value that is answered, and what was unhealthy. */
function answer(records: ResourceRecordSet[], unhealthy: string[] = [], random?: () => number): string | undefined {
  const zone = served('example.com.', ...records)
  return chosen(zone, zone.group(NAME, 'A'), situation(unhealthy, random))?.ResourceRecords?.[0]?.Value
}

describe('routing policies of Route 53', () => {
  describe('failover', () => {
    const pair = [
      record(NAME, 'A', ['10.0.0.1'], {SetIdentifier: 'home', Failover: 'PRIMARY', HealthCheckId: 'h'}),
      record(NAME, 'A', ['10.0.0.2'], {SetIdentifier: 'away', Failover: 'SECONDARY', HealthCheckId: 'a'}),
    ]

    it('answers with the primary, and with the secondary while that alone is healthy', () => {
      expect(answer(pair)).to.equal('10.0.0.1')
      expect(answer(pair, ['h'])).to.equal('10.0.0.2')
      expect(answer(pair, ['a'])).to.equal('10.0.0.1')
    })

    it('answers with the primary where both are unhealthy', () => {
      expect(answer(pair, ['h', 'a'])).to.equal('10.0.0.1')
    })

    it('takes a secondary without a health check for healthy', () => {
      const {HealthCheckId: _, ...secondary} = pair[1]!
      expect(answer([pair[0]!, secondary], ['h', 'a'])).to.equal('10.0.0.2')
    })

    it('follows an alias that evaluates its target', () => {
      const records = [
        alias(NAME, 'A', 'home.example.com.', {SetIdentifier: 'home', Failover: 'PRIMARY' as const}),
        alias(NAME, 'A', 'away.example.com.', {SetIdentifier: 'away', Failover: 'SECONDARY' as const}),
        record('home.example.com.', 'A', ['10.0.0.3'], {HealthCheckId: 'h'}),
        record('away.example.com.', 'A', ['10.0.0.4']),
      ]
      expect(answer(records)).to.equal('10.0.0.3')
      expect(answer(records, ['h'])).to.equal('10.0.0.4')
      const blind = records.map((one) =>
        'AliasTarget' in one ? {...one, AliasTarget: {...one.AliasTarget!, EvaluateTargetHealth: false}} : one,
      )
      expect(answer(blind, ['h'])).to.equal('10.0.0.3')
    })
  })

  describe('weights', () => {
    const weighted = (Weight: number, value: string, HealthCheckId?: string) =>
      record(NAME, 'A', [value], {SetIdentifier: value, Weight, HealthCheckId})
    const shares = (records: ResourceRecordSet[], unhealthy: string[] = []): Record<string, number> => {
      const counts: Record<string, number> = {}
      for (let step = 0; step < 100; step++) {
        const value = answer(records, unhealthy, () => step / 100) ?? 'none'
        counts[value] = (counts[value] ?? 0) + 1
      }

      return counts
    }

    it('share the answers', () => {
      expect(shares([weighted(1, 'a'), weighted(3, 'b')])).to.deep.equal({a: 25, b: 75})
      expect(shares([weighted(0, 'a'), weighted(3, 'b')])).to.deep.equal({b: 100})
      expect(shares([weighted(0, 'a'), weighted(0, 'b')])).to.deep.equal({a: 50, b: 50})
    })

    it('leave out what is unhealthy, down to those of weight 0', () => {
      const records = [weighted(1, 'a', 'ha'), weighted(1, 'b', 'hb'), weighted(0, 'c', 'hc')]
      expect(shares(records, ['ha'])).to.deep.equal({b: 100})
      expect(shares(records, ['ha', 'hb'])).to.deep.equal({c: 100})
    })

    it('take all for healthy where none is', () => {
      const records = [weighted(1, 'a', 'ha'), weighted(1, 'b', 'hb'), weighted(0, 'c', 'hc')]
      expect(shares(records, ['ha', 'hb', 'hc'])).to.deep.equal({a: 50, b: 50})
    })
  })

  it('gives no answer to aliases that lead to each other', () => {
    expect(answer([alias(NAME, 'A', 'b.example.com.'), alias('b.example.com.', 'A', NAME)])).to.equal(undefined)
  })
})
