import {expect} from 'chai'
import {pages} from '../../../src/adapters/aws/pages.js'

describe('answers page by page', () => {
  for (const name of ['NextToken', 'Marker'])
    it(`are read to the end, by ${name}`, async () => {
      const asked: (string | undefined)[] = []
      const found = await pages(async (token): Promise<{items: number; NextToken?: string; Marker?: string}> => {
        asked.push(token)
        // Some services end with an empty token, and some with none.
        return {items: asked.length, [name]: asked.length < 3 ? `page ${asked.length + 1}` : ''}
      })
      expect(asked).to.deep.equal([undefined, 'page 2', 'page 3'])
      expect(found.map(({items}) => items)).to.deep.equal([1, 2, 3])
    })
})
