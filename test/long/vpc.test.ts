/** The real `cdk`, unchanged, on an app that is not ours and whose synthesis asks AWS about the account it is for. */

import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {DescribeAvailabilityZonesCommand, EC2Client} from '@aws-sdk/client-ec2'
import {expect} from 'chai'

import {ROOT, Sandbox} from '../support/cli.js'
import {labKeys, type LabAccess} from '../support/lab.js'
import {cdk, environment} from '../support/toolkit.js'

const ACCOUNT = '000000000000'
const REGION = 'eu-west-1'

const APP = `import {App, Stack} from 'aws-cdk-lib'
import {IpAddresses, Vpc} from 'aws-cdk-lib/aws-ec2'

const app = new App()
const stack = new Stack(app, 'Network', {env: {account: '${ACCOUNT}', region: '${REGION}'}})
new Vpc(stack, 'Vpc', {ipAddresses: IpAddresses.cidr('10.1.0.0/16'), maxAzs: 3})
`

interface Template {
  Resources: Record<string, {Type: string; Properties: {AvailabilityZone?: string}}>
}

describe('an app with a Vpc', () => {
  const sandbox = new Sandbox()
  const project = join(sandbox.folder, 'network')
  let env: Record<string, string>
  let lab: LabAccess

  before(async function () {
    this.timeout(60_000)
    // Such an account has been bootstrapped by nobody: synthesis does not ask for it.
    lab = await sandbox.json<LabAccess>(['lab', 'start', '--empty'])
    env = await environment(sandbox)
    mkdirSync(project)
    symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'))
    writeFileSync(join(project, 'app.mjs'), APP)
    writeFileSync(join(project, 'cdk.json'), JSON.stringify({app: `"${process.execPath}" app.mjs`}))
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('aws 18: synthesizes against the lab, in the availability zones that the lab has', async function () {
    this.timeout(360_000)
    const {code, output} = await cdk(['synth', '--quiet'], env, project)
    expect(code, output).equal(0)

    const ec2 = new EC2Client({endpoint: lab.endpoint, region: REGION, credentials: labKeys(lab)})
    const {AvailabilityZones = []} = await ec2.send(new DescribeAvailabilityZonesCommand({}))
    ec2.destroy()
    const zones = AvailabilityZones.map(({ZoneName}) => ZoneName)
    expect(zones).length(3)

    const context = JSON.parse(readFileSync(join(project, 'cdk.context.json'), 'utf8')) as object
    expect(context).deep.equal({[`availability-zones:account=${ACCOUNT}:region=${REGION}`]: zones})
    const {Resources} = JSON.parse(readFileSync(join(project, 'cdk.out', 'Network.template.json'), 'utf8')) as Template
    const subnets = Object.values(Resources).filter(({Type}) => Type === 'AWS::EC2::Subnet')
    // A public and a private one in each.
    expect(subnets.map(({Properties}) => Properties.AvailabilityZone).sort()).deep.equal([...zones, ...zones].sort())
  })
})
