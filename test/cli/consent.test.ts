import {expect} from 'chai'
import {goAhead, typedConsent} from '../../src/cli/consent.js'
import {thrownBy} from '../support/thrown.js'

const consent = (confirm: string | undefined, typed?: string, asked: string[] = []) =>
  typedConsent(
    {app: 'Demo', confirm, question: 'Type Demo:', danger: 'breaks the wrong application', next: 'todo-dr x'},
    typed === undefined
      ? undefined
      : async (question) => {
          asked.push(question)
          return typed
        },
  )

describe('the typed consent', () => {
  it('is given by the name of the application, and by no other', () => {
    expect(consent('Demo').given()).to.equal(true)
    expect(consent(undefined).given()).to.equal(false)
    expect(() => consent('Demo2').given())
      .to.throw('the application name is Demo, not Demo2')
      .that.includes({code: 'ConfirmMismatch', exit: 'refused', next: 'todo-dr x'})
    expect(() => consent('demo').given()).to.throw('Demo, not demo')
    expect(() => consent('').given()).to.throw('not ')
  })

  it('is asked for at a terminal, after what is at risk was shown', async () => {
    const order: string[] = []
    expect(await consent(undefined, ' Demo ', order).ask(() => order.push('risk'))).to.equal(true)
    expect(order).to.deep.equal(['risk', 'Type Demo:'])
  })

  it('is declined by any other word', async () => {
    for (const word of ['', 'yes', 'demo'])
      expect(await thrownBy(consent(undefined, word).ask())).to.include({code: 'Declined', exit: 'interrupted'})
  })

  it('is not asked for where nobody can answer', async () => {
    const order: string[] = []
    expect(await consent(undefined).ask(() => order.push('risk'))).to.equal(false)
    expect(order).to.deep.equal([])
  })
})

describe('field report 26: the consent to stop writes', () => {
  const asking = (yes: boolean, answer?: boolean) =>
    goAhead({yes, question: 'Stop?', next: 'todo-dr x --yes'}, answer === undefined ? undefined : async () => answer)

  it('is given by --yes, or by a yes at the terminal', async () => {
    await asking(true)
    await asking(false, true)
  })

  it('is refused where nobody can be asked, and says which command needs no answer', async () => {
    const error = await thrownBy(asking(false))
    expect(error).to.include({code: 'ConsentNeeded', exit: 'refused', next: 'todo-dr x --yes'})
  })

  it('ends with nothing changed at a no', async () => {
    expect(await thrownBy(asking(false, false))).to.include({code: 'Declined', exit: 'interrupted'})
  })
})
