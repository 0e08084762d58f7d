import {expect} from 'chai'
import {standingOf, stuckError} from '../../../src/actions/deploy/standing.js'
import type {ProjectStack} from '../../../src/model/stack.js'

const standing = (status: string) => standingOf({status})

describe('how a stack stands', () => {
  it('is absent where there is none, or only what a failed creation or a review left', () => {
    expect(standingOf(undefined)).to.equal('absent')
    for (const status of ['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED'])
      expect(standing(status), status).to.equal('absent')
  })

  it('is busy while CloudFormation works on it', () => {
    for (const status of ['CREATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'DELETE_IN_PROGRESS'])
      expect(standing(status), status).to.equal('busy')
  })

  it('is updatable after a rollback that went well, and after a failure that was not rolled back', () => {
    for (const status of ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_FAILED'])
      expect(standing(status), status).to.equal('updatable')
  })

  it('is stuck after a failed rollback or deletion, with the remedy', () => {
    const stack: ProjectStack = {
      id: 'a',
      name: 'Demo-data',
      region: 'us-east-2',
      account: '0',
      dependencies: [],
      template: {},
    }
    for (const [status, remedy] of [
      ['UPDATE_ROLLBACK_FAILED', '--continue-rollback'],
      ['DELETE_FAILED', 'delete-stack --stack-name Demo-data --region us-east-2'],
    ] as const) {
      expect(standing(status)).to.equal('stuck')
      const error = stuckError(stack, {status, reason: 'the bucket is not empty'})
      expect(error.message).to.contain(status)
      expect(error.why).to.equal('the bucket is not empty')
      expect(error.next).to.contain(remedy)
    }
  })
})
