import {expect} from 'chai'
import {checkTeardown} from '../../src/gates/teardown.js'
import type {Estate, EstateResource} from '../../src/model/estate.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

const cluster = (region: string, more: Partial<EstateResource> = {}): EstateResource => ({
  kind: 'db-cluster',
  id: `demo-${region}`,
  arn: `arn:${region}`,
  region,
  owned: true,
  protected: false,
  ...more,
})

const estate = (more: Partial<Estate> = {}): Estate => ({
  app: 'Demo',
  regions: [HOME, AWAY],
  unreachable: [],
  stacks: [],
  resources: [],
  pendingDeletion: [],
  toolkitUsers: [],
  ...more,
})

const global: EstateResource = {
  ...cluster(HOME),
  kind: 'global-cluster',
  id: 'demo',
  arn: 'arn:global',
  members: [
    {arn: `arn:${HOME}`, region: HOME, isWriter: true},
    {arn: `arn:${AWAY}`, region: AWAY, isWriter: false},
  ],
}

const gates = (of: Estate, unprotect = false): string[] => checkTeardown(of, {unprotect}).map(({gate}) => gate)

describe('the gates of a teardown', () => {
  it('refuse nothing of a whole, idle, unprotected deployment', () => {
    expect(gates(estate({resources: [cluster(HOME), cluster(AWAY), global]}))).to.deep.equal([])
  })

  it('refuse while a region is silent, and claim nothing of what stands in it', () => {
    const unreachable = [{region: AWAY, reason: 'timed out'}]
    expect(gates(estate({unreachable, resources: [cluster(HOME), global]}))).to.deep.equal(['every-region-answers'])
  })

  it('refuse what is protected unless it is said to be given up; what is not ours does not matter', () => {
    const guarded = cluster(HOME, {protected: true})
    expect(gates(estate({resources: [guarded]}))).to.deep.equal(['protection-lifted'])
    expect(gates(estate({resources: [guarded]}), true)).to.deep.equal([])
    expect(gates(estate({resources: [{...guarded, owned: false}]}))).to.deep.equal([])
  })

  it('refuse while a member of the global cluster is not ours', () => {
    const resources = [cluster(HOME), cluster(AWAY, {owned: false}), global]
    expect(gates(estate({resources}))).to.deep.equal(['members-are-ours'])
  })

  it('refuse while AWS exchanges the roles', () => {
    const resources = [cluster(HOME), cluster(AWAY), {...global, switching: true}]
    expect(gates(estate({resources}))).to.deep.equal(['no-switch-under-way'])
  })

  it('refuse to take the bootstrap stack from others', () => {
    expect(gates(estate({toolkitUsers: [{name: 'Theirs', region: HOME}]}))).to.deep.equal(['toolkit-unused'])
  })
})
