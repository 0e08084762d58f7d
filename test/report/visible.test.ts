import {expect} from 'chai'
import fc from 'fast-check'
import {columns} from '../../src/report/columns.js'
import {visible, visibleLines} from '../../src/report/visible.js'
import {openTerminal} from '../../src/render/terminal.js'

const HOSTILE = [
  '\u001B[2J\u001B[1;1Hdone',
  'a\nid  0  done',
  '\u009B31mred',
  'abc\u202Etxt.exe',
  '\r\bgone',
  '\u001B]0;title\u0007',
]

describe('text of others', () => {
  it('field report 12: reaches a terminal without anything that moves, colours or forges', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({unit: 'binary'}), fc.constantFrom(...HOSTILE)), (text) => {
        // eslint-disable-next-line no-control-regex
        const moving = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/
        expect(visible(text)).not.to.match(moving).and.not.to.include('\n')
        expect(visibleLines(text)).not.to.match(moving)
        expect(
          columns([
            ['ID', 'TASK'],
            ['1', text],
          ]),
        ).to.have.length(2)
      }),
    )
    expect(visible('naïve 漢字 👍')).to.equal('naïve 漢字 👍')
    expect(visible('\u001B[1m')).to.equal(String.raw`\u001b[1m`)
  })

  it('field report 12: makes up no line of ours in an event', () => {
    const written: string[] = []
    const stream = {isTTY: false, write: (text: string) => written.push(text)} as unknown as NodeJS.WriteStream
    openTerminal(stream).emit({
      code: 'warning',
      text: 'AWS says: no\ndone: all is well\u001B[2K',
      hint: 'look\nnext: rm -rf',
    })
    expect(written.join('')).to.equal(
      'warning: AWS says: no\n    done: all is well\\u001b[2K\n  look\n    next: rm -rf\n',
    )
  })
})
