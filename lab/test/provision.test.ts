/* eslint-disable no-template-curly-in-string -- placeholders of CloudFormation */
import {mkdir, mkdtemp, rm, utimes, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {unzipSync} from 'fflate'
import {contentOf, readAssembly} from '../src/assembly.js'
import {provision, type Progress} from '../src/provision.js'
import {AWAY, failure, parameter, REGION, smallLab, type SmallLab} from './cloudformation/small-lab.js'

const bucketOf = (region: string): string => `cdk-hnb659fds-assets-000000000000-${region}`

interface Plan {
  region: string
  template: object
  after?: string[]
}

/** Writes a cloud assembly as CDK does, as far as `provision` reads it. */
async function writeAssembly(folder: string, stacks: Record<string, Plan>): Promise<void> {
  const artifacts: Record<string, object> = {Tree: {type: 'cdk:tree', properties: {}}}
  await mkdir(join(folder, 'asset.code'))
  await writeFile(join(folder, 'asset.code', 'index.js'), 'exports.handler = 1')
  for (const [id, {region, template, after = []}] of Object.entries(stacks)) {
    const destination = (key: string) => ({
      here: {bucketName: 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}', objectKey: key, region},
    })
    await writeFile(join(folder, `${id}.template.json`), JSON.stringify(template))
    await writeFile(
      join(folder, `${id}.assets.json`),
      JSON.stringify({
        files: {
          t: {source: {path: `${id}.template.json`, packaging: 'file'}, destinations: destination(`${id}.json`)},
          c: {source: {path: 'asset.code', packaging: 'zip'}, destinations: destination('code.zip')},
        },
      }),
    )
    artifacts[`${id}.assets`] = {type: 'cdk:asset-manifest', properties: {file: `${id}.assets.json`}}
    artifacts[id] = {
      type: 'aws:cloudformation:stack',
      environment: `aws://000000000000/${region}`,
      properties: {stackTemplateAssetObjectUrl: `s3://${bucketOf(region)}/${id}.json`, tags: {app: 'x'}},
      dependencies: [`${id}.assets`, ...after],
    }
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({version: '55.0.0', artifacts}))
}

describe('provision', () => {
  let folder: string
  let small: SmallLab
  let lines: Progress[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'todo-dr-assembly-'))
    small = smallLab()
    lines = []
  })

  afterEach(() => rm(folder, {recursive: true, force: true}))

  const run = () => provision(small.lab, folder, (line) => lines.push(line))
  const told = () => lines.map(({stack, status}) => `${stack} ${status}`)
  const one = (name: string, value = 'v') => ({
    Resources: {P: {...parameter(value), Properties: {Type: 'String', Name: name, Value: value}}},
  })

  it('publishes the files, records the bootstrap version, and creates the stacks in their order and regions', async () => {
    await writeAssembly(folder, {
      last: {region: AWAY, template: one('/last'), after: ['left', 'right']},
      left: {region: REGION, template: one('/left')},
      right: {region: AWAY, template: one('/right')},
    })
    await run()
    expect(told().slice(0, 2)).deep.equal(['left CREATE_IN_PROGRESS', 'right CREATE_IN_PROGRESS'])
    expect(told().slice(-2)).deep.equal(['last CREATE_IN_PROGRESS', 'last CREATE_COMPLETE'])
    expect(lines.every(({seconds}) => seconds >= 0 && seconds < 20)).equal(true)
    expect((await small.cfn('DescribeStacks', {StackName: 'last'}, AWAY)).Stacks[0].Tags).deep.equal([
      {Key: 'app', Value: 'x'},
    ])
    for (const region of [REGION, AWAY]) {
      const {Parameter} = await small.lab.call(
        'ssm',
        'GetParameter',
        {Name: '/cdk-bootstrap/hnb659fds/version'},
        region,
      )
      expect(Number(Parameter.Value)).greaterThan(20)
      const deployRole = `arn:aws:iam::000000000000:role/cdk-hnb659fds-deploy-role-000000000000-${region}`
      expect(small.lab.service('iam').hasRole(deployRole)).equal(true)
      const {Body} = await small.lab.call('s3', 'GetObject', {Bucket: bucketOf(region), Key: 'code.zip'}, region)
      expect(Object.keys(unzipSync(new Uint8Array(Body)))).deep.equal(['index.js'])
    }
  })

  it('fails by the name of the stack, the resource and the reason, and starts nothing after it', async () => {
    await writeAssembly(folder, {
      bad: {region: REGION, template: one('not/absolute', 'x'.repeat(9000))},
      later: {region: REGION, template: one('/later'), after: ['bad']},
    })
    const {message} = await failure(run())
    expect(message).match(/^The stack bad failed at P \(AWS::SSM::Parameter\): Resource handler returned message: /)
    expect(told()).deep.equal(['bad CREATE_IN_PROGRESS', 'bad CREATE_FAILED'])
    expect(lines[1]!.reason).equal(message)
  })

  it('fails by name for a type that the lab does not support', async () => {
    await writeAssembly(folder, {mars: {region: REGION, template: {Resources: {R: {Type: 'AWS::Mars::Rover'}}}}})
    expect((await failure(run())).message).match(/AWS::Mars::Rover.*The lab does not support/)
  })

  it('says which file of an assembly it cannot read', async () => {
    expect((await failure(run())).message).match(/cannot be read: .*manifest\.json/)
    await writeFile(join(folder, 'manifest.json'), '{')
    expect((await failure(run())).message).match(/manifest\.json/)
  })

  it('refuses container images and stacks without a region', async () => {
    const stack = {
      type: 'aws:cloudformation:stack',
      environment: 'aws://unknown-account/unknown region',
      properties: {},
    }
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({artifacts: {s: stack}}))
    expect((await failure(readAssembly(folder))).message).match(/s has no region/)
    for (const region of ['us-east-9', 'unknown-region']) {
      const elsewhere = {...stack, environment: `aws://000000000000/${region}`}
      await writeFile(join(folder, 'manifest.json'), JSON.stringify({artifacts: {s: elsewhere}}))
      expect((await failure(readAssembly(folder))).message).match(/s is in ".*", which is not an AWS region/)
    }

    const assets = {type: 'cdk:asset-manifest', properties: {file: 'a.json'}}
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({artifacts: {assets}}))
    await writeFile(join(folder, 'a.json'), JSON.stringify({dockerImages: {i: {}}}))
    expect((await failure(readAssembly(folder))).message).match(/container images/)
  })

  it('zips a folder to the same bytes whatever its times', async () => {
    const path = join(folder, 'code')
    await mkdir(join(path, 'deep'), {recursive: true})
    await writeFile(join(path, 'b.js'), 'b')
    await writeFile(join(path, 'deep', 'a.js'), 'a')
    const file = {path, packaging: 'zip' as const, destinations: []}
    const first = await contentOf(file)
    await utimes(join(path, 'b.js'), 1, 1)
    expect(Buffer.from(await contentOf(file)).equals(Buffer.from(first))).equal(true)
    expect(Object.keys(unzipSync(first))).deep.equal(['b.js', 'deep/a.js'])
  })
})
