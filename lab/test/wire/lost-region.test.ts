import {Agent} from 'node:http'

import '@aws-sdk/signature-v4a'
import {CloudFrontClient, GetDistributionConfigCommand} from '@aws-sdk/client-cloudfront'
import {
  CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  PutKeyCommand,
} from '@aws-sdk/client-cloudfront-keyvaluestore'
import {GetParameterCommand, SSMClient} from '@aws-sdk/client-ssm'
import {NodeHttpHandler} from '@smithy/node-http-handler'
import {expect} from 'chai'

import {scripted, testLab, type TestLab} from './support.js'

const ARN = 'arn:aws:cloudfront::000000000000:key-value-store/0d6f9b52-6a2b-4f0c-8c4e-2f1b0a6a7c11'

describe('a lost region on the wire', () => {
  let lab: TestLab
  /** Calls that a test holds open, by name. */
  let release: Map<string, () => void>
  let entered: (name: string) => void

  beforeEach(async () => {
    release = new Map()
    entered = () => undefined
    const ssm = scripted('ssm', {
      async GetParameter({Name}: {Name: string}) {
        if (Name !== 'slow') return {Parameter: {Name}}
        entered(Name)
        await new Promise<void>((resolve) => {
          release.set(Name, resolve)
        })
        return {Parameter: {Name}}
      },
    })
    const cloudfront = scripted('cloudfront', {GetDistributionConfig: {ETag: 'E'}}, 'global')
    const store = scripted(
      'cloudfront-keyvaluestore',
      {
        DescribeKeyValueStore: {ETag: 'E', ItemCount: 1, TotalSizeInBytes: 1, KvsARN: ARN, Created: new Date(0)},
        PutKey: {ETag: 'F', ItemCount: 1, TotalSizeInBytes: 1},
      },
      'everywhere',
    )
    lab = await testLab(
      () => ssm,
      () => cloudfront,
      () => store,
    )
  })

  afterEach(() => lab.close())

  const get = (region: string, Name = 'n', options: object = {}) =>
    new SSMClient(lab.client(region)).send(new GetParameterCommand({Name}), options)
  const codeOf = async (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'answered',
      (error: {code?: string; name: string}) => error.code ?? error.name,
    )

  it('resets calls to it, and no others, until it is back', async () => {
    await lab.lab.faults.start({kind: 'region-loss', region: 'us-east-2'})
    expect(await codeOf(get('us-east-2'))).to.equal('ECONNRESET')
    expect(await codeOf(get('us-east-1'))).to.equal('answered')
    await lab.lab.faults.lift({kind: 'region-loss', region: 'us-east-2'})
    expect(await codeOf(get('us-east-2'))).to.equal('answered')
  })

  it('does so whoever calls: an unsigned or unreadable call learns nothing of a lost region', async () => {
    await lab.lab.faults.start({kind: 'region-loss', region: 'us-east-2'})
    const bad = {...lab.client('us-east-2'), credentials: {accessKeyId: 'nobody', secretAccessKey: 'x'}}
    expect(await codeOf(new SSMClient(bad).send(new GetParameterCommand({Name: 'n'})))).to.equal('ECONNRESET')
  })

  it('resets the calls that were in flight when it was lost', async () => {
    const inside = new Promise<string>((resolve) => {
      entered = resolve
    })
    const call = codeOf(get('us-east-2', 'slow'))
    await inside
    await lab.lab.faults.start({kind: 'region-loss', region: 'us-east-2'})
    expect(await call).to.equal('ECONNRESET')
    release.get('slow')?.()
  })

  it('never answers in hang mode, neither new calls nor those in flight, and resets them when it is back', async () => {
    const inside = new Promise<string>((resolve) => {
      entered = resolve
    })
    const inFlight = codeOf(get('us-east-2', 'slow'))
    await inside
    await lab.lab.faults.start({kind: 'region-loss', region: 'us-east-2', mode: 'hang'})
    release.get('slow')?.()
    const later = codeOf(get('us-east-2'))
    const impatient = codeOf(get('us-east-2', 'n', {abortSignal: AbortSignal.timeout(100)}))
    expect(await impatient).to.equal('AbortError')
    const answered = Symbol('answered')
    const first = await Promise.race([inFlight, later, codeOf(get('us-east-1')).then(() => answered)])
    expect(first).to.equal(answered)
    await lab.lab.faults.lift({kind: 'region-loss', region: 'us-east-2'})
    expect([await inFlight, await later]).to.deep.equal(['ECONNRESET', 'ECONNRESET'])
    expect(await codeOf(get('us-east-2'))).to.equal('answered')
  })

  describe('us-east-1', () => {
    beforeEach(() => lab.lab.faults.start({kind: 'region-loss', region: 'us-east-1'}))

    it("takes CloudFront's control plane along, whatever region a client signs for", async () => {
      for (const region of ['us-east-1', 'us-east-2']) {
        const call = new CloudFrontClient(lab.client(region)).send(new GetDistributionConfigCommand({Id: 'E'}))
        expect(await codeOf(call)).to.equal('ECONNRESET')
      }
    })

    it('leaves the KeyValueStore, which is spoken to with SigV4A', async () => {
      const agent = new Agent({
        lookup: (_, options, callback) =>
          options.all ? callback(null, [{address: '127.0.0.1', family: 4}]) : callback(null, '127.0.0.1', 4),
      })
      const client = new CloudFrontKeyValueStoreClient({
        ...lab.client('us-east-1'),
        endpoint: lab.lab.endpoint.replace('127.0.0.1', 'localhost'),
        requestHandler: new NodeHttpHandler({httpAgent: agent}),
      })
      const {ETag} = await client.send(new DescribeKeyValueStoreCommand({KvsARN: ARN}))
      const put = await client.send(new PutKeyCommand({KvsARN: ARN, Key: 'serving', Value: 'us-east-2', IfMatch: ETag}))
      expect(put.ETag).to.equal('F')
      const store = lab.lab.service('cloudfront-keyvaluestore') as ReturnType<typeof scripted>
      expect(store.seen.at(-1)!.input).to.deep.equal({KvsARN: ARN, Key: 'serving', Value: 'us-east-2', IfMatch: 'E'})
      agent.destroy()
    })
  })
})
