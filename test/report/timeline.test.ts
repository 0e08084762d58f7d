import {expect} from 'chai'
import fc from 'fast-check'

import {okCount, secondsOf, timelineText} from '../../src/report/timeline.js'
import {history} from '../support/history.js'

const REGIONS = {home: 'us-east-1', away: 'us-east-2'}

describe('the timeline', () => {
  it('books each probe in the second in which it was scheduled', () => {
    // 50 probes a second: one second of ok, one of failures, half a one of unanswered ones.
    const seconds = secondsOf(history('.'.repeat(50) + 'x'.repeat(50) + '?'.repeat(25)), 'write')
    expect(seconds.map((second) => [okCount(second), second.fail, second.unsure])).to.deep.equal([
      [50, 0, 0],
      [0, 50, 0],
      [0, 0, 25],
    ])
  })

  it('loses no probe and invents none (property)', () => {
    fc.assert(
      fc.property(fc.string({unit: fc.constantFrom('.', 'x', '?', '-', ' '), maxLength: 300}), (letters) => {
        const entries = history(letters)
        const total = secondsOf(entries, 'write').reduce(
          (sum, second) => sum + okCount(second) + second.fail + second.unsure,
          0,
        )
        expect(total).to.equal(entries.length)
      }),
      {numRuns: 100},
    )
  })

  it('shows a second without probes', () => {
    expect(secondsOf(history(`.${' '.repeat(120)}.`), 'write')).to.have.length(3)
  })

  it('draws regions, failures and unanswered probes with different letters', () => {
    const away = history('.'.repeat(50), {region: REGIONS.away, startAt: history('.')[0]!.scheduledAt + 1000})
    const lines = timelineText([...history('.'.repeat(25) + 'x'.repeat(25)), ...away], 'write', REGIONS).slice(1)
    expect(lines[0]).to.match(/0 s +h{15}x{15} +25 ok, 25 failed/)
    expect(lines[1]).to.match(/1 s +a{30} +50 ok$/)
    expect(lines[2]).to.contain('h us-east-1')
  })

  it('field report 15: says of a second that nobody probed that it was not probed', () => {
    const lines = timelineText(history(`${'.'.repeat(50)}${' '.repeat(50)}x`), 'write', REGIONS).slice(1)
    expect(lines[1]).to.match(/1 s +not probed$/)
    expect(lines[2]).to.match(/0 ok, 1 failed$/)
  })

  it('shows a single failure in a full second', () => {
    const full = [...history('.'.repeat(50)), ...history('.'.repeat(50)), ...history(`x${' '.repeat(49)}`)]
    expect(timelineText(full, 'write', REGIONS)[1]).to.contain('hx')
  })

  it('field report F: has a letter for each second where a line for each would be many', () => {
    const part = (letter: string, seconds: number): string => letter.repeat(50 * seconds)
    const long = history(`${part('.', 40)}${part('x', 15)}${part('?', 2)}${part(' ', 1)}${part('.', 1)}`)
    expect(timelineText(long, 'write', REGIONS)).to.deep.equal([
      'Writes, one letter per second',
      `    0 s  ${'h'.repeat(40)}${'x'.repeat(10)}`,
      `   50 s  ${'x'.repeat(5)}??.h`,
      '         h us-east-1   a us-east-2   x failed   ? unsure: no clear answer   . not probed',
    ])
  })

  it('is empty for no probes', () => expect(secondsOf([], 'write')).to.deep.equal([]))
})
