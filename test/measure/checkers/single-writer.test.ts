import {expect} from 'chai'
import fc from 'fast-check'

import type {LedgerEntry} from '../../../src/model/ledger.js'
import {singleWriter} from '../../../src/measure/checkers/single-writer.js'
import {at, history} from '../../support/history.js'

const [HOME, AWAY] = ['us-east-1', 'us-east-2']

const write = (region: string | undefined, sentAt: number, finishedAt: number): LedgerEntry => ({
  requestId: `${region}-${sentAt}`,
  kind: 'write',
  scheduledAt: sentAt,
  sentAt,
  finishedAt,
  outcome: 'ok',
  status: 201,
  ...(region && {region}),
})

describe('singleWriter', () => {
  it('is valid for one region, and for one handover', () => {
    expect(singleWriter(history('.....')).valid).to.equal(true)
    const entries = [...history('....xx'), ...history('....', {startAt: at(6), region: AWAY})]
    expect(singleWriter(entries)).to.deep.equal({
      valid: true,
      overlaps: [],
      withoutRegion: 0,
      through: ['edge'],
    })
  })

  it('is false when the old primary acknowledges a write that was sent after the new one answered', () => {
    const found = singleWriter([write(HOME, 0, 5), write(AWAY, 10, 15), write(HOME, 20, 25), write(AWAY, 30, 35)])
    expect(found.valid).to.equal(false)
    expect(found.overlaps).to.have.length(1)
  })

  it('is false for an interleaving in which no two requests overlap in time', () => {
    expect(singleWriter([0, 1, 2, 3, 4, 5].map((n) => write(n % 2 ? AWAY : HOME, n * 10, n * 10 + 5))).valid).to.equal(
      false,
    )
  })

  it('lets a slow answer of the old primary overlap the first answers of the new one', () => {
    expect(
      singleWriter([write(HOME, 0, 5), write(HOME, 8, 50), write(AWAY, 9, 20), write(AWAY, 30, 35)]).valid,
    ).to.equal(true)
  })

  it('finds the handover in either direction', () => {
    expect(singleWriter([write(AWAY, 0, 5), write(AWAY, 7, 9), write(HOME, 10, 15)]).valid).to.equal(true)
    expect(singleWriter([write(HOME, 0, 10), write(AWAY, 1, 2), write(AWAY, 11, 12)]).valid).to.equal(true)
  })

  it('is unknown without acknowledged writes and where regions are missing', () => {
    expect(singleWriter([]).valid).to.equal('unknown')
    expect(singleWriter(history('xx?-')).valid).to.equal('unknown')
    expect(singleWriter([write(HOME, 0, 5), write(undefined, 10, 15)])).to.deep.include({
      valid: 'unknown',
      withoutRegion: 1,
    })
  })

  it('is false rather than unknown where a violation is plain although a region is missing', () => {
    const entries = [write(undefined, 0, 1), write(HOME, 2, 3), write(AWAY, 4, 5), write(HOME, 6, 7), write(AWAY, 8, 9)]
    expect(singleWriter(entries).valid).to.equal(false)
  })

  it('passes over reads, which the edge serves from either region, and refused writes', () => {
    const reads = history('......', {kind: 'read', region: AWAY})
    const refused: LedgerEntry = {...write(AWAY, at(2), at(2) + 1), outcome: 'fail', status: 503}
    expect(singleWriter([...history('......'), ...reads, refused]).valid).to.equal(true)
  })

  it('field report 6: says which ways it has seen, and judges what a region answered past the edge as well', () => {
    expect(singleWriter(history('....')).through).to.deep.equal(['edge'])
    const refused: LedgerEntry = {...write(HOME, 0, 1), outcome: 'fail', status: 503, via: HOME}
    const direct: LedgerEntry = {...write(HOME, 50, 55), via: HOME}
    const handover = [write(HOME, 0, 5), write(AWAY, 10, 15), write(AWAY, 60, 65)]
    expect(singleWriter([...handover, refused])).to.deep.include({valid: true, through: ['edge', HOME]})
    // The old primary still says yes to whoever asks it.
    expect(singleWriter([...handover, direct]).valid).to.equal(false)
  })

  it('field report 6: names every write of the old side behind the first of the new one, and takes a direct answer for its region', () => {
    const before = Array.from({length: 20}, (_, n) => write(HOME, n * 10, n * 10 + 5))
    const after = Array.from({length: 10}, (_, n) => write(AWAY, 300 + n * 10, 305 + n * 10))
    // More of them than the new side has, and one that is asked past the edge and names no region.
    const leaked = Array.from({length: 30}, (_, n) => ({...write(HOME, 500 + n * 10, 505 + n * 10), via: HOME}))
    const silent = {...write(undefined, 900, 905), via: HOME}
    const {valid, overlaps, withoutRegion} = singleWriter([...before, ...after, ...leaked, silent])
    expect({valid, withoutRegion}).to.deep.equal({valid: false, withoutRegion: 0})
    expect(overlaps.map(({later}) => later)).to.have.members([...leaked, silent].map(({requestId}) => requestId))
    expect(new Set(overlaps.map(({earlier, laterRegion}) => `${earlier} ${laterRegion}`))).to.deep.equal(
      new Set([`${after[0]!.requestId} ${HOME}`]),
    )
  })

  const spans = fc.array(fc.tuple(fc.integer({min: 0, max: 1000}), fc.integer({min: 0, max: 200})), {
    minLength: 1,
    maxLength: 30,
  })

  it('accepts every record that a handover at one instant explains (property)', () => {
    fc.assert(
      fc.property(spans, fc.integer({min: 0, max: 1000}), (list, handover) => {
        // A write that was over before the handover went to home, one sent after it to away; one across it to either.
        const entries = list.map(([sent, took], index) => {
          const region = sent + took < handover ? HOME : sent > handover ? AWAY : index % 2 ? HOME : AWAY
          return write(region, sent, sent + took)
        })
        expect(singleWriter(entries).valid).to.equal(true)
      }),
      {numRuns: 300},
    )
  })

  it('does not depend on the order of the lines (property)', () => {
    fc.assert(
      fc.property(spans, fc.array(fc.boolean(), {minLength: 30, maxLength: 30}), (list, sides) => {
        const entries = list.map(([sent, took], index) => write(sides[index] ? HOME : AWAY, sent, sent + took))
        expect(singleWriter([...entries].reverse()).valid).to.equal(singleWriter(entries).valid)
      }),
      {numRuns: 200},
    )
  })
})
