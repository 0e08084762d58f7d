/* eslint-disable no-template-curly-in-string -- placeholders of CloudFormation */
import {expect} from 'chai'
import {intrinsicOf, resolve, type Scope} from '../../src/cloudformation/intrinsics.js'

const scope: Scope = {
  region: 'us-east-1',
  stackName: 'app',
  stackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/app/1',
  parameters: {Name: 'todo', Zones: ['a', 'b']},
  mappings: {Sizes: {small: {cpu: 256}}},
  condition: (name) => name === 'Yes',
  imported: (name) => `imported ${name}`,
  resource: (logicalId) =>
    logicalId === 'Bucket'
      ? {
          physicalId: 'b-1',
          attributes: {Arn: 'arn:b-1', 'Endpoint.Address': 'host', Data: {Inner: {Deep: 'deep'}}, '/a/b.c': 'slashes'},
        }
      : undefined,
}

const of = (value: unknown): unknown => resolve(value, scope)

describe('CloudFormation intrinsics', () => {
  it('Ref gives parameters, physical ids and pseudo parameters', () => {
    expect(of({Ref: 'Name'})).equal('todo')
    expect(of({Ref: 'Zones'})).deep.equal(['a', 'b'])
    expect(of({Ref: 'Bucket'})).equal('b-1')
    expect(of({Ref: 'AWS::Region'})).equal('us-east-1')
    expect(of({Ref: 'AWS::AccountId'})).equal('000000000000')
    expect(of({Ref: 'AWS::StackName'})).equal('app')
    expect(of({Ref: 'AWS::URLSuffix'})).equal('amazonaws.com')
    expect(of({Ref: 'AWS::Partition'})).equal('aws')
    expect(of({Ref: 'AWS::NotificationARNs'})).deep.equal([])
    expect(() => of({Ref: 'Nobody'})).throw('Nobody')
  })

  it('AWS::NoValue takes a property or an item away', () => {
    const none = {Ref: 'AWS::NoValue'}
    expect(of({a: none, b: 1})).deep.equal({b: 1})
    expect(of([1, none, 2])).deep.equal([1, 2])
    expect(of({a: {'Fn::If': ['No', 'x', none]}})).deep.equal({})
    expect(of(none)).equal(undefined)
  })

  it('Fn::GetAtt reads flat, nested and slashed names, and refuses an unknown one by name', () => {
    expect(of({'Fn::GetAtt': ['Bucket', 'Arn']})).equal('arn:b-1')
    expect(of({'Fn::GetAtt': 'Bucket.Endpoint.Address'})).equal('host')
    expect(of({'Fn::GetAtt': ['Bucket', 'Data.Inner.Deep']})).equal('deep')
    expect(of({'Fn::GetAtt': ['Bucket', '/a/b.c']})).equal('slashes')
    expect(() => of({'Fn::GetAtt': ['Bucket', 'Size']})).throw('Bucket does not have an attribute Size')
    expect(() => of({'Fn::GetAtt': ['Nobody', 'Arn']})).throw('Nobody')
    expect(() => of({'Fn::GetAtt': ['Bucket', 'toString']})).throw('toString')
  })

  it('Fn::Sub fills names, attributes, variables and literals', () => {
    expect(of({'Fn::Sub': '${Name}-${Bucket.Arn}-${AWS::Region}'})).equal('todo-arn:b-1-us-east-1')
    expect(of({'Fn::Sub': ['${A}${!Name}', {A: {Ref: 'Name'}}]})).equal('todo${Name}')
    expect(() => of({'Fn::Sub': '${Nobody}'})).throw('Nobody')
    expect(() => of({'Fn::Sub': '${Zones}'})).throw('Fn::Sub expects strings')
  })

  it('Fn::Join, Fn::Select, Fn::Split', () => {
    expect(of({'Fn::Join': ['-', ['a', {Ref: 'Name'}, 3]]})).equal('a-todo-3')
    expect(of({'Fn::Join': [',', {Ref: 'Zones'}]})).equal('a,b')
    expect(of({'Fn::Select': ['1', {'Fn::Split': [':', 'x:y:z']}]})).equal('y')
    expect(() => of({'Fn::Select': [9, ['a']]})).throw('index 9')
    expect(() => of({'Fn::Join': ['-', 'text']})).throw('expects a list')
    expect(() => of({'Fn::Join': ['-']})).throw('expects 2 arguments')
  })

  it('Fn::GetAZs gives the zones of a region, the own one by default', () => {
    expect(of({'Fn::GetAZs': 'us-east-2'})).deep.equal(['us-east-2a', 'us-east-2b', 'us-east-2c'])
    expect(of({'Fn::Select': [0, {'Fn::GetAZs': ''}]})).equal('us-east-1a')
    expect(of({'Fn::GetAZs': {Ref: 'AWS::Region'}})).length(6)
  })

  it('Fn::If takes the branch of the condition', () => {
    expect(of({'Fn::If': ['Yes', 1, 2]})).equal(1)
    expect(of({'Fn::If': ['No', {Ref: 'Nobody'}, 2]})).equal(2)
  })

  it('Fn::FindInMap, Fn::ImportValue, Fn::Base64', () => {
    expect(of({'Fn::FindInMap': ['Sizes', 'small', 'cpu']})).equal(256)
    expect(() => of({'Fn::FindInMap': ['Sizes', 'huge', 'cpu']})).throw('Sizes::huge::cpu')
    expect(of({'Fn::ImportValue': {'Fn::Sub': '${Name}-out'}})).equal('imported todo-out')
    expect(of({'Fn::Base64': 'hällo'})).equal(Buffer.from('hällo').toString('base64'))
  })

  it('Fn::Cidr splits IPv4 and IPv6 blocks', () => {
    expect(of({'Fn::Cidr': ['10.20.0.0/16', 3, 8]})).deep.equal(['10.20.0.0/24', '10.20.1.0/24', '10.20.2.0/24'])
    expect(of({'Fn::Cidr': ['2001:db8::/56', 2, 64]})).deep.equal([
      '2001:db8::/64',
      '2001:db8:0:1:0:0:0:0/64'.replace(':0:0:0:0', '::'),
    ])
    expect(() => of({'Fn::Cidr': ['10.0.0.0/24', 3, 8]})).throw('cannot split')
    expect(() => of({'Fn::Cidr': ['10.0.0.300/24', 1, 4]})).throw('CIDR block')
  })

  it('refuses macros and unknown functions loudly', () => {
    expect(() => of({'Fn::Transform': {Name: 'AWS::Include'}})).throw('Fn::Transform is not supported')
    expect(() => of({'Fn::Frobnicate': []})).throw('Fn::Frobnicate')
  })

  it('leaves plain data alone, a Condition block of a policy included', () => {
    const policy = {Effect: 'Deny', Condition: {Bool: {'aws:SecureTransport': 'false'}}}
    expect(of(policy)).deep.equal(policy)
    expect(of({Condition: 'text'})).deep.equal({Condition: 'text'})
    expect(intrinsicOf({Ref: 'a', Other: 1})).equal(undefined)
  })

  it('field report 13: what every object has is no parameter, mapping, attribute, resource or function of a template', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const refused = [
        {Ref: name},
        {'Fn::GetAtt': ['Bucket', name]},
        {'Fn::GetAtt': ['Bucket', `${name}.name`]},
        {'Fn::GetAtt': ['Bucket', `__proto__.${name}`]},
        {'Fn::GetAtt': [name, 'Arn']},
        {'Fn::FindInMap': [name, 'name', 'length']},
        {'Fn::FindInMap': ['Sizes', name, 'name']},
        {'Fn::FindInMap': ['Sizes', 'small', name]},
        {'Fn::Sub': `\${${name}}`},
        {'Fn::Sub': `\${Bucket.${name}}`},
        {[`Fn::${name}`]: []},
      ]
      for (const value of refused) expect(() => of(value), JSON.stringify(value)).to.throw(/Template error/)
      expect(of({'Fn::Sub': [`\${${name}}`, JSON.parse(`{"${name}": "own"}`)]})).to.equal('own')
      const parameters = JSON.parse(`{"${name}": "given"}`) as Scope['parameters']
      expect(resolve({'Fn::Sub': `\${${name}}`}, {...scope, parameters})).to.equal('given')
      expect(of(JSON.parse(`{"${name}": {"Ref": "Name"}}`))).to.deep.equal(JSON.parse(`{"${name}": "todo"}`))
    }
  })
})
