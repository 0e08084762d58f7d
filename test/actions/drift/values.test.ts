import {expect} from 'chai'
import {fixOfRow, keyOf} from '../../../src/actions/drift/rows/values.js'
import type {Column} from '../../../src/ports/tables.js'

const column = (name: string, type: string, form: Column['form']): Column => ({
  name,
  type,
  nullable: false,
  default: null,
  charset: form === 'text' ? 'utf8mb4' : null,
  collation: form === 'text' ? 'utf8mb4_bin' : null,
  extra: '',
  generated: null,
  form,
  octets: form === 'text' ? 20 : null,
  compared: true,
})

describe('drift: values of rows', () => {
  const key = [column('state', "enum('open','it''s')", 'text'), column('name', 'varchar(5)', 'text')]

  it('shows a key of the type ENUM by its text, and finds it by that', () => {
    const parts = ['2:69742773', '613A62']
    expect(keyOf(key, parts)).to.deep.equal({state: "it's", name: 'a:b'})
    const row = {key: parts, hash: '1', count: 1, values: ['4::69742773', '3::613A62']}
    expect(fixOfRow({table: 't', key, columns: key}, undefined, row)).to.equal(
      "DELETE FROM `t` WHERE `state` = 'it''s' AND `name` = 'a:b';",
    )
  })

  it('shows the empty text that such a column has of a value that is not its own', () => {
    expect(keyOf(key.slice(0, 1), ['0:'])).to.deep.equal({state: ''})
  })
})
