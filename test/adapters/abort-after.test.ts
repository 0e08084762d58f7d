import {expect} from 'chai'
import {abortAfter} from '../../src/adapters/abort-after.js'

describe('a call with a deadline', () => {
  it('may be one of many that hang on one signal: no warning is printed in the middle of an answer', async () => {
    const warnings: Error[] = []
    const hear = (warning: Error): void => void warnings.push(warning)
    process.on('warning', hear)
    try {
      const {signal} = new AbortController()
      await Promise.all(Array.from({length: 30}, () => abortAfter(1000, signal, async () => 'answered')))
      // Warnings are told on the next turn.
      await new Promise((done) => setImmediate(done))
      expect(warnings.map(String)).to.deep.equal([])
    } finally {
      process.off('warning', hear)
    }
  })
})
