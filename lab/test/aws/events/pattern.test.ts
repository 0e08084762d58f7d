import {expect} from 'chai'

import {checkPattern, matches} from '../../../src/aws/events/pattern.js'

const EVENT = {source: 'aws.codecommit', resources: ['a', 'b'], detail: {event: 'referenceUpdated', count: 1}}

describe('event patterns', () => {
  it('want one of the values of each field', () => {
    expect(matches({source: ['aws.s3', 'aws.codecommit']}, EVENT)).equal(true)
    expect(matches({source: ['aws.s3']}, EVENT)).equal(false)
    expect(matches({resources: ['b'], detail: {event: ['referenceUpdated'], count: [1]}}, EVENT)).equal(true)
    expect(matches({resources: ['c']}, EVENT)).equal(false)
    expect(matches({detail: {count: ['1']}}, EVENT)).equal(false)
    expect(matches({detail: {other: ['x']}}, EVENT)).equal(false)
    expect(matches({other: {deep: ['x']}}, EVENT)).equal(false)
  })

  it('are refused where they are none, or compare otherwise', () => {
    const refused = (pattern: unknown) => () => checkPattern(pattern)
    expect(refused({source: 'aws.s3'})).throw('EventPattern.source must be an object of lists')
    expect(refused({detail: {event: []}})).throw('EventPattern.detail.event must not be empty')
    expect(refused({source: [{prefix: 'aws.'}]})).throw('comparisons other than equality in EventPattern.source')
    expect(refused([])).throw('EventPattern must be an object of lists')
    expect(refused({source: ['aws.s3'], detail: {event: ['a', null, 1]}})).not.throw()
  })
})
