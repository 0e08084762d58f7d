import {expect} from 'chai'

import {LAB_NOTICE} from '../../src/measure/result.js'
import {htmlReport} from '../../src/report/html.js'
import {markdownReport} from '../../src/report/markdown.js'
import {markup} from '../../src/report/markup.js'
import {history} from '../support/history.js'
import {result} from '../support/result.js'

const entries = [...history('.'.repeat(100) + 'x'.repeat(60) + '??'), ...history('.'.repeat(160), {kind: 'read'})]
const count = (text: string, part: string): number => text.split(part).length - 1

describe('the HTML report', () => {
  it('draws every second of writes and of reads', () => {
    const page = htmlReport(result(), entries)
    expect(count(page, '<svg')).to.equal(2)
    expect(count(page, 'class="home"')).to.equal(6)
    expect(count(page, 'class="fail"')).to.equal(2)
    expect(count(page, 'class="unsure"')).to.equal(1)
  })

  it('needs nothing from anywhere', () => {
    const page = htmlReport(result(), entries)
    expect(page).not.to.match(/<script|<link|<img|https?:|url\(|@import/)
  })

  it('closes what it opens', () => {
    const open: string[] = []
    for (const [, slash, name, alone] of htmlReport(result(), entries).matchAll(/<(\/?)([a-z]\w*)[^>]*?(\/?)>/g)) {
      if (alone || name === 'meta') continue
      if (slash) expect(open.pop()).to.equal(name)
      else open.push(name!)
    }

    expect(open).to.deep.equal([])
  })

  it('lets no name break out', () => {
    const evil = '<img src=x onerror=alert(1)>"\''
    const page = htmlReport(result({scenario: evil, notices: [evil], target: evil}), entries)
    expect(page).not.to.contain('<img')
    expect(page).to.contain('&lt;img')
  })

  it('is stamped where a lab gave the result, and only there', () => {
    expect(htmlReport(result(), entries)).to.contain(`class="stamp">${LAB_NOTICE}`)
    expect(htmlReport(result({notices: []}), entries)).not.to.contain('class="stamp"')
  })

  it('is a page too where no probe was made', () => expect(htmlReport(result(), [])).to.contain('No writes were sent.'))

  it('shows a missed budget as over', () => {
    const {rto} = result()
    const missed = result({rto: {...rto, write: {...rto.write, seconds: 1000, met: false}}})
    expect(htmlReport(missed, entries)).to.contain('class="over" style="width:100.0%"')
  })
})

describe('markup', () => {
  it('escapes values and keeps markup', () => {
    expect(markup`<b title="${'"&'}">${markup`<i>${'<'}</i>`}${[1, undefined, 'x>']}</b>`.text).to.equal(
      '<b title="&quot;&amp;"><i>&lt;</i>1x&gt;</b>',
    )
  })
})

describe('the Markdown report', () => {
  it('has the numbers of the summary', () => {
    const text = markdownReport(result())
    expect(text).to.contain('## PASSED: region-loss on lab')
    expect(text).to.contain('| RTO, writes | 1.42 s ±0.02 | 15 min | met |')
    expect(text).to.contain(`> ${LAB_NOTICE}`)
    expect(text).to.contain('| before | us-east-1 | us-east-2 | us-east-1 | ok |')
  })

  it('keeps its tables whole whatever stands in a cell', () => {
    expect(markdownReport(result({scenario: 'a|b\nc `d`'}))).to.contain(String.raw`a\|b c \`d\``)
  })
})
