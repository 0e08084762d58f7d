import {expect} from 'chai'
import fc from 'fast-check'
import {questionsOf} from '../../../src/adapters/aws/simulate.js'

const letter = (letters: string) => fc.constantFrom(...letters)
const wanted = fc.uniqueArray(fc.record({action: letter('abcdefgh'), resource: letter('tuvwxyz')}), {
  selector: ({action, resource}) => action + resource,
})

describe('questions for the policy simulator', () => {
  it('health: cover all that is wanted, and little besides', () => {
    fc.assert(
      fc.property(wanted, (some) => {
        const questions = questionsOf(some)
        const covered = questions.flatMap(({ActionNames, ResourceArns}) =>
          ActionNames.flatMap((action) => ResourceArns.map((resource) => action + resource)),
        )
        expect(covered).to.include.members(some.map(({action, resource}) => action + resource))
        // No action is asked about twice, so that each pair has one answer.
        expect(new Set(covered).size).to.equal(covered.length)
        expect(covered.length).to.be.at.most(some.length + 10 * new Set(some.map(({action}) => action)).size)
      }),
    )
  })

  it('health: are one, where a second call would cost more than what nobody asked for', () => {
    const small = [
      {action: 'rds:FailoverGlobalCluster', resource: 'global'},
      {action: 's3:PutObject', resource: 'bucket'},
      {action: 's3:DeleteObject', resource: 'bucket'},
    ]
    expect(questionsOf(small)).to.have.length(1)
    const far = Array.from({length: 12}, (_, index) => ({action: 'lambda:TagResource', resource: `function-${index}`}))
    expect(questionsOf([...small, ...far])).to.have.length(2)
  })
})
