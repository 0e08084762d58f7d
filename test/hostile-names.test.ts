/** Names that every object of JavaScript has, at each door where the CLI takes a name from a file, from AWS or from a person. */

import {expect} from 'chai'
import {routeKind} from '../src/adapters/aws/routing/index.js'
import {templateOf} from '../src/adapters/aws/stacks.js'
import {parseConfig} from '../src/config/parse.js'
import {chooseTarget} from '../src/config/target.js'
import {DrError} from '../src/errors.js'
import {holdsMembers} from '../src/gates/database-members.js'
import {servingInstances, statusNotes} from '../src/model/database-status.js'
import type {Cluster} from '../src/model/observation.js'
import {stepOf} from '../src/steps/registry.js'

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
const TARGET = 'app: Demo\n    regions: {home: us-east-1, away: us-east-2}\n'

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof DrError) return error.code
    throw error
  }

  throw new Error('it was taken')
}

describe('hostile names', () => {
  for (const name of NAMES) {
    it(`field report 13: ${name} names no target, route, step, argument or key`, () => {
      const loaded = {file: 'todo-dr.yaml', config: parseConfig('todo-dr.yaml', `targets:\n  prod:\n    ${TARGET}`)}
      expect(refusal(() => chooseTarget(name, loaded))).to.equal('TargetUnknown')
      expect(refusal(() => routeKind(name))).to.equal('RouteUnknown')
      const step = {id: 'one', kind: name, title: '', args: {}, deadlineSeconds: 1, stage: 0}
      expect(refusal(() => stepOf(step as never))).to.equal('PlanUnreadable')
      expect(refusal(() => parseConfig('todo-dr.yaml', `${name}: {targets: {}}\n`))).to.equal('ConfigInvalid')
      const inTarget = `targets:\n  prod:\n    ${TARGET}    ${name}: {profile: other}\n`
      expect(refusal(() => parseConfig('todo-dr.yaml', inTarget))).to.equal('ConfigInvalid')
      const byDefault = `defaultTarget: ${name}\ntargets:\n  prod:\n    ${TARGET}`
      expect(refusal(() => parseConfig('todo-dr.yaml', byDefault))).to.equal('ConfigInvalid')
      expect(Object.keys(Object.prototype)).to.deep.equal([])
    })

    it(`field report 13: ${name} is a status that nobody knows, like any other`, () => {
      const cluster = {status: name, instances: [name]} as Cluster
      const notes = statusNotes('us-east-1', cluster, {reachable: false, reason: 'silent'})
      expect(notes.filter((note) => note.includes('a status that todo-dr does not know'))).to.have.length(2)
      expect(servingInstances(cluster)).to.equal(1)
    })

    it(`field report 13: ${name} is a resource like any other in a template of another tool`, () => {
      const template = templateOf(`Resources:\n  ${name}:\n    Type: AWS::RDS::DBCluster\n`)
      expect(holdsMembers(template)).to.equal(true)
      expect(holdsMembers(templateOf('Resources: {}\n'))).to.equal(false)
    })
  }

  it('field report 13: a target may be called constructor, and is found by that name alone', () => {
    const config = parseConfig('todo-dr.yaml', `targets:\n  constructor:\n    ${TARGET}`)
    const loaded = {file: 'todo-dr.yaml', config}
    expect(chooseTarget('constructor', loaded)).to.include({kind: 'aws', app: 'Demo'})
    expect(refusal(() => chooseTarget('toString', loaded))).to.equal('TargetUnknown')
  })
})
