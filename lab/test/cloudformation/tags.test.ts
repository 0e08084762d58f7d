import {expect} from 'chai'
import {providerOf} from '../../src/aws/index.js'
import {withStackTags} from '../../src/cloudformation/tags.js'
import {parameter, smallLab} from './small-lab.js'

const TAGS = [
  {Key: 'owner', Value: 'me'},
  {Key: 'stage', Value: 'lab'},
]

const tagged = (type: string, properties: object) => withStackTags(providerOf(type)!.tags, properties, TAGS)

describe('tags of a stack', () => {
  it('are added to a list, where a tag of the resource’s own wins', () => {
    expect(tagged('AWS::S3::Bucket', {Tags: [{Key: 'stage', Value: 'own'}]})).deep.equal({
      Tags: [
        {Key: 'stage', Value: 'own'},
        {Key: 'owner', Value: 'me'},
      ],
    })
  })

  it('are added to a map, in the property that the type has for it', () => {
    expect(tagged('AWS::Cognito::UserPool', {UserPoolTags: {stage: 'own'}})).deep.equal({
      UserPoolTags: {owner: 'me', stage: 'own'},
    })
    expect(tagged('AWS::SSM::Parameter', {})).deep.equal({Tags: {owner: 'me', stage: 'lab'}})
  })

  it('leave types without tags alone', () => {
    expect(tagged('AWS::S3::BucketPolicy', {Bucket: 'b'})).deep.equal({Bucket: 'b'})
  })

  it('reach the resources of a stack', async () => {
    const {deploy, cfn, lab} = smallLab()
    await deploy('app', {Resources: {P: parameter('1', {}), B: {Type: 'AWS::S3::Bucket'}}}, {Tags: TAGS})
    const {StackResources} = await cfn('DescribeStackResources', {StackName: 'app'})
    const id = (name: string): string =>
      StackResources.find((one: {LogicalResourceId: string}) => one.LogicalResourceId === name).PhysicalResourceId
    const {TagList} = await lab.call(
      'ssm',
      'ListTagsForResource',
      {ResourceType: 'Parameter', ResourceId: id('P')},
      'us-east-1',
    )
    expect(TagList).deep.equal(TAGS)
    expect((await lab.call('s3', 'GetBucketTagging', {Bucket: id('B')}, 'us-east-1')).TagSet).deep.equal(TAGS)
  })
})
