import {expect} from 'chai'

import {
  GetLayerVersionByArnCommand,
  LambdaClient,
  ListLayersCommand,
  PublishLayerVersionCommand,
} from '@aws-sdk/client-lambda'

import {newRecord, withCode, withConfiguration} from '../../../src/aws/lambda/configuration.js'
import {MAX_UNZIPPED} from '../../../src/data-plane/lambda/function-folder.js'
import {AWAY, HOME, invoke, refusal, zip, type TestLab} from '../../support/lab-data-plane.js'
import {startLambdaLab} from '../../support/lambda-lab.js'
import {keysOf} from '../../wire/support.js'

/** A package as npm installs it. */
const packaged = (folder: string, name: string, source: string, manifest: object = {}): Record<string, string> => ({
  [`${folder}/node_modules/${name}/package.json`]: JSON.stringify({
    name,
    version: '1.0.0',
    main: 'index.js',
    ...manifest,
  }),
  [`${folder}/node_modules/${name}/index.js`]: source,
})

describe('layers', () => {
  let test: TestLab
  const call = (operation: string, input: object, region = HOME) => test.lab.call('lambda', operation, input, region)
  const layer = async (LayerName: string, files: Record<string, string>, more: object = {}): Promise<string> =>
    (await call('PublishLayerVersion', {LayerName, Content: {ZipFile: zip(files)}, ...more})).LayerVersionArn
  const make = (FunctionName: string, files: Record<string, string>, Layers: string[]) =>
    call('CreateFunction', {
      FunctionName,
      Runtime: 'nodejs22.x',
      Role: 'r',
      Handler: 'index.handler',
      Code: {ZipFile: zip(files)},
      Layers,
    })

  before(async () => {
    test = await startLambdaLab()
  })

  after(() => test.stop())

  it('aws 22: a function sees its layers below /opt, the later over the earlier, as files, modules and packages', async () => {
    const first = await layer('first', {
      'data.txt': 'first',
      'only.txt': 'only',
      ...packaged('nodejs', 'greet', 'module.exports = (name) => "hello " + name'),
      ...packaged('nodejs/node22', 'modern', 'export default 22', {type: 'module'}),
      ...packaged('nodejs', 'modern', 'export default 0', {type: 'module'}),
      ...packaged('nodejs', '@aws-sdk/client-ssm', 'exports.SSMClient = "of the layer"'),
      ...packaged('nodejs', 'shadowed', 'module.exports = "of the layer"'),
    })
    const second = await layer('second', {'data.txt': 'second', 'nodejs/util.mjs': 'export const twice = (n) => 2 * n'})
    await make(
      'esm',
      {
        'index.mjs': `import {existsSync, readFileSync} from 'node:fs'
          import {readFile, readdir} from 'node:fs/promises'
          import greet from 'greet'
          import modern from 'modern'
          import ssm from '@aws-sdk/client-ssm'
          import {S3Client} from '@aws-sdk/client-s3'
          import shadowed from 'shadowed'
          import {twice} from '/opt/nodejs/util.mjs'
          export const handler = async () => ({
            data: readFileSync('/opt/data.txt', 'utf8'),
            only: await readFile(new URL('file:///opt/only.txt'), 'utf8'),
            entries: (await readdir('/opt')).sort(),
            absent: existsSync('/opt/absent.txt') || existsSync('/opt/../opt2'),
            greeting: greet('you'),
            modern, ssm: ssm.SSMClient, s3: typeof S3Client, shadowed, twice: twice(21),
            missing: await import('nothing').catch(({code}) => code),
          })`,
        ...packaged('.', 'shadowed', 'module.exports = "own"'),
      },
      [first, second],
    )
    expect((await invoke(test.lab, 'esm')).payload).deep.equal({
      data: 'second',
      only: 'only',
      entries: ['data.txt', 'nodejs', 'only.txt'],
      absent: false,
      greeting: 'hello you',
      modern: 22,
      ssm: 'of the layer',
      s3: 'function',
      shadowed: 'own',
      twice: 42,
      missing: 'ERR_MODULE_NOT_FOUND',
    })
    const alone = await layer('alone', {
      'nodejs/tool.js': 'exports.name = "tool"',
      ...packaged('nodejs', 'x', 'module.exports = 1'),
    })
    await make(
      'cjs',
      {
        'index.js': `const {SSMClient} = require('@aws-sdk/client-ssm')
          exports.handler = async () => ({x: require('x'), tool: require('/opt/nodejs/tool').name, sdk: typeof SSMClient})`,
      },
      [alone],
    )
    expect((await invoke(test.lab, 'cjs')).payload).deep.equal({x: 1, tool: 'tool', sdk: 'function'})
  })

  it('aws 22: a function keeps a layer that is deleted, a version of it the one that it had, and loses what it no longer has', async () => {
    const read = `import {existsSync, readFileSync} from 'node:fs'
      export const handler = async () => existsSync('/opt/word') ? readFileSync('/opt/word', 'utf8') : 'none'`
    const old = await layer('words', {word: 'old'})
    await make('reader', {'index.mjs': read}, [old])
    await call('PublishVersion', {FunctionName: 'reader'})
    const fresh = await layer('words', {word: 'new'})
    expect(fresh).equal(old.replace(/1$/, '2'))
    await call('UpdateFunctionConfiguration', {FunctionName: 'reader', Layers: [fresh]})
    await call('DeleteLayerVersion', {LayerName: 'words', VersionNumber: 1})
    const said = async (name: string) => (await invoke(test.lab, name)).payload
    expect([await said('reader'), await said('reader:1')]).deep.equal(['new', 'old'])
    const {Layers} = await call('GetFunctionConfiguration', {FunctionName: 'reader', Qualifier: '1'})
    expect(Layers.map(({Arn}: {Arn: string}) => Arn)).deep.equal([old])
    await call('UpdateFunctionConfiguration', {FunctionName: 'reader', Layers: []})
    expect(await said('reader')).equal('none')
    expect(await call('GetFunctionConfiguration', {FunctionName: 'reader'}))
      .property('Layers')
      .equal(undefined)
  })

  it('aws 22: layers are numbered, told by name and by ARN, and listed by what they are for', async () => {
    const client = new LambdaClient({
      region: HOME,
      endpoint: test.lab.endpoint,
      credentials: keysOf(test.lab),
      maxAttempts: 1,
    })
    const Content = {ZipFile: zip({a: 'a'})}
    const of = {LayerName: 'listed', Content, CompatibleRuntimes: ['nodejs22.x' as const], LicenseInfo: 'MIT'}
    const one = await client.send(new PublishLayerVersionCommand({...of, Description: 'first'}))
    expect(one).deep.include({
      LayerArn: `arn:aws:lambda:${HOME}:000000000000:layer:listed`,
      LayerVersionArn: `arn:aws:lambda:${HOME}:000000000000:layer:listed:1`,
      Version: 1,
      Description: 'first',
      CompatibleRuntimes: ['nodejs22.x'],
      LicenseInfo: 'MIT',
    })
    await client.send(new PublishLayerVersionCommand({LayerName: 'listed', Content}))
    const {Content: found} = await client.send(new GetLayerVersionByArnCommand({Arn: one.LayerVersionArn}))
    expect(found).include({CodeSha256: one.Content!.CodeSha256, CodeSize: Content.ZipFile.length})
    const {LayerVersions} = await call('ListLayerVersions', {LayerName: 'listed'})
    expect(LayerVersions.map(({Version}: {Version: number}) => Version)).deep.equal([2, 1])
    const latest = async (more: object) => {
      const {Layers = []} = await client.send(new ListLayersCommand(more))
      return Layers.find(({LayerName}) => LayerName === 'listed')?.LatestMatchingVersion?.Version
    }
    expect(await latest({})).equal(2)
    expect(await latest({CompatibleRuntime: 'nodejs22.x'})).equal(1)
    expect(await latest({CompatibleRuntime: 'python3.13'})).equal(undefined)
    client.destroy()
    for (const VersionNumber of [1, 2]) await call('DeleteLayerVersion', {LayerName: 'listed', VersionNumber})
    expect(await refusal(call('GetLayerVersion', {LayerName: 'listed', VersionNumber: 1}))).include({
      name: 'ResourceNotFoundException',
      status: 404,
    })
    expect((await call('PublishLayerVersion', of)).Version).equal(3)
    expect((await call('ListLayers', {}, AWAY)).Layers).deep.equal([])
  })

  it('aws 22: what AWS refuses of layers is refused, and what cannot be shown is refused by name', async () => {
    const invalid = {name: 'InvalidParameterValueException', status: 400}
    const made = async (...Layers: string[]) => refusal(make('never', {'index.mjs': ''}, Layers))
    const [one, two] = [await layer('twice', {a: '1'}), await layer('twice', {a: '2'})]
    expect(await made(one, two)).include({
      ...invalid,
      message: `Two different versions of the same layer are not allowed to be referenced in the same function. ${one} and ${two} are versions of the same layer.`,
    })
    expect(await made(one.replace(/1$/, '9'))).include({
      ...invalid,
      message: `Layer version ${one.replace(/1$/, '9')} does not exist.`,
    })
    expect(await made(one.replace(HOME, AWAY))).include(invalid)
    const many = await Promise.all([1, 2, 3, 4, 5, 6].map((number) => layer(`many-${number}`, {a: ''})))
    expect(await made(...many)).include({...invalid, message: 'Cannot reference more than 5 layers.'})
    expect(await refusal(call('GetLayerVersion', {LayerName: 'twice', VersionNumber: 0}))).include(invalid)
    for (const folder of ['bin', 'extensions', 'lib'])
      expect(await made(await layer(`with-${folder}`, {[`${folder}/program`]: ''})), folder).include({
        name: 'NotImplemented',
        message: `lambda: the lab does not support programs and libraries in layers: ${folder}/ of with-${folder}`,
      })
    expect(await made('arn:aws:lambda:us-east-1:123456789012:layer:theirs:1')).include({name: 'NotImplemented'})
    expect(await refusal(call('GetFunction', {FunctionName: 'never'}))).include({name: 'ResourceNotFoundException'})
  })

  it('aws 22: a function is not larger with its layers than AWS allows, whichever of them grows', () => {
    const input = {FunctionName: 'large', Role: 'r', Runtime: 'nodejs22.x', Handler: 'index.handler'} as never
    const folder = '/nowhere'
    const layers = (bytes: number) => ({shown: [], folder, bytes})
    const code = (bytes: number) => ({folder, bytes})
    const message = `Function code combined with layers exceeds the maximum allowed size of ${MAX_UNZIPPED} bytes. The actual size is ${MAX_UNZIPPED + 1} bytes.`
    const zipped = new Uint8Array()
    const full = newRecord(input, HOME, zipped, code(MAX_UNZIPPED - 5), layers(5))
    expect(() => newRecord(input, HOME, zipped, code(MAX_UNZIPPED - 5), layers(6))).throw(message)
    expect(() => withCode(full, zipped, code(MAX_UNZIPPED - 4))).throw(message)
    expect(() => withConfiguration(full, {}, layers(6))).throw(message)
    expect(withConfiguration(full, {Timeout: 5}).bytes).deep.equal({code: MAX_UNZIPPED - 5, layers: 5})
  })

  it('aws 22: CloudFormation makes layers for its functions, and new ones of new content', async () => {
    const StackName = 'layered'
    const template = (word: string): string =>
      JSON.stringify({
        Resources: {
          Words: {
            Type: 'AWS::Lambda::LayerVersion',
            Properties: {Content: {S3Bucket: 'archives', S3Key: word}, CompatibleRuntimes: ['nodejs22.x']},
          },
          Fn: {
            Type: 'AWS::Lambda::Function',
            Properties: {
              FunctionName: 'layered',
              Role: 'arn:aws:iam::000000000000:role/test',
              Runtime: 'nodejs22.x',
              Handler: 'index.handler',
              Code: {ZipFile: "exports.handler = async () => require('fs').readFileSync('/opt/word', 'utf8')"},
              Layers: [{Ref: 'Words'}],
            },
          },
        },
      })
    test.lab.register({
      api: {signingName: 's3', placement: 'regional'},
      operations: {GetObject: ({Key}: {Key: string}) => ({Body: zip({word: Key})})},
    } as never)
    const settle = async (operation: string, more: object) => {
      await test.lab.call('cloudformation', operation, {StackName, ...more}, HOME)
      return (await test.lab.service('cloudformation').settled(StackName, HOME)).status
    }
    expect(await settle('CreateStack', {TemplateBody: template('first')})).equal('CREATE_COMPLETE')
    expect((await invoke(test.lab, 'layered')).payload).equal('first')
    const layersOf = async () => (await call('GetFunctionConfiguration', {FunctionName: 'layered'})).Layers
    const [before] = await layersOf()
    expect(await settle('UpdateStack', {TemplateBody: template('second')})).equal('UPDATE_COMPLETE')
    expect((await invoke(test.lab, 'layered')).payload).equal('second')
    expect(await refusal(call('GetLayerVersionByArn', {Arn: before.Arn}))).include({name: 'ResourceNotFoundException'})
    const [after] = await layersOf()
    await test.lab.call('cloudformation', 'DeleteStack', {StackName}, HOME)
    await test.lab.service('cloudformation').settled(StackName, HOME)
    expect(await refusal(call('GetLayerVersionByArn', {Arn: after.Arn}))).include({name: 'ResourceNotFoundException'})
  })
})
