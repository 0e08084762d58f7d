import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'

import type {Build} from '@aws-sdk/client-codebuild'
import {expect} from 'chai'
import {strFromU8, strToU8, unzipSync, zipSync} from 'fflate'

import {isAlive, refusal} from '../../support/lab-data-plane.js'
import {BUCKET, codeLab, REGION, ROLE, until, type CodeLab} from '../../support/code-lab.js'

describe('builds of CodeBuild', () => {
  let test: CodeLab

  before(async () => {
    test = await codeLab()
  })

  after(() => test.close())

  let made = 0
  /** A project of its own, without a source, for each build. */
  const project = async (buildspec: string, more: object = {}): Promise<string> => {
    const name = `project-${++made}`
    await test.call('codebuild', 'CreateProject', {
      name,
      source: {type: 'NO_SOURCE', buildspec},
      artifacts: {type: 'NO_ARTIFACTS'},
      environment: {type: 'LINUX_CONTAINER', image: 'aws/codebuild/standard:7.0', computeType: 'BUILD_GENERAL1_SMALL'},
      serviceRole: ROLE,
      ...more,
    })
    return name
  }

  const start = async (projectName: string, more: object = {}): Promise<string> =>
    (await test.call('codebuild', 'StartBuild', {projectName, ...more})).build.id
  const look = async (id: string): Promise<Build> =>
    (await test.call('codebuild', 'BatchGetBuilds', {ids: [id]})).builds[0]
  const ended = (id: string): Promise<Build> =>
    until(async () => {
      const build = await look(id)
      expect(build.buildComplete).equal(true)
      return build
    })
  const log = async ({logs}: Build): Promise<string> => {
    const input = {logGroupName: logs!.groupName, logStreamName: logs!.streamName, startFromHead: true}
    const {events} = await test.call('logs', 'GetLogEvents', input)
    return events.map(({message}: {message: string}) => message).join('')
  }

  const run = async (buildspec: string, more?: object): Promise<{build: Build; text: string}> => {
    const build = await ended(await start(await project(buildspec), more))
    return {build, text: await log(build)}
  }

  const statuses = ({phases = []}: Build): string[] =>
    phases
      .filter(({phaseType}) => !['SUBMITTED', 'QUEUED', 'PROVISIONING', 'FINALIZING', 'COMPLETED'].includes(phaseType!))
      .map(({phaseType, phaseStatus}) => `${phaseType} ${phaseStatus}`)

  it('run the commands of all phases in one shell, and export what is to be exported', async () => {
    const {build, text} = await run(
      `
version: 0.2
env:
  variables: {GREETING: hello, FROM_SPEC: spec}
  exported-variables: [WORD, LATER, NEVER]
phases:
  install:
    runtime-versions: {nodejs: 22}
    commands: [WORD="$GREETING $FROM_SPEC", cd /]
  build:
    commands:
      - echo "in $(pwd) with $WORD"
      - |
        LATER='two
        lines'
  post_build:
    commands: ['echo "$WORD" to stderr >&2']
`,
      {environmentVariablesOverride: [{name: 'GREETING', value: 'good day', type: 'PLAINTEXT'}]},
    )
    expect(build.buildStatus).equal('SUCCEEDED')
    expect(statuses(build)).deep.equal([
      'DOWNLOAD_SOURCE SUCCEEDED',
      'INSTALL SUCCEEDED',
      'PRE_BUILD SUCCEEDED',
      'BUILD SUCCEEDED',
      'POST_BUILD SUCCEEDED',
      'UPLOAD_ARTIFACTS SUCCEEDED',
    ])
    expect(build.currentPhase).equal('COMPLETED')
    expect(text).contain('\nin / with good day spec\n').and.contain('\ngood day spec to stderr\n')
    expect(text).match(/^\[Container\] \d{4}\/\d\d\/\d\d [\d:.]+ Entering phase INSTALL$/m)
    expect(build.exportedEnvironmentVariables).deep.equal([
      {name: 'WORD', value: 'good day spec'},
      {name: 'LATER', value: 'two\nlines'},
    ])
  })

  it('have the environment that is declared and documented, and nothing of the lab’s own', async () => {
    process.env.SECRET_OF_THE_LAB = 'yes'
    const {build, text} = await run('version: 0.2\nphases: {build: {commands: [env, "node --version"]}}')
    delete process.env.SECRET_OF_THE_LAB
    expect(text).not.contain('SECRET_OF_THE_LAB')
    const env = new Map([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]))
    expect(env.get('CODEBUILD_BUILD_ID')).equal(build.id)
    expect(env.get('CODEBUILD_BUILD_ARN')).equal(`arn:aws:codebuild:${REGION}:000000000000:build/${build.id}`)
    expect(env.get('CODEBUILD_BUILD_NUMBER')).equal('1')
    expect(env.get('CODEBUILD_LOG_PATH')).equal(build.logs!.streamName)
    expect(env.get('AWS_REGION')).equal(REGION)
    expect(env.get('AWS_ENDPOINT_URL')).equal(test.lab.endpoint)
    expect(test.lab.credentials.find(env.get('AWS_ACCESS_KEY_ID')!)?.arn).match(/assumed-role\/builder\/AWSCodeBuild-/)
    expect(text).contain(`\n${process.version}\n`)
    expect(existsSync(env.get('CODEBUILD_SRC_DIR')!)).equal(false)
  })

  it('that fail tell which command, go through post_build and finally, and know that they fail', async () => {
    const {build, text} = await run(`
version: 0.2
phases:
  build:
    commands: [echo one, exit 3, echo never]
    finally: [echo last]
  post_build:
    commands: ['echo succeeding=$CODEBUILD_BUILD_SUCCEEDING']
`)
    expect(build.buildStatus).equal('FAILED')
    expect(statuses(build)).deep.equal([
      'DOWNLOAD_SOURCE SUCCEEDED',
      'INSTALL SUCCEEDED',
      'PRE_BUILD SUCCEEDED',
      'BUILD FAILED',
      'POST_BUILD SUCCEEDED',
      'UPLOAD_ARTIFACTS SUCCEEDED',
    ])
    expect(build.phases!.find(({phaseType}) => phaseType === 'BUILD')!.contexts).deep.equal([
      {statusCode: 'COMMAND_EXECUTION_ERROR', message: 'Error while executing command: exit 3. Reason: exit status 3'},
    ])
    expect(text).contain('\nlast\n').and.contain('\nsucceeding=0\n').and.not.contain('\nnever\n')
  })

  it('end after a failure before the build, unless on-failure says otherwise', async () => {
    const failing = (more: string) => `
version: 0.2
phases:
  pre_build:
    ${more}
    commands: [false]
  build:
    commands: [echo built]
`
    const {build} = await run(failing(''))
    expect(statuses(build).at(-1)).equal('PRE_BUILD FAILED')
    const going = await run(failing('on-failure: CONTINUE'))
    expect(going.build.buildStatus).equal('FAILED')
    expect(going.text).contain('\nbuilt\n')
    const ending = await run('version: 0.2\nphases: {build: {on-failure: ABORT, commands: [false]}}')
    expect(statuses(ending.build).at(-1)).equal('BUILD FAILED')
  })

  it('read parameters and secrets, and hide them in the log', async () => {
    await test.call('ssm', 'PutParameter', {Name: '/p', Type: 'SecureString', Value: 'parameter-value'})
    await test.call('secretsmanager', 'CreateSecret', {Name: 's', SecretString: '{"key":"secret-value"}'})
    const {build, text} = await run(
      `
version: 0.2
env:
  parameter-store: {PARAMETER: /p}
phases: {build: {commands: ['echo "$PARAMETER $SECRET" | tr a-z A-Z; echo "$PARAMETER $SECRET"']}}
`,
      {environmentVariablesOverride: [{name: 'SECRET', value: 's:key', type: 'SECRETS_MANAGER'}]},
    )
    expect(build.buildStatus).equal('SUCCEEDED')
    expect(text).contain('\nPARAMETER-VALUE SECRET-VALUE\n*** ***\n')
    const missing = await run('version: 0.2\nenv: {parameter-store: {P: /none}}\nphases: {build: {commands: [true]}}')
    expect(missing.build.phases!.find(({phaseStatus}) => phaseStatus === 'FAILED')!.contexts).deep.equal([
      {statusCode: 'Decrypted Variables Error', message: 'parameter does not exist: /none'},
    ])
  })

  it('that are stopped leave no process behind', async () => {
    const id = await start(
      await project(
        'version: 0.2\nphases: {build: {commands: ["sleep 1000 & echo child=$!; wait"]}, post_build: {commands: [echo after]}}',
      ),
    )
    const child = await until(async () => {
      const [, pid] = /child=(\d+)/.exec(await log(await look(id))) ?? []
      expect(pid).a('string')
      return Number(pid)
    })
    const {build} = await test.call('codebuild', 'StopBuild', {id})
    expect(build.buildStatus).equal('STOPPED')
    expect(statuses(build).at(-1)).equal('BUILD STOPPED')
    await until(async () => expect(isAlive(child)).equal(false))
    expect(await log(build)).not.contain('\nafter\n')
  })

  it('end at their timeout', async () => {
    const name = await project('version: 0.2\nphases: {build: {commands: [sleep 1000]}}', {timeoutInMinutes: 0.01})
    const build = await ended(await start(name))
    expect(build.buildStatus).equal('TIMED_OUT')
    expect(build.phases!.find(({phaseType}) => phaseType === 'BUILD')).deep.include({
      phaseStatus: 'TIMED_OUT',
      contexts: [{statusCode: 'BUILD_TIMED_OUT', message: 'Build has timed out. '}],
    })
  })

  it('end as faults when their region is lost', async () => {
    const id = await start(await project('version: 0.2\nphases: {build: {commands: [sleep 1000]}}'))
    await until(async () => expect((await look(id)).currentPhase).equal('BUILD'))
    await test.lab.faults.start({kind: 'region-loss', region: REGION})
    const build = await ended(id)
    await test.lab.faults.lift({kind: 'region-loss', region: REGION})
    expect(build.buildStatus).equal('FAULT')
  })

  it('unpack a source with the modes of its files, and zip what the buildspec names', async () => {
    const script = [
      strToU8('#!/bin/sh\necho from the script > out/deep/file.txt\n'),
      {os: 3, attrs: 0o755 << 16},
    ] as const
    const spec = `
version: 0.2
phases: {build: {commands: [mkdir -p out/deep, touch out/other.md out/deep/not.log, ./script.sh]}}
artifacts:
  base-directory: out
  files: ['**/*']
  exclude-paths: ['**/*.log']
`
    await test.put('source.zip', zipSync({'script.sh': script as never, 'ci/spec.yml': strToU8(spec)}))
    const name = await project('', {
      source: {type: 'S3', location: `${BUCKET}/source.zip`, buildspec: 'ci/spec.yml'},
      artifacts: {
        type: 'S3',
        location: BUCKET,
        path: 'made',
        namespaceType: 'BUILD_ID',
        name: 'it.zip',
        packaging: 'ZIP',
      },
    })
    const build = await ended(await start(name))
    expect(build.buildStatus, await log(build)).equal('SUCCEEDED')
    const key = `made/${build.id!.split(':')[1]}/it.zip`
    expect(build.artifacts!.location).equal(`arn:aws:s3:::${BUCKET}/${key}`)
    const files = unzipSync(await test.get(key))
    expect(Object.keys(files).sort()).deep.equal(['deep/file.txt', 'other.md'])
    expect(strFromU8(files['deep/file.txt']!)).equal('from the script\n')
  })

  it('fail without their source, their buildspec or an artifact', async () => {
    const failing = async (source: object, artifacts?: object): Promise<unknown> => {
      const {phases} = await ended(
        await start(await project('', {source: {type: 'S3', ...source}, ...(artifacts && {artifacts})})),
      )
      const {phaseType, contexts} = phases!.find(({phaseStatus}) => phaseStatus === 'FAILED')!
      return {phaseType, ...contexts![0]}
    }
    await test.put('empty.zip', zipSync({'a.txt': strToU8('a')}))
    expect(await failing({location: `${BUCKET}/none.zip`})).include({
      phaseType: 'DOWNLOAD_SOURCE',
      statusCode: 'CLIENT_ERROR',
    })
    expect(await failing({location: `${BUCKET}/empty.zip`})).deep.equal({
      phaseType: 'DOWNLOAD_SOURCE',
      statusCode: 'YAML_FILE_ERROR',
      message: 'YAML file does not exist: buildspec.yml',
    })
    const buildspec = 'version: 0.2\nphases: {build: {commands: [true]}}\nartifacts: {files: [none/*]}'
    expect(
      await failing({location: `${BUCKET}/empty.zip`, buildspec}, {type: 'S3', location: BUCKET, packaging: 'ZIP'}),
    ).deep.equal({
      phaseType: 'UPLOAD_ARTIFACTS',
      statusCode: 'CLIENT_ERROR',
      message: 'no matching artifact paths found',
    })
  })

  it('fail before their first command with a buildspec that the lab does not carry out, which is named', async () => {
    const said = async (buildspec: string): Promise<string> => {
      const {build} = await run(buildspec)
      const {statusCode, message} = build.phases!.find(({phaseStatus}) => phaseStatus === 'FAILED')!.contexts![0]!
      expect(statusCode).equal('YAML_FILE_ERROR')
      return message!
    }
    expect(await said('version: 0.1\nphases: {build: {commands: [true]}}')).contain('0.2 alone')
    expect(await said('version: 0.2\nphases: {build: {commands: [true], run-as: me}}')).contain('phases.build.run-as')
    expect(await said('version: 0.2\nphases: {install: {runtime-versions: {python: 3.12}}}')).contain('python')
    expect(await said('version: 0.2\nphases: {build: {commands: [true]}}\nreports: {r: {files: [a]}}')).contain(
      'reports',
    )
    expect(await said('version: 0.2\nphases: {build: {commands: [{a: b}]}}')).contain('phases.build.commands.0')
    expect(await said('version: 0.2\nphases: {deploy: {}}')).contain('phases.deploy')
    expect(await said('version: 0.2\nphases: [')).contain('not YAML')
  })

  it('start once for one idempotency token', async () => {
    const name = await project('version: 0.2\nphases: {build: {commands: [true]}}')
    const id = await start(name, {idempotencyToken: 't'})
    expect(await start(name, {idempotencyToken: 't'})).equal(id)
    const other = {projectName: name, idempotencyToken: 't', timeoutInMinutesOverride: 7}
    expect((await refusal(test.call('codebuild', 'StartBuild', other))).message).match(/idempotency token/)
    await ended(id)
    const {ids} = await test.call('codebuild', 'ListBuildsForProject', {projectName: name})
    expect(ids).deep.equal([id])
  })

  it('leave nothing in the lab’s folder', () => {
    expect(made).greaterThan(1)
    expect(readdirSync(join(test.lab.folder, 'builds'))).deep.equal([])
  })
})
