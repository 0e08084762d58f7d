import {expect} from 'chai'
import {DeployTracker} from '../../../src/actions/deploy/tracker.js'
import {stackKey} from '../../../src/model/stack.js'
import type {ProjectStack, StackPlace} from '../../../src/model/stack.js'
import type {DeployerEvent} from '../../../src/ports/deployer.js'

const stack = (name: string): ProjectStack => ({
  id: name,
  name,
  region: 'us-east-1',
  account: '000000000000',
  dependencies: [],
  template: {},
})

const place = (name: string) => ({name, region: 'us-east-1'})
const DATA = place('data')

const resource = (logicalId: string, status: string, at: number, reason?: string): DeployerEvent => ({
  kind: 'resource',
  stack: DATA,
  logicalId,
  type: logicalId === 'data' ? 'AWS::CloudFormation::Stack' : 'AWS::S3::Bucket',
  status,
  reason,
  at,
  done: 1,
  total: 4,
})

const NOTHING = {reasons: new Map<string, string>(), inProgress: new Set<string>()}

describe('the tracker of a deployment', () => {
  let now: number
  let tracker: DeployTracker

  beforeEach(() => {
    now = 0
    tracker = new DeployTracker([stack('data'), stack('edge')], new Set([stackKey(place('edge'))]), () => now)
  })

  const follow = (...events: DeployerEvent[]) => events.flatMap((event) => tracker.follow(event))
  const begin = (name: string): DeployerEvent => ({kind: 'stack-begun', stack: place(name)})
  const changing = (name: string): DeployerEvent => ({kind: 'stack-changing', name})
  const done = (name: string, changed: boolean): DeployerEvent => ({
    kind: 'stack-done',
    stack: place(name),
    changed,
    outputs: {Url: 'u'},
  })

  it('tells the begin of a stack once, its resources with their seconds, and its end', () => {
    follow(begin('data'))
    now = 2500
    const lines = follow(
      changing('data'),
      resource('data', 'CREATE_IN_PROGRESS', 1000),
      resource('Bucket', 'CREATE_IN_PROGRESS', 1000),
      resource('Bucket', 'CREATE_COMPLETE', 2200),
      done('data', true),
    )
    expect(lines.map(({code}) => code)).to.deep.equal(['step-started', 'resource', 'resource', 'step-finished'])
    expect(lines[2]).to.include({logicalId: 'Bucket', status: 'CREATE_COMPLETE', seconds: 1.2, done: 1, total: 4})
    expect(tracker.outcomes(NOTHING)[0]).to.deep.equal({
      name: 'data',
      region: 'us-east-1',
      status: 'created',
      seconds: 2.5,
      outputs: {Url: 'u'},
      changed: [{logicalId: 'Bucket', type: 'AWS::S3::Bucket', action: 'created'}],
      failure: null,
    })
  })

  it('says of a stack without a change only that', () => {
    expect(follow(begin('edge'), done('edge', false)).map(({code}) => code)).to.deep.equal(['step-skipped'])
    expect(tracker.outcomes(NOTHING).map(({status}) => status)).to.deep.equal(['not-started', 'unchanged'])
  })

  it('calls a replaced resource updated, not deleted', () => {
    follow(changing('data'), resource('Bucket', 'UPDATE_COMPLETE', 1), resource('Bucket', 'DELETE_COMPLETE', 2))
    follow(done('data', true))
    expect(tracker.outcomes(NOTHING)[0]!.changed.map(({action}) => action)).to.deep.equal(['updated'])
  })

  it('names the first root cause, not what was cancelled for it, and not the stack', () => {
    follow(
      changing('data'),
      resource('data', 'CREATE_FAILED', 1, 'The following resource(s) failed to create: [Bucket, Late]'),
      resource('Other', 'CREATE_FAILED', 3, 'Resource creation cancelled'),
      resource('Late', 'CREATE_FAILED', 5, 'too late'),
      resource('Bucket', 'CREATE_FAILED', 4, 'it already exists'),
      resource('Bucket', 'DELETE_COMPLETE', 6),
    )
    expect(tracker.open().map(({name}) => name)).to.deep.equal(['data'])
    const [data] = tracker.outcomes(NOTHING)
    expect(data).to.deep.include({status: 'failed', changed: []})
    expect(data!.failure).to.deep.equal({logicalId: 'Bucket', type: 'AWS::S3::Bucket', reason: 'it already exists'})
  })

  it('takes the reason of the stack where no resource failed', () => {
    const reason = 'Cannot update export A as it is in use by edge'
    follow(changing('data'), resource('Bucket', 'UPDATE_COMPLETE', 1))
    follow(resource('data', 'UPDATE_ROLLBACK_IN_PROGRESS', 2, reason))
    const [data] = tracker.outcomes({...NOTHING, reasons: new Map([[stackKey(DATA), 'UPDATE_ROLLBACK_COMPLETE']])})
    expect(data!.failure).to.deep.equal({logicalId: null, type: null, reason})
  })

  it('takes the reason of the call where no event gives one', () => {
    follow(changing('data'))
    const [data, edge] = tracker.outcomes({
      ...NOTHING,
      reasons: new Map([[stackKey(DATA), 'Unrecognized resource types']]),
    })
    expect(data!.failure).to.deep.equal({logicalId: null, type: null, reason: 'Unrecognized resource types'})
    expect(edge!.status).to.equal('not-started')
  })

  it('says of a stack that CloudFormation goes on with that it is in progress', () => {
    follow(changing('data'), resource('Bucket', 'CREATE_COMPLETE', 1))
    const [data] = tracker.outcomes({...NOTHING, inProgress: new Set([stackKey(DATA)])})
    expect(data!.status).to.equal('in-progress')
    expect(data!.changed).to.have.length(1)
  })

  it('field report 16: keeps two stacks of one name apart, though the toolkit does not say which of them it changes', () => {
    const [home, away] = ['us-east-1', 'us-east-2'].map((region) => ({name: 'data', region})) as [
      StackPlace,
      StackPlace,
    ]
    tracker = new DeployTracker(
      [
        {...stack('home'), ...home},
        {...stack('away'), ...away},
      ],
      new Set(),
      () => now,
    )
    follow({kind: 'stack-begun', stack: home}, {kind: 'stack-begun', stack: away}, changing('data'))
    expect(tracker.open(), 'either may be changing').to.have.length(2)
    follow({...resource('Bucket', 'CREATE_FAILED', 1, 'no'), stack: away} as DeployerEvent)
    const lines = follow({kind: 'stack-done', stack: home, changed: false, outputs: {}})
    expect(lines).to.deep.equal([
      {code: 'step-skipped', id: 'stack us-east-1/data', title: 'data (us-east-1)', why: 'no change'},
    ])
    expect(tracker.open().map(({region}) => region)).to.deep.equal(['us-east-2'])
    const statuses = tracker.outcomes(NOTHING).map(({region, status}) => ({region, status}))
    expect(statuses).to.deep.equal([
      {region: 'us-east-1', status: 'unchanged'},
      {region: 'us-east-2', status: 'failed'},
    ])
  })
})
