import {expect} from 'chai'
import fc from 'fast-check'
import {generatedName} from '../../src/cloudformation/names.js'

describe('generated names', () => {
  it('are the stack, the logical id and twelve random characters', () => {
    expect(generatedName('app', 'Bucket')).match(/^app-Bucket-[A-Z0-9]{12}$/)
    expect(generatedName('App', 'Bucket', {lowerCase: true})).match(/^app-bucket-[a-z0-9]{12}$/)
    expect(generatedName('app', 'Bucket')).not.equal(generatedName('app', 'Bucket'))
  })

  it('fit into any maximum, with the whole random part', () => {
    const name = fc.string({unit: fc.constantFrom('a', 'B', '1'), minLength: 1, maxLength: 200})
    fc.assert(
      fc.property(name, name, fc.integer({min: 20, max: 255}), (stack, logicalId, max) => {
        const generated = generatedName(stack, logicalId, {max})
        expect(generated.length).most(max)
        expect(generated).match(/-[A-Z0-9]{12}$/)
        if (stack.length + logicalId.length + 14 <= max)
          expect(generated.startsWith(`${stack}-${logicalId}-`)).equal(true)
      }),
    )
  })
})
