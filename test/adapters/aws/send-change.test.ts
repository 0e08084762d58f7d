import {expect} from 'chai'
import {sendChange} from '../../../src/adapters/aws/send-change.js'
import {DrError, Unreachable} from '../../../src/errors.js'
import {thrownBy} from '../../support/thrown.js'

describe('a change', () => {
  const lost = new Unreachable('lambda:PutFunctionConcurrency in us-east-1 got no answer')
  const denied = new DrError({code: 'AccessDenied', exit: 'credentials', what: 'not allowed', next: ''})

  async function told(answers: (Error | undefined)[], looks: boolean[]): Promise<{story: string[]; error?: unknown}> {
    const story: string[] = []
    const error = await thrownBy(
      sendChange(
        async () => {
          story.push('send')
          const answer = answers.shift()
          if (answer) throw answer
        },
        async () => {
          story.push('look')
          return looks.shift()!
        },
      ),
    ).catch(() => undefined)
    return {story, error}
  }

  it('aws 03: is looked up where its answer was lost, before anything is sent again', async () => {
    expect(await told([lost], [true])).to.deep.equal({story: ['send', 'look'], error: undefined})
    expect(await told([lost, undefined], [false])).to.deep.equal({story: ['send', 'look', 'send'], error: undefined})
  })

  it('aws 03: is given up where it never arrives, and at once where AWS says no', async () => {
    expect(await told([lost, lost, lost], [false, false, false])).to.deep.equal({
      story: ['send', 'look', 'send', 'look', 'send', 'look'],
      error: lost,
    })
    expect(await told([denied], [])).to.deep.equal({story: ['send'], error: denied})
  })
})
