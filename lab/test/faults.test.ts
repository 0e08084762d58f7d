import {expect} from 'chai'

import {LabFaults} from '../src/faults.js'

const loss = {kind: 'region-loss' as const, region: 'us-east-1'}

describe('faults', () => {
  it('are active at once and in force when start returns, handlers in order', async () => {
    const faults = new LabFaults()
    const seen: string[] = []
    faults.onStart(async ({region}) => {
      await Promise.resolve()
      seen.push(`first ${faults.lost(region)}`)
    })
    faults.onStart(() => void seen.push('second'))
    await faults.start(loss)
    expect(seen).to.deep.equal(['first true', 'second'])
    expect(faults.has('partition', 'us-east-1')).to.equal(false)
    expect(faults.lost('us-east-2')).to.equal(false)
  })

  it('start and end once, however often they are asked', async () => {
    const faults = new LabFaults()
    const seen: string[] = []
    faults.onStart(() => void seen.push('start'))
    faults.onLift(({mode}) => void seen.push(`lift ${mode}`))
    await Promise.all([faults.start(loss), faults.start(loss)])
    await Promise.all([faults.lift(loss), faults.lift(loss)])
    expect(seen).to.deep.equal(['start', 'lift refuse'])
    expect(faults.active()).to.deep.equal([])
  })

  it('refuse to change the mode of a fault in force', async () => {
    const faults = new LabFaults()
    await faults.start(loss)
    const error = await faults.start({...loss, mode: 'hang'}).catch((error_: Error) => error_.message)
    expect(error).to.contain('end it first')
    expect(faults.lossMode('us-east-1')).to.equal('refuse')
  })

  it('run every handler although one throws, and say so', async () => {
    const faults = new LabFaults()
    let ran = false
    faults.onStart(() => {
      throw new Error('the first handler')
    })
    faults.onStart(() => {
      ran = true
    })
    const error = await faults.start(loss).catch((error_: Error) => error_.message)
    expect(error).to.contain('the first handler')
    expect(ran).to.equal(true)
    expect(faults.lost('us-east-1')).to.equal(true)
    await faults.lift(loss)
    expect(faults.lost('us-east-1')).to.equal(false)
  })

  it('never run two changes at once', async () => {
    const faults = new LabFaults()
    let inside = 0
    let most = 0
    const visit = async (): Promise<void> => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside--
    }

    faults.onStart(visit)
    faults.onLift(visit)
    await Promise.all([faults.start(loss), faults.start({...loss, region: 'us-east-2'}), faults.lift(loss)])
    expect(most).to.equal(1)
    expect(faults.active().map(({region}) => region)).to.deep.equal(['us-east-2'])
  })

  it('tell a new lag, and take no lag that cannot be', () => {
    const faults = new LabFaults()
    const seen: number[] = []
    faults.onLag((ms) => seen.push(ms))
    faults.setLag(300)
    expect(() => faults.setLag(-1)).to.throw(RangeError)
    expect(() => faults.setLag(Number.NaN)).to.throw(RangeError)
    expect([faults.lagMs(), seen]).to.deep.equal([300, [300]])
  })
})
