/**
 * Deploys and tears down, again and again in one lab, so that what a round leaves stands in the way of the next: in bad
 * weather, where AWS throttles and fails at a rate, and with the program killed at any instant. Every round must end with
 * nothing left, by the program's own word and by what the lab holds.
 */

import {CloudFormationClient, DescribeStacksCommand} from '@aws-sdk/client-cloudformation'
import {DescribeDBClustersCommand, DescribeGlobalClustersCommand, RDSClient} from '@aws-sdk/client-rds'
import {GetResourcesCommand, ResourceGroupsTaggingAPIClient} from '@aws-sdk/client-resource-groups-tagging-api'
import {ListBucketsCommand, S3Client} from '@aws-sdk/client-s3'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

import type {TeardownResult} from '../../src/actions/teardown/result.js'
import {CdkProject} from '../support/cdk-project.js'
import {ROOT, Sandbox} from '../support/cli.js'
import type {LabStatus, Ran} from '../support/cli.js'
import {callLab, labKeys, type LabAccess} from '../support/lab.js'
import {generator} from './generator.js'

const APP = 'Soak'
const REGIONS = {home: 'us-east-1', away: 'us-east-2'}
/** Of all calls, throttles and errors alike: 5 % together. */
const RATE = 0.025
/** How often a command may be run again before a round has failed. */
const TRIES = 5

const DEPLOY = ['deploy']
const TEARDOWN = ['teardown', '--confirm', APP, '--json']

export class DeployRounds {
  private constructor(
    private readonly sandbox: Sandbox,
    private readonly project: CdkProject,
    private readonly lab: string,
    private readonly access: LabAccess,
  ) {}

  /** Starts an empty lab, and deploys once in good weather: every later round replays that synthesis. */
  static async open(): Promise<DeployRounds> {
    const lab = `soak-${process.pid}`
    const sandbox = new Sandbox({TODO_DR_TARGET: `lab:${lab}`})
    const project = new CdkProject(join(sandbox.folder, 'soak'), APP, REGIONS)
    await sandbox.expect(0, ['lab', 'start', '--empty', '--target', `lab:${lab}`])
    const status = await sandbox.json<LabStatus>(['lab', 'status', '--target', `lab:${lab}`])
    const rounds = new DeployRounds(sandbox, project, lab, status)
    await sandbox.expect(0, DEPLOY, {cwd: project.folder, timeoutMs: 300_000})
    project.freeze()
    await rounds.wholeTeardown()
    return rounds
  }

  async close(): Promise<void> {
    await this.sandbox.run(['lab', 'stop', '--target', `lab:${this.lab}`])
    this.sandbox.remove()
  }

  async inBadWeather(seed: number): Promise<string> {
    await this.weather({throttleRate: RATE, errorRate: RATE, seed})
    try {
      const deploys = await this.untilDone(DEPLOY)
      const teardowns = await this.untilDone(TEARDOWN)
      return `deployed in ${deploys}, torn down in ${teardowns}`
    } finally {
      await this.weather({throttleRate: 0, errorRate: 0, seed: 1})
      await this.wholeTeardown()
    }
  }

  /** SIGKILL to the program and all that it started, once while it deploys and once while it tears down. */
  async killed(seed: number): Promise<string> {
    const random = generator(seed)
    const deployMs = 500 + random() * 9500
    const teardownMs = 300 + random() * 2700
    const whileDeploying = await this.killAfter(DEPLOY, deployMs)
    // A deployment that was killed early may as well be torn down as finished.
    const finishes = random() < 0.7
    const deploys = finishes ? await this.untilDone(DEPLOY) : 0
    const whileTearingDown = await this.killAfter(TEARDOWN, teardownMs)
    await this.wholeTeardown()
    const told = (hit: boolean, ms: number): string => (hit ? `after ${(ms / 1000).toFixed(1)} s` : 'too late')
    return `killed ${told(whileDeploying, deployMs)}, deployed in ${deploys}, killed ${told(whileTearingDown, teardownMs)}`
  }

  /** CDK's bootstrap stacks, with their filled buckets, go when that is asked for. */
  async toolkitGoes(): Promise<void> {
    const {remaining} = await this.sandbox.json<TeardownResult>([...TEARDOWN.slice(0, -1), '--no-keep-toolkit'], 0, {
      cwd: this.project.folder,
    })
    const client = new S3Client({...this.settings(REGIONS.home), forcePathStyle: true})
    const {Buckets = []} = await client.send(new ListBucketsCommand({}))
    const left = [
      ...remaining.map(({id}) => id),
      ...Buckets.map(({Name}) => Name),
      ...(await this.left({toolkitToo: true})),
    ]
    if (left.length > 0) throw new Error(`the lab still holds ${left.join(', ')}`)
  }

  /** How many times it had to be run. */
  private async untilDone(args: string[]): Promise<number> {
    const ran: Ran[] = []
    while (ran.length < TRIES) {
      ran.push(await this.sandbox.run(args, {cwd: this.project.folder, timeoutMs: 300_000}))
      if (ran.at(-1)!.code === 0) return ran.length
    }

    const says = ran.map(({code, stderr}) => `exit ${code}: ${stderr.split('\n').slice(-8).join('\n')}`)
    throw new Error(`${args[0]} did not end well in ${TRIES} tries\n${says.join('\n')}`)
  }

  /** True where it was killed in time. */
  private async killAfter(args: string[], ms: number): Promise<boolean> {
    const bin = join(ROOT, 'bin', 'run.js')
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: this.project.folder,
      env: this.sandbox.env,
      stdio: 'ignore',
      detached: true,
    })
    const closed = once(child, 'close')
    const stillRuns = await Promise.race([closed.then(() => false), sleep(ms, true)])
    if (stillRuns) process.kill(-child.pid!, 'SIGKILL')
    await closed
    return stillRuns
  }

  /** Tears down what is left, and holds what the program says against what the lab has. */
  private async wholeTeardown(): Promise<void> {
    const last = await this.sandbox.json<TeardownResult>(TEARDOWN.slice(0, -1), 0, {cwd: this.project.folder})
    if (last.remaining.length > 0) throw new Error(`teardown says that it left ${JSON.stringify(last.remaining)}`)
    const left = await this.left()
    if (left.length > 0) throw new Error(`the lab still holds ${left.join(', ')}`)
  }

  /** By clients of our own, in good weather. Keys that wait for their end are not left. */
  private async left({toolkitToo = false} = {}): Promise<string[]> {
    const found = await Promise.all(
      Object.values(REGIONS).map(async (region) => {
        const settings = this.settings(region)
        const rds = new RDSClient(settings)
        const [{Stacks = []}, {ResourceTagMappingList = []}, {DBClusters = []}, {GlobalClusters = []}] =
          await Promise.all([
            new CloudFormationClient(settings).send(new DescribeStacksCommand({})),
            new ResourceGroupsTaggingAPIClient(settings).send(
              new GetResourcesCommand({TagFilters: [{Key: 'todo-dr:app'}]}),
            ),
            rds.send(new DescribeDBClustersCommand({})),
            rds.send(new DescribeGlobalClustersCommand({})),
          ])
        return [
          ...Stacks.map(({StackName = ''}) => StackName).filter((name) => name !== 'CDKToolkit' || toolkitToo),
          ...ResourceTagMappingList.map(({ResourceARN = ''}) => ResourceARN).filter((arn) => !arn.includes(':kms:')),
          ...DBClusters.map(({DBClusterArn = ''}) => DBClusterArn),
          ...GlobalClusters.map(({GlobalClusterArn = ''}) => GlobalClusterArn),
        ]
      }),
    )
    return found.flat()
  }

  private settings(region: string) {
    return {region, endpoint: this.access.endpoint, credentials: labKeys(this.access)}
  }

  private async weather(forecast: {throttleRate: number; errorRate: number; seed: number}): Promise<void> {
    const {ok, status} = await callLab(this.access, 'PUT', 'weather', forecast)
    if (!ok) throw new Error(`the lab refuses this weather: ${status}`)
  }
}
