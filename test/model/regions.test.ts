import {expect} from 'chai'
import type {Deployment} from '../../src/model/deployment.js'
import {
  homeOf,
  otherRegion,
  preferenceOf,
  regionNamed,
  regionOf,
  regionsInWords,
  twoRegionsOnly,
  withEdge,
} from '../../src/model/regions.js'
import {AWAY, HOME, sampleDeployment} from '../support/deployment.js'

const listing = (...names: string[]): Deployment => {
  const deployment = sampleDeployment()
  const [side] = deployment.regions
  return {...deployment, regions: names.map((region) => ({...side!, region}))}
}

describe('the regions of a deployment', () => {
  it('are home first, and each has another beside it', () => {
    const deployment = sampleDeployment()
    expect(homeOf(deployment)).to.equal(HOME)
    expect(otherRegion(deployment, HOME)).to.equal(AWAY)
    expect(otherRegion(deployment, AWAY)).to.equal(HOME)
    expect(homeOf({order: [AWAY, HOME]})).to.equal(AWAY)
    expect(regionsInWords(deployment)).to.equal('us-east-1 (home) and us-east-2 (away)')
    expect(preferenceOf(deployment, AWAY)).to.equal('away')
  })

  it('are found by name, or as home and away', () => {
    const deployment = sampleDeployment()
    expect(regionNamed(deployment, 'home')).to.equal(HOME)
    expect(regionNamed(deployment, 'away')).to.equal(AWAY)
    expect(regionNamed(deployment, AWAY)).to.equal(AWAY)
    expect(regionOf(deployment, AWAY)).to.equal(deployment.regions[1])
    expect(() => regionNamed(deployment, 'eu-west-1'))
      .to.throw('ToDoMgmt is not deployed in eu-west-1')
      .with.property('why', 'its regions are us-east-1 (home) and us-east-2 (away)')
  })

  it('of which the first that is not the primary is promoted, however many there are', () => {
    const three = listing('a', 'b', 'c')
    expect(['a', 'b', 'c'].map((primary) => otherRegion(three, primary))).to.deep.equal(['b', 'a', 'a'])
  })

  it('are two, or no command acts: a third is named', () => {
    expect(() => twoRegionsOnly(listing('a', 'b'))).not.to.throw()
    expect(() => twoRegionsOnly(listing('a', 'b', 'c')))
      .to.throw('ToDoMgmt has more than two regions: c')
      .with.property('exit', 'usage')
    expect(() => twoRegionsOnly(listing('a'))).to.throw('ToDoMgmt has only one region: a')
  })

  it('are looked through together with that of the edge, each once', () => {
    expect(withEdge(['eu-west-1', 'eu-central-1'])).to.deep.equal(['eu-west-1', 'eu-central-1', 'us-east-1'])
    expect(withEdge([AWAY, HOME])).to.deep.equal([AWAY, HOME])
  })
})
