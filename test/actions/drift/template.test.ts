/** What CloudFormation finds, classed: by a switch, by somebody, or a danger to the data. */

import {expect} from 'chai'
import type {FindInput} from '../../../src/actions/drift/kind.js'
import type {Difference} from '../../../src/actions/drift/result.js'
import {template} from '../../../src/actions/drift/template.js'
import {judge} from '../../../src/actions/drift/template/judge.js'
import {DrError} from '../../../src/errors.js'
import type {StackName} from '../../../src/ports/stack-drift.js'
import {healthy} from '../../support/observations.js'
import {AWAY, HOME, SimulatedWorld} from '../../support/simulated-world.js'

const STACK = {region: AWAY, name: 'data'}

const classOf = (type: string, path: string, actual = '2', isRaised = false): string =>
  judge(STACK, {logicalId: 'It', type, deleted: false, properties: [{path, expected: '1', actual}]}, isRaised)[0]!.class

describe('drift of the template', () => {
  it('drift: knows what a switch changes, what somebody did, and what endangers the data', () => {
    const cases: [type: string, path: string, expected: string][] = [
      ['AWS::RDS::GlobalCluster', '/SourceDBClusterIdentifier', 'expected role swap'],
      ['AWS::RDS::DBCluster', '/ReplicationSourceIdentifier', 'expected role swap'],
      ['AWS::RDS::DBCluster', '/GlobalClusterIdentifier', 'destructive'],
      ['AWS::RDS::DBCluster', '/EngineVersion', 'destructive'],
      ['AWS::RDS::DBCluster', '/BackupRetentionPeriod', 'configuration'],
      ['AWS::RDS::DBInstance', '/EngineVersion', 'destructive'],
      ['AWS::Lambda::Function', '/MemorySize', 'configuration'],
    ]
    for (const [type, path, expected] of cases) expect(classOf(type, path), path).to.equal(expected)
  })

  it('drift: takes a fence for no drift, and any other reservation for one', () => {
    const [type, path] = ['AWS::Lambda::Function', '/ReservedConcurrentExecutions']
    expect([classOf(type, path, '0'), classOf(type, path, '5')]).to.deep.equal(['expected role swap', 'configuration'])
  })

  it('drift: takes a raised capacity and the tags of todo-dr for no drift, and any other for one', () => {
    const [cluster, path] = ['AWS::RDS::DBCluster', '/ServerlessV2ScalingConfiguration/MinCapacity']
    expect(classOf(cluster, path, '4', true)).to.equal('expected role swap')
    expect(classOf(cluster, path, '4', false)).to.equal('configuration')
    const tag = (Key: string): string => JSON.stringify({Key, Value: '1'})
    expect(classOf(cluster, '/Tags/1', tag('todo-dr-capacity'))).to.equal('expected role swap')
    expect(classOf(cluster, '/Tags/1', tag('owner'))).to.equal('configuration')
  })

  it('drift: names the one command that puts a property back, with the value of the template', () => {
    const next = (type: string, path: string, expected: string, physicalId?: string): string | null =>
      judge(
        STACK,
        {logicalId: 'It', physicalId, type, deleted: false, properties: [{path, expected, actual: '2'}]},
        false,
      )[0]!.next
    const cases: [type: string, path: string, expected: string, command: string][] = [
      [
        'Lambda::Function',
        '/MemorySize',
        '512',
        'lambda update-function-configuration --function-name it --memory-size 512',
      ],
      [
        'Logs::LogGroup',
        '/RetentionInDays',
        '30',
        'logs put-retention-policy --log-group-name it --retention-in-days 30',
      ],
      ['RDS::DBProxy', '/RequireTLS', 'true', 'rds modify-db-proxy --db-proxy-name it --require-tls'],
      [
        'RDS::DBCluster',
        '/DeletionProtection',
        'false',
        'rds modify-db-cluster --db-cluster-identifier it --no-deletion-protection --apply-immediately',
      ],
      [
        'RDS::DBClusterParameterGroup',
        '/Parameters/long_query_time',
        '1',
        'rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name it --parameters ParameterName=long_query_time,ParameterValue=1,ApplyMethod=immediate',
      ],
      ['Events::Rule', '/State', 'ENABLED', 'events enable-rule --name it'],
    ]
    const after = 'Or write it into the template, and then: todo-dr deploy'
    for (const [type, path, expected, command] of cases)
      expect(next(`AWS::${type}`, path, expected, 'it')).to.equal(
        `change it back: aws ${command} --region ${AWAY}. ${after}`,
      )
    const [type, path] = ['AWS::Lambda::Function', '/MemorySize']
    const byHand = `change it back by hand. ${after}`
    expect(next(type, path, '512')).to.equal(byHand)
    expect(next(type, path, 'null', 'it')).to.equal(byHand)
    expect(next(type, path, '5; reboot', 'it')).to.equal(byHand)
    expect(next('AWS::RDS::DBCluster', '/ServerlessV2ScalingConfiguration/MinCapacity', '1', 'it')).to.equal(byHand)
  })

  it('drift: names what is gone, and shows no password', () => {
    const gone = (type: string): string =>
      judge(STACK, {logicalId: 'It', type, deleted: true, properties: []}, false)[0]!.class
    expect([gone('AWS::RDS::DBCluster'), gone('AWS::CloudWatch::Alarm')]).to.deep.equal([
      'destructive',
      'configuration',
    ])
    const path = '/Environment/Variables/TOKEN'
    const properties = [{path, expected: 'null', actual: 'battery staple'}]
    const [found] = judge(STACK, {logicalId: 'It', type: 'AWS::Lambda::Function', deleted: false, properties}, false)
    expect(found).to.deep.include({subject: `data/It (AWS::Lambda::Function)${path}`, expected: 'null'})
    expect(found!.actual).to.match(/^hash [\da-f]{16}$/)
  })

  it('drift: names a stack and a region that cannot be read, and goes on with the others', async () => {
    const doubts: unknown[] = []
    const denied = new DrError({code: 'AccessDenied', exit: 'failed', what: 'no', next: 'ask'})
    const input = {
      world: new SimulatedWorld().connect().world,
      observation: healthy(),
      stackDrifts: {
        async stacks(_app: string, region: string) {
          if (region === HOME) throw denied
          return [STACK, {region, name: 'api'}]
        },
        async detect({name}: StackName) {
          if (name === 'api') throw denied
          const properties = [{path: '/Port', expected: '1', actual: '2'}]
          return [{logicalId: 'It', type: 'AWS::RDS::DBCluster', deleted: false, properties}]
        },
      },
      doubt: ({region, subject}: {region: string; subject: string | null}) => void doubts.push([region, subject]),
      signal: new AbortController().signal,
    } as unknown as FindInput
    const found: Difference[] = []
    for await (const difference of template.find(input)) found.push(difference)
    expect(found.map(({subject}) => subject)).to.deep.equal(['data/It (AWS::RDS::DBCluster)/Port'])
    expect(doubts).to.deep.equal([
      [HOME, null],
      [AWAY, 'api'],
    ])
  })
})
