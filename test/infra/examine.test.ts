import {expect} from 'chai'
import {Stack, Validations, type App} from 'aws-cdk-lib'
import {CfnTopic} from 'aws-cdk-lib/aws-sns'
import {CfnBucket} from 'aws-cdk-lib/aws-s3'
import {acknowledgedPage} from '../../infra-template/check/page.js'
import {examine} from '../../infra-template/check/examine.js'
import {acknowledge} from '../../infra-template/lib/acknowledge.js'

const env = {account: '000000000000', region: 'us-east-1'}
const rules = (findings: {rule: string}[]): string[] => findings.map(({rule}) => rule)

/** The examination itself: what it must see in an app that is not the template. The template's own is `npm run check:template`. */
describe('the examination of a template', function () {
  this.timeout(60_000)

  it('finds a planted bucket without encryption, and a topic without a key', () => {
    const {unsuppressed, errors, resources} = examine((app) => {
      const stack = new Stack(app, 'Planted', {env})
      new CfnBucket(stack, 'Bucket')
      new CfnTopic(stack, 'Topic')
    })
    expect(rules(unsuppressed)).to.include.members(['House-ENC1', 'AwsSolutions-S1', 'AwsSolutions-S10'])
    expect(unsuppressed.filter(({rule}) => rule === 'House-ENC1').map(({path}) => path)).to.have.members([
      'Planted/Bucket',
      'Planted/Topic',
    ])
    expect(errors).to.deep.equal([])
    expect(resources).to.deep.equal(['Planted/Bucket', 'Planted/Topic'])
  })

  it('counts as an error what CloudFormation would refuse', () => {
    const {errors} = examine((app) => {
      const stack = new Stack(app, 'Broken', {env})
      const topic = new CfnTopic(stack, 'Topic')
      topic.addPropertyOverride('NoSuchProperty', 'x')
    })
    expect(errors).to.have.length(1)
    expect(errors[0]!.path).to.equal('Broken/Topic')
  })

  it('tells what is acknowledged, with the reason, from what nothing needs', () => {
    const build = (app: App): void => {
      const bucket = new CfnBucket(new Stack(app, 'Planted', {env}), 'Bucket')
      acknowledge(bucket, 'S1', 'nobody | reads it')
      acknowledge(bucket, 'RDS14', 'not a database')
      Validations.of(bucket).acknowledge({id: 'House-ENC1', reason: 'empty'})
    }

    const {unsuppressed, suppressed, idle} = examine(build)
    expect(rules(unsuppressed)).not.to.include.members(['AwsSolutions-S1'])
    expect(suppressed.map(({rule, path, reason}) => [rule, path, reason])).to.have.deep.members([
      ['AwsSolutions-S1', 'Planted/Bucket', 'nobody | reads it'],
      ['House-ENC1', 'Planted/Bucket', 'empty'],
    ])
    expect(idle).to.deep.equal(['Planted/Bucket AwsSolutions-RDS14'])
    expect(acknowledgedPage(suppressed)).to.include(String.raw`nobody \| reads it`)
  })

  it('sees each form of a stack that several apps have, and an acknowledgement that one of them needs', () => {
    const planted =
      (encrypted: boolean) =>
      (app: App): void => {
        const topic = new CfnTopic(new Stack(app, 'Planted', {env}), 'Topic', {
          ...(encrypted && {kmsMasterKeyId: 'alias/aws/sns'}),
        })
        Validations.of(topic).acknowledge({id: 'House-ENC1', reason: 'empty'})
        const other = new CfnTopic(new Stack(app, 'Other', {env}), 'Topic')
        if (!encrypted) other.addPropertyOverride('NoSuchProperty', 'x')
      }

    const {unsuppressed, suppressed, errors, idle, resources} = examine(planted(true), planted(false), planted(true))
    const enc1 = unsuppressed.filter(({rule}) => rule === 'House-ENC1')
    expect(enc1.map(({path}) => path)).to.deep.equal(['Other/Topic'])
    expect(suppressed.map(({path}) => path)).to.deep.equal(['Planted/Topic'])
    expect(errors.map(({path}) => path)).to.deep.equal(['Other/Topic'])
    expect(idle).to.deep.equal([])
    expect(resources).to.deep.equal(['Planted/Topic', 'Other/Topic'])
  })
})
