import {expect} from 'chai'
import {selectStacks} from '../../../src/actions/deploy/select.js'
import {DrError} from '../../../src/errors.js'
import type {ProjectStack} from '../../../src/model/stack.js'

const stack = (name: string, dependencies: string[] = []): ProjectStack => ({
  id: `id/${name}`,
  name,
  region: 'us-east-1',
  account: '000000000000',
  dependencies: dependencies.map((one) => `id/${one}`),
  template: {},
})

const ALL = [stack('data-a'), stack('data-b', ['data-a']), stack('api-a', ['data-a']), stack('edge', ['api-a'])]
const selected = (...names: string[]): string[] => selectStacks(ALL, names).map(({name}) => name)

describe('the selection of stacks', () => {
  it('is all of them where none is named', () => {
    expect(selected()).to.deep.equal(['data-a', 'data-b', 'api-a', 'edge'])
  })

  it('takes along what must stand before, and nothing that only follows', () => {
    expect(selected('edge')).to.deep.equal(['data-a', 'api-a', 'edge'])
    expect(selected('id/data-b')).to.deep.equal(['data-a', 'data-b'])
  })

  it('takes * for anything, and every other character as it stands', () => {
    expect(selected('data-*')).to.deep.equal(['data-a', 'data-b'])
    expect(() => selected('data.a')).to.throw(DrError, 'no stack "data.a"')
  })

  it('says which stacks there are', () => {
    expect(() => selected('dta'))
      .to.throw(DrError)
      .that.deep.include({code: 'StackUnknown', exit: 'usage'})
  })
})
