/* eslint-disable no-template-curly-in-string -- placeholders of CloudFormation */
import {expect} from 'chai'
import {readTemplate} from '../../src/cloudformation/template.js'

const YAML = `
AWSTemplateFormatVersion: 2010-09-09
Conditions:
  Big: !Equals [!Ref Size, big]
  Both: !And
    - Condition: Big
    - !Not [!Condition Big]
Parameters:
  Size: {Type: String, Default: small}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Condition: Big
    Properties:
      BucketName: !Sub '\${AWS::StackName}-\${Size}'
      Tags:
        - {Key: a, Value: !If [Big, !GetAtt Other.Endpoint.Address, !Ref AWS::NoValue]}
        - Key: b
          Value: !Join ['', [!Select [0, !GetAZs ''], !ImportValue x]]
        - Key: c
          Value: !GetAtt [Other, Arn]
        - Key: d
          Value: !FindInMap [M, !Ref 'AWS::Region', k]
        - Key: e
          Value: !Sub
            - \${x}
            - {x: !Ref Size}
        - Key: f
          Value: &anchor 012
        - Key: g
          Value: *anchor
`

const resources = (text: string) => `{"Resources": ${text}}`

describe('CloudFormation template reader', () => {
  it('reads the short forms of YAML as the long ones', () => {
    const template = readTemplate(YAML)
    expect(template.AWSTemplateFormatVersion).equal('2010-09-09')
    expect(template.Conditions).deep.equal({
      Big: {'Fn::Equals': [{Ref: 'Size'}, 'big']},
      Both: {'Fn::And': [{Condition: 'Big'}, {'Fn::Not': [{Condition: 'Big'}]}]},
    })
    expect(template.Resources.Bucket!.Properties).deep.equal({
      BucketName: {'Fn::Sub': '${AWS::StackName}-${Size}'},
      Tags: [
        {Key: 'a', Value: {'Fn::If': ['Big', {'Fn::GetAtt': ['Other', 'Endpoint.Address']}, {Ref: 'AWS::NoValue'}]}},
        {Key: 'b', Value: {'Fn::Join': ['', [{'Fn::Select': [0, {'Fn::GetAZs': ''}]}, {'Fn::ImportValue': 'x'}]]}},
        {Key: 'c', Value: {'Fn::GetAtt': ['Other', 'Arn']}},
        {Key: 'd', Value: {'Fn::FindInMap': ['M', {Ref: 'AWS::Region'}, 'k']}},
        {Key: 'e', Value: {'Fn::Sub': ['${x}', {x: {Ref: 'Size'}}]}},
        {Key: 'f', Value: 12},
        {Key: 'g', Value: 12},
      ],
    })
  })

  it('reads JSON', () => {
    expect(readTemplate(resources('{"A": {"Type": "AWS::S3::Bucket"}}')).Resources).deep.equal({
      A: {Type: 'AWS::S3::Bucket'},
    })
  })

  const REFUSED: [string, string, string][] = [
    ['broken JSON', '{"Resources": ', 'JSON not well-formed'],
    ['broken YAML', 'Resources: [', 'YAML not well-formed'],
    ['a key twice', 'Resources:\n  A: {Type: X}\n  A: {Type: X}', 'YAML not well-formed'],
    ['an unknown tag', 'Resources:\n  A: {Type: !Frobnicate x}', 'YAML not well-formed'],
    ['no resources', '{"Resources": {}}', 'At least one Resources member must be defined'],
    ['a scalar', 'hello', 'unsupported structure'],
    ['an unknown section', '{"Resource": {}}', 'Invalid template property or properties [Resource]'],
    [
      'a macro',
      '{"Transform": "AWS::Serverless-2016-10-31", "Resources": {"A": {"Type": "X"}}}',
      'does not run macros',
    ],
    ['a resource without a type', resources('{"A": {}}'), 'must contain a Type member'],
    ['an unknown resource member', resources('{"A": {"Type": "X", "Props": {}}}'), "'Props'"],
    ['an odd logical id', resources('{"A-B": {"Type": "X"}}'), 'non alphanumeric'],
    [
      'an unknown deletion policy',
      resources('{"A": {"Type": "X", "DeletionPolicy": "Keep"}}'),
      'Unrecognized DeletionPolicy "Keep"',
    ],
    ['a creation policy', resources('{"A": {"Type": "X", "CreationPolicy": {}}}'), 'CreationPolicy'],
    ['a null', resources('{"A": {"Type": "X", "Properties": {"B": null}}}'), '/Resources/A/Properties/B'],
    ['an output without a value', '{"Resources": {"A": {"Type": "X"}}, "Outputs": {"O": {}}}', '/Outputs/O'],
    ['a parameter without a type', '{"Resources": {"A": {"Type": "X"}}, "Parameters": {"P": {}}}', '/Parameters/P'],
  ]
  for (const [what, text, message] of REFUSED)
    it(`refuses ${what}`, () => {
      expect(() => readTemplate(text))
        .throw(message)
        .with.property('code', 'ValidationError')
    })

  describe('field report 13: what no honest template holds', () => {
    const bomb = ['a: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level < 12; level++)
      bomb.push(`a${level}: &a${level} [${Array.from({length: 10}, () => `*a${level - 1}`).join(', ')}]`)
    const hostile: Record<string, string> = {
      'aliases of aliases': bomb.join('\n'),
      'an alias of itself': 'Resources: &all\n  A: *all\n',
      'lists in lists, as JSON': `{"Resources": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      'lists in lists, as YAML': `Resources: ${'['.repeat(5000)}${']'.repeat(5000)}`,
    }
    for (const [what, text] of Object.entries(hostile)) {
      it(`${what} are refused, soon`, () => {
        const began = performance.now()
        expect(() => readTemplate(text)).to.throw(/Template format error|Invalid template/)
        expect(performance.now() - began, 'milliseconds').to.be.below(10_000)
      })
    }

    for (const name of ['__proto__', 'constructor', 'toString']) {
      it(`${name} is a name like any other in JSON and in YAML`, () => {
        const type = 'AWS::S3::Bucket'
        const asYaml = `Resources:\n  A:\n    Type: ${type}\n    Properties: {${name}: {x: 1}}\n`
        const asJson = resources(`{"A": {"Type": "${type}", "Properties": {"${name}": {"x": 1}}}}`)
        for (const text of [asYaml, asJson]) {
          const {Properties = {}} = readTemplate(text).Resources.A!
          expect(Object.entries(Properties)).to.deep.equal([[name, {x: 1}]])
          expect(Object.getPrototypeOf(Properties)).to.equal(Object.prototype)
        }
        expect(Object.keys(Object.prototype)).to.deep.equal([])
      })
    }
  })
})
