import {expect} from 'chai'
import {defaultConnections, judgeConnections} from '../../../src/actions/health/checks/connections.js'
import type {Cluster} from '../../../src/model/observation.js'
import {details} from '../../support/looks.js'
import {HOME} from '../../support/observations.js'

const serverless = (max: number): Cluster => ({
  id: 'c',
  arn: 'a',
  status: 'available',
  instances: ['available'],
  capacity: {min: 0.5, max},
})
const ofClass = (instanceClass: string): Cluster => ({
  id: 'c',
  arn: 'a',
  status: 'available',
  instances: ['available'],
  details: details(HOME, {instances: [{...details(HOME).instances[0]!, instanceClass}]}),
})

describe('the connections that Aurora MySQL takes', () => {
  /** The classes as the Aurora user guide's table has them; a capacity as a class of the same memory. */
  const DOCUMENTED: [Cluster, number][] = [
    [serverless(4), 135],
    [serverless(8), 1000],
    [serverless(16), 2000],
    [serverless(32), 3000],
    [serverless(64), 4000],
    [serverless(128), 5000],
    [serverless(256), 6000],
    [ofClass('db.t3.small'), 45],
    [ofClass('db.t3.medium'), 90],
    [ofClass('db.t3.large'), 135],
    [ofClass('db.r6g.large'), 1000],
    [ofClass('db.r5.xlarge'), 2000],
    [ofClass('db.r6g.2xlarge'), 3000],
    [ofClass('db.r5.8xlarge'), 5000],
    [ofClass('db.r5.12xlarge'), 6000],
    [ofClass('db.r6g.16xlarge'), 6000],
    [ofClass('db.r5.24xlarge'), 7000],
  ]
  for (const [cluster, most] of DOCUMENTED)
    it(`health: are ${most} with ${cluster.capacity ? `${cluster.capacity.max} ACU` : cluster.details!.instances[0]!.instanceClass}`, () => {
      expect(defaultConnections(cluster)).to.equal(most)
    })

  it('health: are judged of nobody whose primary has had more than its default, and of no class that is unknown', () => {
    const names = {primary: 'a', standby: 'b'}
    expect(judgeConnections(serverless(8), serverless(4), 5000, names).level).to.equal('ok')
    expect(judgeConnections(serverless(8), ofClass('db.x9.odd'), 900, names).level).to.equal('ok')
    expect(judgeConnections(serverless(8), serverless(8), undefined, names).level).to.equal('ok')
  })
})
