import {expect} from 'chai'

import {LAB_NOTICE} from '../../src/measure/result.js'
import {htmlReport} from '../../src/report/html.js'
import {markdownReport} from '../../src/report/markdown.js'
import {writerSentence} from '../../src/report/format.js'
import {summaryText} from '../../src/report/text.js'
import {result} from '../support/result.js'

const text = (more: Parameters<typeof result>[0] = {}): string => summaryText(result(more)).join('\n')

describe('the summary', () => {
  it('shows both recovery times with error bars against the objective', () => {
    expect(text()).to.match(/RTO, writes +1\.42 s ±0\.02 +15 min +met/)
    expect(text()).to.match(/RTO, reads +no outage seen +15 min +met/)
    expect(text()).to.match(/RPO +0\.305 s +5\.00 s +met/)
  })

  it('begins with the verdict, and with the stamp of a lab', () => {
    expect(text().split('\n')[0]).to.equal(`PASSED  region-loss on lab   [${LAB_NOTICE}]`)
    expect(text({verdict: 'missed', notices: []}).split('\n')[0]).to.equal('MISSED  region-loss on lab')
  })

  it('names the first lost writes and says where the others are', () => {
    const lost = Array.from({length: 8}, (_, index) => ({
      requestId: `id-${index}`,
      acknowledgedAt: '2026-01-02T03:04:05.006Z',
    }))
    const shown = text({rpo: {...result().rpo, lost, lostCount: 8}})
    expect(shown).to.contain('8 of 1000 acknowledged')
    expect(shown).to.contain('id-4').and.not.to.contain('id-5')
    expect(shown).to.contain('and 3 more in result.json')
  })

  it('never says none where nobody could ask', () => {
    const shown = text({rpo: {...result().rpo, checked: false, met: null, lost: [], lostCount: 0, windowSeconds: 0}})
    expect(shown).to.contain('Lost writes    unknown')
    expect(shown).to.match(/RPO +unknown +5\.00 s +unknown/)
  })

  it('says that a lower bound is one', () => {
    const shown = text({rto: {...result().rto, write: {...result().rto.write, lowerBound: true, met: null}}})
    expect(shown).to.match(/RTO, writes +at least 1\.42 s ±0\.02 +15 min +unknown/)
  })

  it('tells apart a client that keeps a name for too long', () => {
    const late = {keptSeconds: 300, seconds: 20, errorSeconds: 0.5, lowerBound: true, recovered: false}
    const more = {rto: {...result().rto, late}}
    expect(text(more)).to.match(/writes, name kept for 5 min +at least 20\.0 s ±0\.5/)
    expect(markdownReport(result(more))).to.contain('writes, name kept for 5 min | at least 20.0 s ±0.5')
    expect(htmlReport(result(more), [])).to.contain('writes, name kept for 5 min: at least 20.0 s ±0.5')
    expect(text()).not.to.contain('name kept')
  })

  it('field report 6: claims a single writer for the ways that were probed, and for no other', () => {
    const claim = (through: string[]): string =>
      text({singleWriter: {valid: true, overlaps: [], withoutRegion: 0, through}})
        .split('\n')
        .find((line) => line.startsWith('Single writer'))!
    expect(claim(['edge'])).to.contain('writes through the edge; no region was asked directly')
    expect(claim(['edge', 'us-east-1', 'us-east-2'])).to.contain(
      'writes through the edge, and sent directly to us-east-1 and us-east-2',
    )
    const {singleWriter} = result()
    expect(htmlReport(result(), [])).to.contain(writerSentence(singleWriter))
    expect(markdownReport(result())).to.contain('no region was asked directly')
  })

  it('shouts where two regions were writers', () => {
    const overlaps = [{earlier: 'a', earlierRegion: 'us-east-2', later: 'b', laterRegion: 'us-east-1'}]
    expect(text({singleWriter: {valid: false, overlaps, withoutRegion: 0, through: []}})).to.contain(
      'VIOLATED: us-east-1 acknowledged b after us-east-2 had answered a',
    )
    expect(text({singleWriter: {valid: 'unknown', overlaps: [], withoutRegion: 2, through: []}})).to.contain(
      '2 answers named no region',
    )
  })

  it('draws the phases in proportion', () => {
    const lines = text().split('\n')
    const bar = (id: string): number => lines.find((line) => line.startsWith(`  ${id}`))!.split('#').length - 1
    expect(bar('promote')).to.equal(16)
    expect(bar('fence')).to.equal(8)
    expect(bar('edge')).to.equal(0)
  })

  it('shows the topology before and after, and after the failback where there was one', () => {
    expect(text()).to.match(/before +us-east-1 +us-east-2 +us-east-1 +ok/)
    expect(text()).to.match(/after +us-east-2 +us-east-1 +us-east-2 +broken/)
    expect(text()).not.to.contain('after failback')
    const {topology} = result()
    expect(text({topology: {...topology, afterFailback: topology.before}})).to.match(/after failback +us-east-1/)
  })

  it('field report 24: puts the target into what to do next', () => {
    const aim = (hint: string): string => hint.replaceAll(/todo-dr \w+/g, '$& --target lab:kept')
    const shown = summaryText(result(), [], {aim}).join('\n')
    expect(shown).to.contain(
      'Next: keep the lost request ids (result.json), then todo-dr failback --target lab:kept when',
    )
  })

  it('prints what limits it, and what to do next', () => {
    expect(text({notices: [LAB_NOTICE, 'the new primary could not be asked']})).to.contain(
      'Note: the new primary could not be asked',
    )
    expect(text()).to.contain('todo-dr failback')
    expect(text({verdict: 'unknown'})).to.contain('todo-dr status')
  })
})
