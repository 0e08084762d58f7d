import {expect} from 'chai'

import {CreateAliasCommand, InvokeCommand, type LambdaClient, PublishVersionCommand} from '@aws-sdk/client-lambda'

import {AWAY, HOME, createFunction, eventually, refusal, zip, type TestLab} from '../../support/lab-data-plane.js'
import {lambdaClient, startLambdaLab} from '../../support/lambda-lab.js'

const answering = (word: string): string =>
  `export const handler = async (event, context) => ({
    word: '${word}',
    stage: process.env.STAGE,
    version: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invoked: context.invokedFunctionArn,
  })`

describe('versions and aliases of functions', () => {
  let test: TestLab
  let client: LambdaClient
  const call = (operation: string, input: object, region = HOME) => test.lab.call('lambda', operation, input, region)
  const arnOf = (name: string) => `arn:aws:lambda:${HOME}:000000000000:function:${name}`
  const run = async (FunctionName: string, Qualifier?: string) => {
    const {Payload, ExecutedVersion, FunctionError} = await client.send(new InvokeCommand({FunctionName, Qualifier}))
    return {...JSON.parse(Payload!.transformToString()), executed: ExecutedVersion, error: FunctionError}
  }
  const publish = async (FunctionName: string): Promise<string> =>
    (await call('PublishVersion', {FunctionName})).Version
  /** Changes code and configuration. */
  const change = async (FunctionName: string, word: string): Promise<void> => {
    await call('UpdateFunctionCode', {FunctionName, ZipFile: zip({'index.mjs': answering(word)})})
    await call('UpdateFunctionConfiguration', {FunctionName, Environment: {Variables: {STAGE: word}}})
  }
  const make = (name: string, word = 'one') =>
    createFunction(test.lab, name, answering(word), {Environment: {Variables: {STAGE: word}}})

  before(async () => {
    test = await startLambdaLab()
    client = lambdaClient(test)
  })

  after(async () => {
    client.destroy()
    await test.stop()
  })

  it('aws 19: a version runs the code and configuration with which it was published, whatever $LATEST has become', async () => {
    await make('steady')
    const {FunctionArn, Version, Description} = await client.send(
      new PublishVersionCommand({FunctionName: 'steady', Description: 'first'}),
    )
    expect({FunctionArn, Version, Description}).deep.equal({
      FunctionArn: `${arnOf('steady')}:1`,
      Version: '1',
      Description: 'first',
    })
    await change('steady', 'two')
    const first = {word: 'one', stage: 'one', version: '1', invoked: `${arnOf('steady')}:1`, executed: '1'}
    const latest = {word: 'two', stage: 'two', version: '$LATEST', executed: '$LATEST'}
    expect(await run('steady', '1')).include(first)
    expect(await run(`${arnOf('steady')}:1`)).include(first)
    expect(await run('steady')).include({...latest, invoked: arnOf('steady')})
    expect(await run('steady', '$LATEST')).include({...latest, invoked: `${arnOf('steady')}:$LATEST`})
    expect(await publish('steady')).equal('2')
    expect(await run('steady', '2')).include({word: 'two', version: '2'})
    expect(await run('steady', '1')).include(first)
  })

  it('aws 19: a version is published only of what has changed, and of what the caller has seen', async () => {
    await make('published')
    expect([await publish('published'), await publish('published')]).deep.equal(['1', '1'])
    await change('published', 'two')
    const {CodeSha256, RevisionId} = await call('GetFunctionConfiguration', {FunctionName: 'published'})
    const wrongHash = await refusal(call('PublishVersion', {FunctionName: 'published', CodeSha256: 'other'}))
    expect(wrongHash).include({name: 'InvalidParameterValueException', status: 400})
    const stale = await refusal(call('PublishVersion', {FunctionName: 'published', RevisionId: 'other'}))
    expect(stale).include({name: 'PreconditionFailedException', status: 412})
    expect(await call('PublishVersion', {FunctionName: 'published', CodeSha256, RevisionId})).include({Version: '2'})
    await call('DeleteFunction', {FunctionName: 'published', Qualifier: '2'})
    // Numbers are not given twice.
    expect(await publish('published')).equal('3')
    const {Versions} = await call('ListVersionsByFunction', {FunctionName: 'published'})
    expect(Versions.map((one: {FunctionArn: string}) => one.FunctionArn)).deep.equal(
      ['$LATEST', '1', '3'].map((version) => `${arnOf('published')}:${version}`),
    )
    const {Functions} = await call('ListFunctions', {FunctionVersion: 'ALL'})
    expect(Functions).deep.include.members(Versions)
    const page = await call('ListVersionsByFunction', {FunctionName: 'published', MaxItems: 2})
    const rest = await call('ListVersionsByFunction', {FunctionName: 'published', Marker: page.NextMarker})
    expect([...page.Versions, ...rest.Versions]).deep.equal(Versions)
  })

  it('aws 19: creation and new code publish at once where they are told to', async () => {
    const base = {Runtime: 'nodejs22.x', Role: 'r', Handler: 'index.handler'}
    const Code = {ZipFile: zip({'index.mjs': answering('one')})}
    const created = await call('CreateFunction', {...base, FunctionName: 'eager', Code, Publish: true})
    expect(created).include({Version: '1', FunctionArn: arnOf('eager')})
    const ZipFile = zip({'index.mjs': answering('two')})
    const updated = await call('UpdateFunctionCode', {FunctionName: 'eager', ZipFile, Publish: true})
    expect(updated).include({Version: '2', FunctionArn: `${arnOf('eager')}:2`})
    expect([(await run('eager', '1')).word, (await run('eager', '2')).word]).deep.equal(['one', 'two'])
  })

  it('aws 19: an alias runs the version that it names, and another one when it is moved or its weights say so', async () => {
    await make('named')
    await publish('named')
    await change('named', 'two')
    await publish('named')
    const alias = await client.send(new CreateAliasCommand({FunctionName: 'named', Name: 'live', FunctionVersion: '1'}))
    expect(alias).include({AliasArn: `${arnOf('named')}:live`, FunctionVersion: '1', Description: ''})
    expect(await run('named', 'live')).include({word: 'one', executed: '1', invoked: `${arnOf('named')}:live`})
    expect(await call('GetFunction', {FunctionName: 'named', Qualifier: 'live'})).nested.include({
      'Configuration.FunctionArn': `${arnOf('named')}:live`,
      'Configuration.Version': '1',
    })
    const of = {FunctionName: 'named', Name: 'live'}
    const weighted = await call('UpdateAlias', {...of, RoutingConfig: {AdditionalVersionWeights: {2: 1}}})
    expect(weighted.RevisionId).not.equal(alias.RevisionId)
    expect(await run('named:live')).include({word: 'two', executed: '2', invoked: `${arnOf('named')}:live`})
    await call('UpdateAlias', {...of, RoutingConfig: {AdditionalVersionWeights: {2: 0}}})
    expect(await run('named', 'live')).include({executed: '1'})
    expect(await refusal(call('UpdateAlias', {...of, FunctionVersion: '2'}))).include({
      name: 'InvalidParameterValueException',
    })
    await call('UpdateAlias', {...of, FunctionVersion: '2', RoutingConfig: {AdditionalVersionWeights: {}}})
    expect(await run('named', 'live')).include({executed: '2'})
    expect(await call('GetAlias', of)).not.property('RoutingConfig')
    const stale = await refusal(call('UpdateAlias', {...of, RevisionId: alias.RevisionId, Description: 'late'}))
    expect(stale).include({name: 'PreconditionFailedException', status: 412})
    const {Aliases} = await call('ListAliases', {FunctionName: 'named', FunctionVersion: '2'})
    expect(Aliases).deep.equal([await call('GetAlias', of)])
    expect((await call('ListAliases', {FunctionName: 'named', FunctionVersion: '1'})).Aliases).deep.equal([])
    await call('DeleteAlias', of)
    await call('DeleteAlias', of)
    expect(await refusal(run('named', 'live'))).include({name: 'ResourceNotFoundException'})
  })

  it('aws 19: what there is not is said to be absent, and what AWS does not allow is refused', async () => {
    await make('refusing')
    await publish('refusing')
    const absent = {name: 'ResourceNotFoundException', status: 404}
    const invalid = {name: 'InvalidParameterValueException', status: 400}
    for (const Qualifier of ['7', 'gone']) {
      const message = `Function not found: ${arnOf('refusing')}:${Qualifier}`
      for (const operation of ['GetFunction', 'GetFunctionConfiguration', 'Invoke', 'GetPolicy'])
        expect(await refusal(call(operation, {FunctionName: 'refusing', Qualifier})), operation).include({
          ...absent,
          message,
        })
    }
    const alias = {FunctionName: 'refusing', Name: 'live'}
    expect(await refusal(call('CreateAlias', {...alias, FunctionVersion: '7'}))).include(absent)
    expect(await refusal(call('GetAlias', alias))).include({
      ...absent,
      message: `Cannot find alias arn: ${arnOf('refusing')}:live`,
    })
    expect(await refusal(call('UpdateAlias', alias))).include(absent)
    const weights = (AdditionalVersionWeights: object, FunctionVersion = '1') =>
      refusal(call('CreateAlias', {...alias, FunctionVersion, RoutingConfig: {AdditionalVersionWeights}}))
    expect(await weights({1: 0.5})).include(invalid)
    expect(await weights({1: 0.5}, '$LATEST')).include(invalid)
    expect(await weights({2: 0.1, 3: 0.1})).include(invalid)
    expect(await weights({9: 0.1})).include(absent)
    await call('CreateAlias', {...alias, FunctionVersion: '1'})
    expect(await refusal(call('CreateAlias', {...alias, FunctionVersion: '1'}))).include({
      name: 'ResourceConflictException',
      status: 409,
    })

    expect(await refusal(call('DeleteFunction', {FunctionName: 'refusing', Qualifier: '1'}))).include({
      name: 'ResourceConflictException',
      status: 409,
    })
    for (const operation of ['PutFunctionConcurrency', 'GetFunctionConcurrency', 'DeleteFunctionConcurrency'])
      expect(
        await refusal(call(operation, {FunctionName: 'refusing:1', ReservedConcurrentExecutions: 1})),
        operation,
      ).include(invalid)
    expect(await refusal(call('Invoke', {FunctionName: arnOf('refusing')}, AWAY))).include({
      ...absent,
      message: `Functions from '${HOME}' are not reachable in this region ('${AWAY}')`,
    })
    expect(await run('refusing', 'live')).include({word: 'one'})
  })

  it('aws 19: a version and an alias have policies of their own', async () => {
    await make('guarded')
    await publish('guarded')
    await call('CreateAlias', {FunctionName: 'guarded', Name: 'live', FunctionVersion: '1'})
    const allow = {StatementId: 'one', Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com'}
    await call('AddPermission', {...allow, FunctionName: 'guarded:live'})
    const {Policy} = await call('GetPolicy', {FunctionName: 'guarded', Qualifier: 'live'})
    expect(JSON.parse(Policy).Statement[0].Resource).equal(`${arnOf('guarded')}:live`)
    for (const FunctionName of ['guarded', 'guarded:1'])
      expect(await refusal(call('GetPolicy', {FunctionName}))).include({name: 'ResourceNotFoundException'})
    expect(await refusal(call('AddPermission', {...allow, FunctionName: 'guarded', Qualifier: '$LATEST'}))).include({
      name: 'InvalidParameterValueException',
    })
    await call('DeleteAlias', {FunctionName: 'guarded', Name: 'live'})
    await call('CreateAlias', {FunctionName: 'guarded', Name: 'live', FunctionVersion: '1'})
    expect(await refusal(call('GetPolicy', {FunctionName: 'guarded:live'}))).include({
      name: 'ResourceNotFoundException',
    })
  })

  it('aws 19: all versions of a function share what it has reserved', async () => {
    const {createServer} = await import('node:http')
    const waiting: (() => void)[] = []
    const server = createServer((_, response) => waiting.push(() => response.end()))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const {port} = server.address() as {port: number}
    const hold = `import http from 'node:http'
      export const handler = () => new Promise((resolve, reject) =>
        http.get({host: '127.0.0.1', port: ${port}}, (res) => res.resume().on('end', () => resolve('done'))).on('error', reject))`
    await createFunction(test.lab, 'shared', hold, {Timeout: 30})
    await publish('shared')
    await call('PutFunctionConcurrency', {FunctionName: 'shared', ReservedConcurrentExecutions: 1})
    const held = call('Invoke', {FunctionName: 'shared', Qualifier: '1'})
    await eventually('the version is running', () => waiting.length === 1)
    expect(await refusal(call('Invoke', {FunctionName: 'shared'}))).include({name: 'TooManyRequestsException'})
    for (const answer of waiting.splice(0)) answer()
    await held
    const again = call('Invoke', {FunctionName: 'shared'})
    await eventually('$LATEST is running', () => waiting.length === 1)
    for (const answer of waiting.splice(0)) answer()
    await again
    await call('PutFunctionConcurrency', {FunctionName: 'shared', ReservedConcurrentExecutions: 0})
    expect(await refusal(call('Invoke', {FunctionName: 'shared:1'}))).include({name: 'TooManyRequestsException'})
    await new Promise((resolve) => server.close(resolve).closeAllConnections())
  })

  it('aws 19: CloudFormation publishes versions and moves aliases, and each lives as long as its resource', async () => {
    const StackName = 'app'
    const stack = (word: string, versions: string[], alias: object): string =>
      JSON.stringify({
        Resources: {
          Fn: {
            Type: 'AWS::Lambda::Function',
            Properties: {
              FunctionName: 'templated',
              Role: 'arn:aws:iam::000000000000:role/test',
              Runtime: 'nodejs22.x',
              Handler: 'index.handler',
              Code: {ZipFile: `exports.handler = async () => ({word: '${word}'})`},
            },
          },
          ...Object.fromEntries(
            versions.map((name) => [
              name,
              {Type: 'AWS::Lambda::Version', Properties: {FunctionName: {Ref: 'Fn'}}, DependsOn: 'Fn'},
            ]),
          ),
          Live: {
            Type: 'AWS::Lambda::Alias',
            Properties: {FunctionName: {Ref: 'Fn'}, Name: 'live', ...alias},
          },
        },
        Outputs: {
          Alias: {Value: {Ref: 'Live'}},
          Version: {Value: versions.length > 0 ? {Ref: versions.at(-1)} : 'none'},
        },
      })
    const settle = async (operation: string, TemplateBody: string) => {
      await test.lab.call('cloudformation', operation, {StackName, TemplateBody}, HOME)
      return test.lab.service('cloudformation').settled(StackName, HOME)
    }
    const numberOf = (name: string) => ({FunctionVersion: {'Fn::GetAtt': [name, 'Version']}})

    expect((await settle('CreateStack', stack('one', ['V1'], numberOf('V1')))).status).equal('CREATE_COMPLETE')
    const {Stacks} = await test.lab.call('cloudformation', 'DescribeStacks', {StackName}, HOME)
    const outputs = Object.fromEntries(
      Stacks[0].Outputs.map(({OutputKey, OutputValue}: Record<string, string>) => [OutputKey, OutputValue]),
    )
    expect(outputs).deep.equal({Alias: `${arnOf('templated')}:live`, Version: `${arnOf('templated')}:1`})
    const weighted = {
      ...numberOf('V1'),
      RoutingConfig: {
        AdditionalVersionWeights: [{FunctionVersion: {'Fn::GetAtt': ['V2', 'Version']}, FunctionWeight: 1}],
      },
    }
    expect((await settle('UpdateStack', stack('two', ['V1', 'V2'], weighted))).status).equal('UPDATE_COMPLETE')
    expect(await run('templated', 'live')).include({word: 'two', executed: '2'})
    expect(await run('templated', '1')).include({word: 'one'})

    // Nothing new: there is no third version to publish.
    const failed = await settle('UpdateStack', stack('two', ['V1', 'V2', 'V3'], numberOf('V1')))
    expect(failed.status).equal('UPDATE_ROLLBACK_COMPLETE')
    expect(failed.events.map((event) => event.ResourceStatusReason).join('\n')).contain(
      'A version for this Lambda function exists ( 2 ). Modify the function to create a new version.',
    )
    expect(await run('templated', '2')).include({word: 'two'})

    expect((await settle('UpdateStack', stack('two', ['V2'], numberOf('V2')))).status).equal('UPDATE_COMPLETE')
    expect(await run('templated', 'live')).include({executed: '2'})
    expect(await refusal(run('templated', '1'))).include({name: 'ResourceNotFoundException'})
    await test.lab.call('cloudformation', 'DeleteStack', {StackName}, HOME)
    await test.lab.service('cloudformation').settled(StackName, HOME)
    expect(await refusal(run('templated'))).include({name: 'ResourceNotFoundException'})
  })
})
