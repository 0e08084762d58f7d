import {expect} from 'chai'
import {parseMap} from '../../../src/adapters/aws/map-format.js'
import type {Deployment} from '../../../src/model/deployment.js'
import {AWAY, HOME, sampleDeployment, version1} from '../../support/deployment.js'

const parsed = (map: object): Deployment => parseMap(JSON.stringify(map), 'there')
const errorOf = (map: object) => expect(() => parsed(map)).to.throw('(there)')

describe('the format of the map', () => {
  it('is read as it is written', () => {
    expect(parsed(sampleDeployment())).to.deep.equal(sampleDeployment())
  })

  it('is converted from version 1, its edge lock included', () => {
    expect(parsed(version1())).to.deep.equal(sampleDeployment())
    const lock = {header: 'x-edge-key', secretName: 'ToDoMgmt/edge'}
    const old = version1()
    const locked = parsed({...old, edge: {...(old.edge as object), lock}})
    expect(locked.edge).to.deep.equal({...sampleDeployment().edge, lock})
  })

  it('keeps the order of regions that version 1 calls home and away', () => {
    const turned = parsed({...version1(), home: AWAY, away: HOME})
    expect(turned.regions.map(({region}) => region)).to.deep.equal([AWAY, HOME])
  })

  it('may list any number of regions', () => {
    const {regions, ...rest} = sampleDeployment()
    const third = {...regions[1]!, region: 'eu-west-1'}
    expect(parsed({...rest, regions: [...regions, third]}).regions).to.have.length(3)
    expect(parsed({...rest, regions: [regions[0]!]}).regions).to.have.length(1)
  })

  it('names what is wrong', () => {
    const {edge: _, ...edgeless} = sampleDeployment()
    errorOf(edgeless).with.property('why', 'edge: Invalid input: expected object, received undefined')
    const {edge: __, ...old} = version1()
    errorOf(old).with.property('why', 'edge: Invalid input: expected object, received undefined')
    errorOf({...version1(), away: 'eu-west-1'}).with.property('why', 'regions.eu-west-1 is missing')
    errorOf({...sampleDeployment(), schemaVersion: 3}).with.property('why', 'its schemaVersion is 3, not 1 or 2')
    expect(() => parseMap('{', 'there'))
      .to.throw('(there)')
      .with.property('why', 'it is not valid JSON')
    expect(() => parseMap('null', 'there'))
      .to.throw('(there)')
      .with.property('code', 'MapInvalid')
  })

  it('refuses a region that is listed twice, and a function that the fence would miss', () => {
    const {regions, ...rest} = sampleDeployment()
    const [home, away] = regions
    errorOf({...rest, regions: [home, home]}).with.property('why', 'regions: must not list a region twice')
    const functions = {...away!.functions, migrate: 'another'}
    errorOf({...rest, regions: [home, {...away, functions}]}).with.property(
      'why',
      'regions.1.functions.migrate: must be one of the writers, so that the fence stops it too',
    )
  })

  it('refuses by name a route that this version does not know, and says what is wrong in one that it does', () => {
    expect(() => parsed({...sampleDeployment(), route: {kind: 'pigeon'}}))
      .to.throw('this version of todo-dr cannot steer a route of the kind pigeon')
      .with.property('code', 'RouteUnknown')
    errorOf({...sampleDeployment(), route: {kind: 'keyvaluestore', key: 'serving'}}).with.property(
      'why',
      'route.storeArn: Invalid input: expected string, received undefined',
    )
  })
})
