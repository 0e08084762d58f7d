/* eslint-disable no-template-curly-in-string -- placeholders of CloudFormation */
import {expect} from 'chai'

import {failure, parameter, smallLab, type SmallLab} from './small-lab.js'

const text = (template: object): string => JSON.stringify(template)

describe('what CloudFormation refuses of a template before it makes anything', () => {
  let lab: SmallLab

  beforeEach(() => {
    lab = smallLab()
  })

  const Resources = {P: parameter('x')}
  const value = (Value: unknown) => ({Resources: {P: parameter('x'), Q: parameter(Value)}})
  const REFUSED: [string, object, RegExp][] = [
    [
      'an unknown format',
      {AWSTemplateFormatVersion: '2011-01-01', Resources},
      /unsupported value for AWSTemplateFormatVersion/,
    ],
    ['a description that is no text', {Description: {a: 1}, Resources}, /Description must be a string/],
    ['an output with a dash', {Resources, Outputs: {'a-b': {Value: 'x'}}}, /Output name a-b is non alphanumeric/],
    [
      'a parameter with a dash',
      {Resources, Parameters: {'a-b': {Type: 'String', Default: ''}}},
      /Parameter name a-b is non/,
    ],
    [
      'a snapshot of what has none',
      {Resources: {P: parameter('x', {DeletionPolicy: 'Snapshot'})}},
      /^Template error: resource type AWS::SSM::Parameter does not support deletion policy Snapshot$/,
    ],
    [
      'a policy of another attribute',
      {Resources: {P: parameter('x', {UpdateReplacePolicy: 'RetainExceptOnCreate'})}},
      /Unrecognized UpdateReplacePolicy/,
    ],
    [
      'a condition that nobody defines',
      {Resources: {P: parameter('x', {Condition: 'Never'})}},
      /Unresolved condition dependency Never/,
    ],
    [
      'such a condition in a branch that is not taken',
      {
        Conditions: {No: {'Fn::Equals': ['a', 'b']}},
        Resources: {P: parameter({'Fn::If': ['No', {'Fn::If': ['Never', 'a', 'b']}, 'c']})},
      },
      /Unresolved condition dependency Never/,
    ],
    [
      'a condition about a resource, though nobody uses it',
      {Conditions: {Unused: {'Fn::Equals': [{Ref: 'P'}, 'x']}}, Resources},
      /Unresolved dependencies \[P\]. Cannot reference resources in the Conditions block/,
    ],
    [
      'an attribute that a type does not have',
      value({'Fn::GetAtt': ['P', 'Arn']}),
      /^Template error: resource P does not support attribute type Arn in Fn::GetAtt$/,
    ],
    ['such an attribute in a text', value({'Fn::Sub': '${P.Arn}'}), /does not support attribute type Arn/],
    [
      'such an attribute in an output',
      {Resources, Outputs: {O: {Value: {'Fn::GetAtt': 'P.Arn'}}}},
      /does not support attribute type Arn/,
    ],
    [
      'a mapping that is not there',
      {Mappings: {M: {'us-east-2': {k: 'v'}}}, ...value({'Fn::FindInMap': ['M', {Ref: 'AWS::Region'}, 'k']})},
      /^Template error: Unable to get mapping for M::us-east-1::k$/,
    ],
  ]
  for (const [what, template, message] of REFUSED)
    it(`aws 17: ${what}`, async () => {
      const error = await failure(lab.cfn('CreateStack', {StackName: 's', TemplateBody: text(template)}))
      expect(error).include({code: 'ValidationError', status: 400})
      expect(error.message).match(message)
      expect(
        lab.calls.map(({operation}) => operation),
        'nothing was made',
      ).deep.equal(['CreateStack'])
    })

  it('aws 17: a resource may have a Version', async () => {
    const {StackStatus} = await lab.deploy('s', {Resources: {P: parameter('x', {Version: '1.0'})}})
    expect(StackStatus).equal('CREATE_COMPLETE')
  })

  it('aws 17: an empty distribution is refused in CloudFormation’s words', async () => {
    await lab.deploy('s', {
      Resources: {D: {Type: 'AWS::CloudFront::Distribution', Properties: {DistributionConfig: {}}}},
    })
    const {StackEvents} = await lab.cfn('DescribeStackEvents', {StackName: 's'})
    const failed = StackEvents.find((one: {ResourceStatus: string}) => one.ResourceStatus === 'CREATE_FAILED')
    expect(failed.ResourceStatusReason).equal(
      [
        'Properties validation failed for resource D with message:',
        '#/DistributionConfig: required key [Enabled] not found',
        '#/DistributionConfig: required key [DefaultCacheBehavior] not found',
      ].join('\n'),
    )
  })
})
