import {expect} from 'chai'
import {columns} from '../../src/report/columns.js'

describe('columns', () => {
  it('are as wide as a terminal shows their cells, and end without spaces', () => {
    expect(
      columns([
        ['TASK', 'STATUS', 'ID'],
        ['牛乳を買う', 'wip', '1'],
        ['👩‍👩‍👧 party', 'red', '2'],
        ['cafe\u0301', '', ''],
      ]),
    ).to.deep.equal(['TASK        STATUS  ID', '牛乳を買う  wip     1', '👩‍👩‍👧 party    red     2', 'cafe\u0301'])
  })
})
