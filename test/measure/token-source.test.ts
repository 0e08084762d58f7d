import {expect} from 'chai'

import {tokenSource} from '../../src/measure/token-source.js'
import {SimulatedWorld} from '../support/simulated-world.js'

describe('tokenSource', () => {
  const source = () => {
    const {world} = new SimulatedWorld().connect()
    world.tokens.get = async (region) => ({token: `of ${region}`, region, expiresAt: Infinity})
    return tokenSource(world)
  }

  it('stays with home while nobody refuses', async () => {
    const token = source()
    expect([await token(), await token()]).to.deep.equal(['of us-east-1', 'of us-east-1'])
  })

  it('takes the other pool when a token is refused, and stays with it', async () => {
    const token = source()
    expect(await token(await token())).to.equal('of us-east-2')
    expect(await token()).to.equal('of us-east-2')
    expect(await token('of us-east-2')).to.equal('of us-east-1')
  })
})
