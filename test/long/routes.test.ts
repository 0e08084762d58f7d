/** Ways to send clients to a region, other than the one that a deployment is made with: what todo-dr.yaml may name. */

import {
  CloudFrontClient,
  GetDistributionConfigCommand,
  ListDistributionsCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront'
import type {DistributionConfig} from '@aws-sdk/client-cloudfront'
import {expect} from 'chai'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type {StatusResult} from '../../src/actions/status/result.js'
import {ROOT, Sandbox} from '../support/cli.js'
import type {LabStatus} from '../support/cli.js'
import {labKeys} from '../support/lab.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

describe('the routes that todo-dr.yaml may name', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  let lab: LabStatus
  let cloudfront: CloudFrontClient
  let Id: string

  const configure = (route: object | object[]): void =>
    writeFileSync(join(sandbox.folder, 'todo-dr.yaml'), JSON.stringify({defaultTarget: 'lab', lab: {route}}))

  const status = (): Promise<StatusResult> => sandbox.json<StatusResult>(['status'])

  /** By another client, which begins anew where somebody else was faster. */
  async function change(how: (config: DistributionConfig) => void): Promise<void> {
    for (;;) {
      const {DistributionConfig: config, ETag: IfMatch} = await cloudfront.send(new GetDistributionConfigCommand({Id}))
      how(config!)
      try {
        await cloudfront.send(new UpdateDistributionCommand({Id, IfMatch, DistributionConfig: config}))
        return
      } catch (error) {
        if ((error as Error).name !== 'PreconditionFailed') throw error
        await sleep(Math.random() * 50)
      }
    }
  }

  const configNow = async (): Promise<DistributionConfig> =>
    (await cloudfront.send(new GetDistributionConfigCommand({Id}))).DistributionConfig!

  const originNow = async (): Promise<string> => {
    const {Origins, DefaultCacheBehavior} = await configNow()
    return Origins!.Items!.find((one) => one.Id === DefaultCacheBehavior!.TargetOriginId)!.DomainName!
  }

  before(async () => {
    lab = await sandbox.seededLab()
    cloudfront = new CloudFrontClient({region: HOME, endpoint: lab.endpoint, credentials: labKeys(lab)})
    const {DistributionList} = await cloudfront.send(new ListDistributionsCommand({}))
    Id = DistributionList!.Items![0]!.Id!
    // As a distribution has it that was not made by our template: its origin is a setting, and no function chooses it.
    await change((config) => {
      config.DefaultCacheBehavior!.FunctionAssociations = {Quantity: 0}
    })
  })

  after(async () => {
    cloudfront.destroy()
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('command: a program of the user moves clients there and back', async () => {
    const program = join(sandbox.folder, 'route.mjs')
    writeFileSync(
      program,
      `import {CloudFrontClient, GetDistributionConfigCommand, UpdateDistributionCommand} from '${ROOT}node_modules/@aws-sdk/client-cloudfront/dist-cjs/index.js'
const client = new CloudFrontClient(${JSON.stringify({region: HOME, endpoint: lab.endpoint, credentials: labKeys(lab)})})
const Id = '${Id}'
const [what, region] = process.argv.slice(2)
const {DistributionConfig, ETag: IfMatch} = await client.send(new GetDistributionConfigCommand({Id}))
if (what === 'serving') console.log(DistributionConfig.DefaultCacheBehavior.TargetOriginId)
else {
  DistributionConfig.DefaultCacheBehavior.TargetOriginId = region
  await client.send(new UpdateDistributionCommand({Id, IfMatch, DistributionConfig}))
}
`,
    )
    configure({kind: 'command', command: [process.execPath, program], needs: 'our own program'})
    const {stderr} = await sandbox.expect(0, ['switchover', '--yes'])
    expect(stderr).to.contain('Point the edge at')
    expect(await status()).to.include({primary: AWAY, edge: AWAY})
    await sandbox.expect(0, ['switchover', '--yes'])
    expect(await status()).to.include({primary: HOME, edge: HOME})
    expect((await sandbox.expect(0, ['crud', 'create', '--task', 'through our program'])).stderr).to.contain(HOME)
  })

  it('command: one that says no stops the switch behind the promotion, with what to do, and resume ends it', async () => {
    const program = join(sandbox.folder, 'no.sh')
    const working = readFileSync(join(sandbox.folder, 'todo-dr.yaml'), 'utf8')
    writeFileSync(
      program,
      'if [ "$1" = serving ]; then echo us-east-1; else echo "the zone is locked" >&2; exit 2; fi\n',
    )
    configure({kind: 'command', command: ['sh', './no.sh']})
    const {stderr} = await sandbox.expect(4, ['switchover', '--yes'], {timeoutMs: 200_000})
    expect(stderr).to.contain('the zone is locked').and.contain('run sh ./no.sh steer us-east-2')
    writeFileSync(join(sandbox.folder, 'todo-dr.yaml'), working)
    await sandbox.expect(0, ['resume'])
    expect(await status()).to.include({primary: AWAY, edge: AWAY})
    await sandbox.expect(0, ['switchover', '--yes'])
  })

  it('a list: the second one is used where the first one is broken, which the output and the journal say', async () => {
    const working = JSON.parse(readFileSync(join(sandbox.folder, 'todo-dr.yaml'), 'utf8')) as {lab: {route: object}}
    configure([{kind: 'command', command: ['sh', './no.sh'], needs: 'the locked zone'}, working.lab.route])
    const {stderr} = await sandbox.expect(0, ['switchover', '--yes'])
    const told = 'the locked zone cannot be used: sh ./no.sh steer us-east-2 failed: the zone is locked'
    expect(stderr).to.contain(`${told}; clients are sent by our own program`)
    const journal = sandbox.left('state').findLast((file) => file.endsWith('journal.ndjson'))!
    expect(readFileSync(join(sandbox.folder, 'state', journal), 'utf8')).to.contain(
      'clients are sent by our own program',
    )
    // The first one is back, and names the region that it was left at.
    const {situation} = await sandbox.json<StatusResult>(['status'], 5)
    expect(situation).to.equal('RouteBehind')
    configure(working.lab.route)
    expect(await status()).to.include({primary: AWAY, edge: AWAY})
    await sandbox.expect(0, ['switchover', '--yes'])
  })

  it('origin: moves a distribution that no function chooses an origin for, and loses no one of 50 changes by others', async () => {
    configure({kind: 'origin'})
    expect(await status()).to.include({primary: HOME, edge: HOME})

    const others = Promise.all(
      Array.from({length: 50}, async (_, n) => {
        await sleep(Math.random() * 8000)
        await change((config) => {
          config.Comment += ` c${n};`
        })
      }),
    )
    await sandbox.expect(0, ['switchover', '--yes'])
    await others
    const {Comment} = await configNow()
    for (let n = 0; n < 50; n++) expect(Comment).to.contain(` c${n};`)
    expect(await originNow()).to.contain(AWAY)
    expect(await status()).to.include({primary: AWAY, edge: AWAY})
    expect((await sandbox.expect(0, ['crud', 'create', '--task', 'through the origin'])).stderr).to.contain(AWAY)
  })

  it('origin: gives the only origin of a distribution the other host, as the article does', async () => {
    await change((config) => {
      const target = config.DefaultCacheBehavior!.TargetOriginId
      const Items = config.Origins!.Items!.filter((one) => one.Id === target)
      config.Origins = {Quantity: 1, Items}
    })
    await sandbox.expect(0, ['switchover', '--yes'])
    expect(await originNow()).to.contain(HOME)
    expect(await status()).to.include({primary: HOME, edge: HOME})
  })

  it('origin: does not touch a distribution that leads elsewhere', async () => {
    await change((config) => {
      config.Origins!.Items![0]!.DomainName = 'example.com'
    })
    const before = await configNow()
    const {stderr} = await sandbox.run(['switchover', '--yes'])
    expect(stderr).to.contain('example.com')
    expect(await configNow()).to.deep.equal(before)
  })
})
