import {expect} from 'chai'

import {CloudFrontClient, CreateOriginAccessControlCommand} from '@aws-sdk/client-cloudfront'

import {providerOf} from '../../../src/aws/index.js'
import {keyValueStoresOf} from '../../../src/data-plane/edge/key-value-store.js'
import {S3Service} from '../../../src/aws/s3/service.js'
import {CloudFrontService} from '../../../src/aws/cloudfront/service.js'
import {KeyValueStoreService} from '../../../src/aws/cloudfront-keyvaluestore/service.js'
import {
  createEdge,
  distributionConfig,
  fresh,
  publishFunction,
  startOrigin,
  type Origin,
} from '../../support/edge-bench.js'
import {AWAY, HOME, eventually, http, refusal, startTestLab, type TestLab} from '../../support/lab-data-plane.js'
import {keysOf} from '../../wire/support.js'

describe('cloudfront', () => {
  let test: TestLab
  let home: Origin
  let away: Origin
  const call = (operation: string, input: object) => test.lab.call('cloudfront', operation, input, HOME)
  const keys = (operation: string, input: object) => test.lab.call('cloudfront-keyvaluestore', operation, input, HOME)
  const config = (behavior?: object, more?: object) => distributionConfig(home, away, behavior, more)

  before(async () => {
    test = await startTestLab([S3Service, CloudFrontService, KeyValueStoreService])
  })

  beforeEach(async () => {
    ;[home, away] = await Promise.all([startOrigin(test.lab, HOME), startOrigin(test.lab, AWAY)])
  })

  after(() => test.stop())

  describe('the control plane', () => {
    it('updates only with the current ETag, and deletes only what is disabled', async () => {
      const edge = await createEdge(test.lab, config())
      const {DistributionConfig, ETag} = await call('GetDistributionConfig', {Id: edge.id})
      const update = {Id: edge.id, DistributionConfig: {...DistributionConfig, Enabled: false}}
      expect(await refusal(call('UpdateDistribution', update))).include({name: 'InvalidIfMatchVersion', status: 400})
      expect(await refusal(call('UpdateDistribution', {...update, IfMatch: 'EOLD'}))).include({
        name: 'PreconditionFailed',
        status: 412,
      })
      expect((await refusal(call('DeleteDistribution', {Id: edge.id, IfMatch: ETag}))).name).equal(
        'DistributionNotDisabled',
      )
      const updated = await call('UpdateDistribution', {...update, IfMatch: ETag})
      expect(updated.ETag).not.equal(ETag)
      expect((await http(edge.url)).status).equal(403)
      await call('DeleteDistribution', {Id: edge.id, IfMatch: updated.ETag})
      expect((await refusal(call('GetDistribution', {Id: edge.id}))).name).equal('NoSuchDistribution')
      expect(test.lab.hosts.resolve(edge.domain)).equal(undefined)
    })

    it('serves the old configuration until the new one has spread', async () => {
      const paced = await startTestLab([CloudFrontService, KeyValueStoreService], {
        distributionMs: 300,
        keyValueStoreMs: 300,
      })
      const {lab} = paced
      try {
        home = await startOrigin(lab, HOME)
        away = await startOrigin(lab, AWAY)
        const edge = await createEdge(lab, config())
        expect((await http(edge.url)).status).equal(503)
        const describeIt = () => lab.call('cloudfront', 'GetDistribution', {Id: edge.id}, HOME)
        await eventually('it is deployed', async () => (await describeIt()).Distribution.Status === 'Deployed')
        expect((await http(edge.url)).text).equal(HOME)
        const {DistributionConfig, ETag} = await lab.call('cloudfront', 'GetDistributionConfig', {Id: edge.id}, HOME)
        DistributionConfig.DefaultCacheBehavior = {...DistributionConfig.DefaultCacheBehavior, TargetOriginId: AWAY}
        const {Distribution} = await lab.call(
          'cloudfront',
          'UpdateDistribution',
          {Id: edge.id, IfMatch: ETag, DistributionConfig},
          HOME,
        )
        expect(Distribution.Status).equal('InProgress')
        expect((await http(edge.url)).text).equal(HOME)
        await eventually('it is deployed', async () => (await describeIt()).Distribution.Status === 'Deployed')
        expect((await http(edge.url)).text).equal(AWAY)

        const {KeyValueStore} = await lab.call('cloudfront', 'CreateKeyValueStore', {Name: 'slow'}, HOME)
        const {ETag: tag} = await lab.call(
          'cloudfront-keyvaluestore',
          'DescribeKeyValueStore',
          {KvsARN: KeyValueStore.ARN},
          HOME,
        )
        const store = keyValueStoresOf(lab).get(KeyValueStore.ARN)!
        await lab.call(
          'cloudfront-keyvaluestore',
          'PutKey',
          {KvsARN: KeyValueStore.ARN, Key: 'k', Value: 'v', IfMatch: tag},
          HOME,
        )
        expect([store.items.get('k'), store.atEdge().items.get('k')]).deep.equal(['v', undefined])
        await eventually('the edge sees it', () => store.atEdge().items.get('k') === 'v')
      } finally {
        await paced.stop()
      }
    })

    it('aws 22: lists invalidations, takes none twice and not too many, and knows which paths there are', async () => {
      const slow = await startTestLab([CloudFrontService, KeyValueStoreService], {distributionMs: 60_000})
      try {
        const [one, two] = await Promise.all([startOrigin(slow.lab, HOME), startOrigin(slow.lab, AWAY)])
        const edge = await createEdge(slow.lab, distributionConfig(one, two))
        const ask = (operation: string, input: object) =>
          slow.lab.call('cloudfront', operation, {DistributionId: edge.id, ...input}, HOME)
        const create = (CallerReference: string, Items: string[], Quantity = Items.length) =>
          ask('CreateInvalidation', {InvalidationBatch: {CallerReference, Paths: {Quantity, Items}}})
        const {Invalidation, Location} = await create('a', ['/v1', '/images/*'])
        expect(Location).match(new RegExp(`/distribution/${edge.id}/invalidation/${Invalidation.Id}$`))
        expect((await create('a', ['/v1', '/images/*'])).Invalidation.Id).equal(Invalidation.Id)
        expect(await refusal(create('a', ['/v2']))).include({name: 'InvalidationBatchAlreadyExists', status: 400})
        expect(await refusal(create('b', ['/v1'], 2))).include({name: 'InconsistentQuantities', status: 400})
        for (const path of ['v1', '/a*b', ''])
          expect(await refusal(create('b', [path])), path).include({name: 'InvalidArgument', status: 400})
        const many = Array.from({length: 15}, (_, index) => `/${index}/*`)
        expect(await refusal(create('b', many))).include({name: 'TooManyInvalidationsInProgress', status: 400})
        const paths = Array.from({length: 3001}, (_, index) => `/${index}`)
        expect(await refusal(create('b', paths))).include({name: 'BatchTooLarge', status: 413})
        await create('b', ['/v2'])
        const {InvalidationList} = await ask('ListInvalidations', {MaxItems: 1})
        expect(InvalidationList).include({Quantity: 1, IsTruncated: true})
        const rest = await ask('ListInvalidations', {Marker: InvalidationList.NextMarker})
        expect(rest.InvalidationList.Items[0]).include({Id: Invalidation.Id, Status: 'InProgress'})
        const {Distribution} = await slow.lab.call('cloudfront', 'GetDistribution', {Id: edge.id}, HOME)
        expect(Distribution.InProgressInvalidationBatches).equal(2)
        expect(await refusal(ask('GetInvalidation', {Id: 'I0'}))).include({name: 'NoSuchInvalidation', status: 404})
        expect(await refusal(ask('ListInvalidations', {DistributionId: 'E0'}))).include({name: 'NoSuchDistribution'})
      } finally {
        await slow.stop()
      }
    })

    it('aws 22: keeps origin access controls, by API and by template, and distributions name only what there is', async () => {
      const client = new CloudFrontClient({
        region: HOME,
        endpoint: test.lab.endpoint,
        credentials: keysOf(test.lab),
        maxAttempts: 1,
      })
      const OriginAccessControlConfig = {
        Name: 'site',
        SigningProtocol: 'sigv4',
        SigningBehavior: 'always',
        OriginAccessControlOriginType: 's3',
      } as const
      const made = await client.send(new CreateOriginAccessControlCommand({OriginAccessControlConfig}))
      client.destroy()
      const {Id} = made.OriginAccessControl!
      expect(await refusal(call('CreateOriginAccessControl', {OriginAccessControlConfig}))).include({
        name: 'OriginAccessControlAlreadyExists',
        status: 409,
      })
      const update = {Id, OriginAccessControlConfig: {...OriginAccessControlConfig, SigningBehavior: 'never'}}
      expect(await refusal(call('UpdateOriginAccessControl', update))).include({name: 'InvalidIfMatchVersion'})
      const {ETag} = await call('UpdateOriginAccessControl', {...update, IfMatch: made.ETag})
      expect(await refusal(call('DeleteOriginAccessControl', {Id, IfMatch: made.ETag}))).include({
        name: 'PreconditionFailed',
        status: 412,
      })
      const {OriginAccessControlList} = await call('ListOriginAccessControls', {})
      expect(OriginAccessControlList.Items).deep.equal([{Description: '', ...update.OriginAccessControlConfig, Id}])

      const used = (control: string | undefined) => {
        const given = config()
        const [origin, ...others] = given.Origins!.Items!
        const Items = [{...origin!, OriginAccessControlId: control}, ...others]
        return refusal(createEdge(test.lab, {...given, Origins: {...given.Origins!, Items}}))
      }
      expect(await used('E0')).include({name: 'InvalidOriginAccessControl', status: 400})
      expect(await used(Id)).include({name: 'NotImplemented', status: 501})
      await call('DeleteOriginAccessControl', {Id, IfMatch: ETag})
      expect(await refusal(call('GetOriginAccessControlConfig', {Id}))).include({
        name: 'NoSuchOriginAccessControl',
        status: 404,
      })

      const provider = providerOf('AWS::CloudFront::OriginAccessControl')!
      const context = {lab: test.lab, region: HOME, stackName: 's', stackId: 's', logicalId: 'C', allocated() {}}
      const {physicalId, attributes} = await provider.create({OriginAccessControlConfig}, context)
      expect(attributes).deep.equal({Id: physicalId})
      await provider.update!(physicalId, update, {OriginAccessControlConfig}, context)
      expect(await provider.read!(physicalId, {}, context)).deep.equal({
        OriginAccessControlConfig: update.OriginAccessControlConfig,
      })
      for (let times = 0; times < 2; times++) await provider.delete(physicalId, {}, context, {snapshot: false})
      expect((await call('ListOriginAccessControls', {})).OriginAccessControlList.Quantity).equal(0)
    })

    it('refuses by name what the edge here would do otherwise', async () => {
      const cases: object[] = [
        config({CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6'}),
        config({CachePolicyId: undefined, ForwardedValues: {}}),
        config({OriginRequestPolicyId: '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf'}),
        config({LambdaFunctionAssociations: {Quantity: 1, Items: []}}),
        config(
          {},
          {CustomErrorResponses: {Quantity: 1, Items: [{ErrorCode: 404, ResponseCode: '200', ResponsePagePath: '/'}]}},
        ),
      ]
      for (const one of cases)
        expect(await refusal(createEdge(test.lab, one))).include({name: 'NotImplemented', status: 501})
      expect((await refusal(createEdge(test.lab, config({TargetOriginId: 'none'})))).name).equal('NoSuchOrigin')
      const same = config()
      await createEdge(test.lab, same)
      expect((await refusal(createEdge(test.lab, same))).name).equal('DistributionAlreadyExists')
    })

    it('lists distributions, and tags them', async () => {
      const edge = await createEdge(test.lab, config())
      await call('TagResource', {Resource: edge.arn, Tags: {Items: [{Key: 'app', Value: 'x'}]}})
      expect(await call('ListTagsForResource', {Resource: edge.arn})).deep.equal({
        Tags: {Items: [{Key: 'app', Value: 'x'}]},
      })
      const {DistributionList} = await call('ListDistributions', {})
      expect(DistributionList.Items.map(({Id}: {Id: string}) => Id)).include(edge.id)
      const first = await call('ListDistributions', {MaxItems: 1})
      expect(first.DistributionList).include({IsTruncated: true, Quantity: 1})
      const second = await call('ListDistributions', {MaxItems: 1, Marker: first.DistributionList.NextMarker})
      expect(second.DistributionList.Items[0].Id).not.equal(first.DistributionList.Items[0].Id)
    })
  })

  describe('a KeyValueStore', () => {
    it('is filled from S3, and keeps two ETags apart', async () => {
      await test.lab.call('s3', 'CreateBucket', {Bucket: 'assets'}, HOME)
      const Body = Buffer.from(JSON.stringify({data: [{key: 'serving', value: HOME}]}))
      await test.lab.call('s3', 'PutObject', {Bucket: 'assets', Key: 'kvs.json', Body}, HOME)
      const Name = fresh('imported')
      const {KeyValueStore, ETag} = await call('CreateKeyValueStore', {
        Name,
        ImportSource: {SourceType: 'S3', SourceARN: 'arn:aws:s3:::assets/kvs.json'},
      })
      const KvsARN = KeyValueStore.ARN
      expect(KeyValueStore.Status).equal('READY')
      expect(await keys('GetKey', {KvsARN, Key: 'serving'})).include({Value: HOME, ItemCount: 1})
      const stale = await refusal(keys('PutKey', {KvsARN, Key: 'serving', Value: AWAY, IfMatch: ETag}))
      expect(stale).include({name: 'ValidationException', message: 'Pre-Condition failed'})
      const {ETag: tag} = await keys('DescribeKeyValueStore', {KvsARN})
      await keys('UpdateKeys', {
        KvsARN,
        IfMatch: tag,
        Puts: [
          {Key: 'a', Value: '1'},
          {Key: 'b', Value: '2'},
        ],
        Deletes: [{Key: 'serving'}],
      })
      expect((await refusal(keys('PutKey', {KvsARN, Key: 'a', Value: '3', IfMatch: tag}))).name).equal(
        'ValidationException',
      )
      const first = await keys('ListKeys', {KvsARN, MaxResults: 1})
      const second = await keys('ListKeys', {KvsARN, MaxResults: 1, NextToken: first.NextToken})
      expect([...first.Items, ...second.Items]).deep.equal([
        {Key: 'a', Value: '1'},
        {Key: 'b', Value: '2'},
      ])
      expect((await refusal(keys('GetKey', {KvsARN, Key: 'serving'}))).name).equal('ResourceNotFoundException')
      expect((await call('DescribeKeyValueStore', {Name})).ETag).equal(ETag)
    })

    it("can't be deleted while a function uses it", async () => {
      const Name = fresh('used')
      const {KeyValueStore, ETag} = await call('CreateKeyValueStore', {Name})
      const arn = await publishFunction(test.lab, 'function handler(event) { return event.request }', KeyValueStore.ARN)
      expect((await refusal(call('DeleteKeyValueStore', {Name, IfMatch: ETag}))).name).equal(
        'CannotDeleteEntityWhileInUse',
      )
      const functionName = arn.split('/').at(-1)
      const {ETag: tag} = await call('DescribeFunction', {Name: functionName})
      await call('DeleteFunction', {Name: functionName, IfMatch: tag})
      await call('DeleteKeyValueStore', {Name, IfMatch: ETag})
      expect((await refusal(call('DescribeKeyValueStore', {Name}))).name).equal('EntityNotFound')
    })
  })
})
