import {expect} from 'chai'
import {paint, wantsColour} from '../../src/render/colour.js'
import {linesOf} from '../../src/render/lines.js'
import {openTerminal} from '../../src/render/terminal.js'
import type {DrEvent} from '../../src/messages.js'

/** What a stream that is no terminal gets. */
function printed(...events: DrEvent[]): string {
  let text = ''
  const stream = {isTTY: false, write: (chunk: string) => Boolean((text += chunk))} as unknown as NodeJS.WriteStream
  const terminal = openTerminal(stream)
  for (const event of events) terminal.emit(event)
  terminal.stop()
  return text
}

describe('lines', () => {
  it('are plain where the stream is no terminal', () => {
    expect(
      printed(
        {code: 'target', target: 'lab', app: 'ToDoMgmt', account: '000000000000', regions: ['us-east-1', 'us-east-2']},
        {code: 'warning', text: 'the copy is old', hint: 'deploy again'},
        {code: 'step-started', id: 'promote', title: 'promote us-east-2'},
        {code: 'step-note', id: 'promote', text: 'waiting for the writer'},
        {code: 'step-finished', id: 'promote', title: 'promote us-east-2', outcome: 'done', seconds: 1.25},
        {code: 'step-skipped', id: 'edge', title: 'steer the edge', why: 'it serves us-east-2 already'},
        {
          code: 'step-finished',
          id: 'fence',
          title: 'fence us-east-1',
          outcome: 'unsure',
          seconds: 3,
          text: 'no answer',
        },
        {code: 'refusal', gate: 'lag', reason: 'us-east-2 is 9 s behind', hint: 'wait', waived: false},
        {code: 'refusal', gate: 'lag', reason: 'us-east-2 is 9 s behind', hint: 'wait', waived: true},
        {code: 'done', text: 'us-east-2 serves', next: 'todo-dr status'},
      ),
    ).to.equal(
      [
        'target lab: ToDoMgmt, account 000000000000, us-east-1 and us-east-2',
        'warning: the copy is old',
        '  deploy again',
        'start: promote us-east-2',
        '  waiting for the writer',
        'done: promote us-east-2 (1.3 s)',
        'skipped: steer the edge: it serves us-east-2 already',
        'unsure: fence us-east-1 (3.0 s): no answer',
        'refused: lag: us-east-2 is 9 s behind',
        '  wait',
        'warning: lag waived: us-east-2 is 9 s behind',
        'done: us-east-2 serves',
        '  next: todo-dr status',
        '',
      ].join('\n'),
    )
  })

  it('are broken at words on a terminal, but for what can be pasted', () => {
    let text = ''
    const stream = {columns: 40, write: (chunk: string) => Boolean((text += chunk))} as unknown as NodeJS.WriteStream
    const next = 'todo-dr failover --allow-data-loss --confirm ToDoMgmt'
    openTerminal(stream).emit({code: 'done', text: 'the standby in 米国東部 is ready and takes writes again', next})
    openTerminal(stream).emit({code: 'note', text: '  evidence: us-east-1 did not answer for 30 seconds'})
    expect(text.split('\n')).to.deep.equal([
      'done: the standby in 米国東部 is ready',
      '  and takes writes again',
      `  next: ${next}`,
      '  evidence: us-east-1 did not answer',
      '    for 30 seconds',
      '',
    ])
  })

  it('show a plan with its stages and deadlines, and progress with its count', () => {
    const step = {id: 'a', title: 'fence us-east-1', stage: 1, deadlineSeconds: 60}
    expect(
      linesOf({code: 'plan', intent: 'failover', from: 'x', to: 'y', steps: [step], digest: '0123456789abcdef'}).map(
        ({text}) => text,
      ),
    ).to.deep.equal(['plan: failover from x to y (0123456789ab)', '  1. fence us-east-1 (within 60 s)'])
    expect(linesOf({code: 'progress', text: 'probes', done: 3, total: 9})[0]!.text).to.equal('probes 3/9')
    expect(linesOf({code: 'progress', text: 'probes'})[0]!.text).to.equal('probes')
  })

  it('are coloured on a terminal only, and never under NO_COLOR', () => {
    expect(wantsColour({isTTY: true}, {})).to.equal(true)
    expect(wantsColour({isTTY: true}, {NO_COLOR: ''})).to.equal(true)
    expect(wantsColour({isTTY: true}, {NO_COLOR: '1'})).to.equal(false)
    expect(wantsColour({isTTY: true}, {TERM: 'dumb'})).to.equal(false)
    expect(wantsColour({isTTY: false}, {})).to.equal(false)
    expect(wantsColour({}, {})).to.equal(false)
    expect(wantsColour({isTTY: false}, {FORCE_COLOR: '1', NO_COLOR: '1'})).to.equal(true)
    expect(wantsColour({isTTY: true}, {FORCE_COLOR: '0'})).to.equal(false)
    // Whatever stdout is, here a pipe.
    expect(paint('done', 'x')).to.equal('\u001B[32mx\u001B[39m')
  })
})
