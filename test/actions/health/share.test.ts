import {expect} from 'chai'
import {askedAhead, once} from '../../../src/actions/health/share.js'
import {AWAY, HOME} from '../../support/observations.js'

const never = new AbortController().signal

describe('what health shares', () => {
  it('health: whoever asked first takes no answer along when its time is up', async () => {
    const asked: string[] = []
    let answer: (value: number) => void = () => undefined
    const ask = once(never, (region, options) => {
      asked.push(region)
      return new Promise<number>((done, fail) => {
        answer = done
        options?.signal?.addEventListener('abort', () => fail(new Error('cut short')))
      })
    })
    const impatient = new AbortController()
    const first = ask(HOME, {signal: impatient.signal})
    const second = ask(HOME, {signal: new AbortController().signal})
    impatient.abort(new Error('no time left'))
    expect(await first.catch((error: Error) => error.message)).to.equal('no time left')
    answer(7)
    expect(await second).to.equal(7)
    expect(await ask(HOME)).to.equal(7)
    expect(asked).to.deep.equal([HOME])
  })

  it('health: who comes with no time left is not kept waiting', async () => {
    const ask = once(never, () => new Promise(() => undefined))
    const late = AbortSignal.abort(new Error('no time left'))
    expect(await ask(HOME, {signal: late}).catch((error: Error) => error.message)).to.equal('no time left')
  })

  it('health: the end of the look ends what is asked', async () => {
    const look = new AbortController()
    const ask = once(look.signal, (_region, options) => {
      const {signal} = options!
      return new Promise((_, fail) => signal!.addEventListener('abort', () => fail(new Error('ended with the look'))))
    })
    const one = ask(HOME)
    look.abort()
    expect(await one.catch((error: Error) => error.message)).to.equal('ended with the look')
  })

  it('health: what was asked ahead is taken once, and each later look asks anew', async () => {
    let calls = 0
    const answer = async () => ({known: false as const, code: `call ${++calls}`, why: ''})
    const greeter = askedAhead({identity: answer, reach: answer}, [HOME])
    expect(calls).to.equal(2)
    const ahead = await greeter.identity(HOME)
    expect(calls).to.equal(2)
    expect(await greeter.identity(HOME)).not.to.deep.equal(ahead)
    await greeter.identity(AWAY)
    expect(calls).to.equal(4)
  })
})
