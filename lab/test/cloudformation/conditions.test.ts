import {expect} from 'chai'
import {checkRules, conditionsOf} from '../../src/cloudformation/conditions.js'
import type {Template} from '../../src/cloudformation/template.js'

const scope = {
  region: 'us-east-1',
  stackName: 's',
  stackId: 'id',
  parameters: {Stage: 'prod', Zones: ['a', 'b'], Count: '3'},
  mappings: {},
  resource: () => undefined,
  imported: () => '',
}

const template = (parts: object): Template => ({Resources: {}, ...parts})

describe('CloudFormation conditions', () => {
  const Conditions = {
    Prod: {'Fn::Equals': [{Ref: 'Stage'}, 'prod']},
    Home: {'Fn::Equals': [{Ref: 'AWS::Region'}, 'us-east-2']},
    Number: {'Fn::Equals': [{Ref: 'Count'}, 3]},
    And: {'Fn::And': [{Condition: 'Prod'}, {Condition: 'Number'}]},
    Or: {'Fn::Or': [{Condition: 'Home'}, {Condition: 'Prod'}]},
    Not: {'Fn::Not': [{Condition: 'Prod'}]},
    NotHome: {'Fn::Not': [{'Fn::Equals': [{Ref: 'AWS::Region'}, 'us-east-2']}]},
    Zone: {'Fn::Contains': [{Ref: 'Zones'}, 'b']},
    Odd: {'Fn::Join': ['', ['x']]},
    Circle: {'Fn::Not': [{Condition: 'Round'}]},
    Round: {Condition: 'Circle'},
  }
  const condition = conditionsOf(template({Conditions}), scope)

  for (const [name, truth] of Object.entries({
    Prod: true,
    Home: false,
    Number: true,
    And: true,
    Or: true,
    Not: false,
    NotHome: true,
    Zone: true,
  }))
    it(`${name} is ${truth}`, () => {
      expect(condition(name)).equal(truth)
    })

  it('refuses an unknown, a circular and a non-boolean one', () => {
    expect(() => condition('Nobody')).throw('Nobody')
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect(() => condition(name), name).throw('Unresolved condition')
    expect(() => condition('Circle')).throw('circular')
    expect(() => condition('Odd')).throw('is not a condition')
  })

  it('checks rules: the bootstrap version that CDK asserts', () => {
    const Rules = {
      CheckBootstrapVersion: {
        Assertions: [
          {
            Assert: {'Fn::Not': [{'Fn::Contains': [['1', '2', '3'], {Ref: 'Count'}]}]},
            AssertDescription: 'CDK bootstrap stack version 6 required.',
          },
        ],
      },
    }
    const check = (parameters: Record<string, string>) => () =>
      checkRules(template({Rules}), {...scope, parameters, condition: () => false})
    expect(check({Count: '3'})).throw('CDK bootstrap stack version 6 required.')
    expect(check({Count: '30'})).not.throw()
  })
})
