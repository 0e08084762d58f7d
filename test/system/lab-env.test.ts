import {expect} from 'chai'
import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {SCHEMAS} from '../../src/actions/lab/result.js'
import type {LabEnvResult} from '../../src/actions/lab/result.js'
import {ROOT, Sandbox, type LabStatus} from '../support/cli.js'
import {labKeys} from '../support/lab.js'

/** An SDK client that was given nothing but its environment. */
const WHO = `
  import {STSClient, GetCallerIdentityCommand} from '@aws-sdk/client-sts'
  const client = new STSClient({})
  const {Arn} = await client.send(new GetCallerIdentityCommand({}))
  console.log(JSON.stringify({Arn, region: await client.config.region(), environment: process.env}))`

describe('lab env', function () {
  this.timeout(240_000)
  const sandbox = new Sandbox()
  sandbox.env.XDG_STATE_HOME = join(sandbox.folder, "it's a $HOME `of` its own")

  before(() => sandbox.expect(0, ['lab', 'start', '--empty']))

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('points a shell that holds real keys at the lab, and every program that it starts', async () => {
    const script = 'eval "$("$1" "$2" lab env)" && exec "$1" --input-type=module --eval "$3"'
    const real = {
      AWS_ACCESS_KEY_ID: 'AKIA' + 'Q'.repeat(16),
      AWS_SECRET_ACCESS_KEY: 'real',
      AWS_SESSION_TOKEN: 'real',
      AWS_PROFILE: 'production',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1',
    }
    const args = ['-c', script, 'sh', process.execPath, join(ROOT, 'bin', 'run.js'), WHO]
    const {stdout} = await promisify(execFile)('/bin/sh', args, {cwd: ROOT, env: {...sandbox.env, ...real}})
    const {Arn, region, environment} = JSON.parse(stdout) as {
      Arn: string
      region: string
      environment: Record<string, string>
    }
    expect(Arn).to.equal('arn:aws:iam::000000000000:user/lab')
    expect(region).to.equal('us-east-1')
    expect(environment).not.to.have.any.keys(...Object.keys(real).filter((name) => name !== 'AWS_REGION'))
  })

  it('prints no secret, as text or as JSON', async () => {
    const {secretAccessKey} = labKeys(await sandbox.json<LabStatus>(['lab', 'status']))
    const told = await sandbox.json<LabEnvResult>(['lab', 'env'])
    expect(() => SCHEMAS['lab-env'].parse(told)).not.to.throw()
    expect(told.set.AWS_SHARED_CREDENTIALS_FILE).to.contain("it's a $HOME `of` its own")
    for (const ran of [await sandbox.expect(0, ['lab', 'env']), await sandbox.expect(0, ['lab', 'status'])]) {
      expect(ran.stdout + ran.stderr).not.to.contain(secretAccessKey)
    }

    expect(JSON.stringify(told)).not.to.contain(secretAccessKey)
  })

  it('says that there is no such lab', async () => {
    expect((await sandbox.expect(2, ['lab', 'env', '--target', 'lab:other'])).stderr).to.contain(
      'todo-dr lab start --target lab:other',
    )
  })
})
