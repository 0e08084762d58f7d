/** The composition root: the only file that picks adapters. Commands get a target here and act on its ports. */

import {join} from 'node:path'
import type {AwsAccess} from '../adapters/aws/clients.js'
import type {AddressBook} from '../adapters/http/address-book.js'
import type {AwsTarget, LabTarget} from '../config/target.js'
import {DrError} from '../errors.js'
import type {Emit} from '../messages.js'
import {LAB_ACCOUNT} from '../model/deployment.js'
import type {Deployment, Region} from '../model/deployment.js'
import {homeFirst, twoRegionsOnly} from '../model/regions.js'
import {DEFAULT_OBJECTIVES} from '../model/verdict.js'
import type {Objectives} from '../model/verdict.js'
import type {LabAdmin} from '../ports/lab-admin.js'
import type {Outage} from '../ports/outage.js'
import type {RunStore} from '../ports/runs.js'
import type {World} from '../ports/world.js'

/** A named deployment, ready to be acted on. */
export interface OpenTarget {
  name: string
  kind: 'lab' | 'aws'
  /** The application's name; a lossy act wants it typed. */
  app: string
  deployment: Deployment
  world: World
  objectives: Objectives
  /** Seconds of replication lag above which a promotion is refused without consent. */
  maxLagSeconds: number
  /** `$XDG_STATE_HOME/todo-dr/<target>`, 0700; made when the first run is. */
  stateFolder: string
  runs: RunStore
  /** Rehearsal outages, made with AWS calls alone. */
  outage: Outage
  /** The nemesis and the truth; only where the target is a lab. */
  lab?: LabAdmin
  /** Ends open connections. */
  close(): Promise<void>
}

export interface OpenOptions {
  /** The value of --target or TODO_DR_TARGET. */
  flag?: string
  emit: Emit
  signal?: AbortSignal
  /** For commands that make only a few calls: load clients when they are first used. */
  lazy?: boolean
}

/** Resolves --target, connects to it and reads the map of the deployment. Emits the target line before anything else. */
export async function openTarget(options: OpenOptions): Promise<OpenTarget> {
  const {resolveTarget} = await import('../config/target.js')
  const resolved = await resolveTarget({flag: options.flag, folder: process.cwd()})
  return resolved.kind === 'lab' ? openLab(resolved, options) : openAws(resolved, options)
}

/** The lab keeps samples of the lag finer than a minute, and a drill on it is over in less. */
const LAB_LAG_PERIOD_SECONDS = 1

async function openLab(target: LabTarget, options: OpenOptions): Promise<OpenTarget> {
  const [{connectLab, labCredentials}, {LabAddresses}, {labStateFolder}] = await Promise.all([
    import('../adapters/lab/index.js'),
    import('../adapters/http/address-book.js'),
    import('../adapters/fs/paths.js'),
  ])
  const lab = connectLab(target.lab)
  const status = await lab.status()
  const {app, endpoint, pid} = status
  const regions = homeFirst(status)
  const start = `todo-dr lab start${target.lab === 'default' ? '' : ` --lab ${target.lab}`}`
  options.emit({code: 'target', target: target.name, app, account: LAB_ACCOUNT, regions})
  if (app === undefined) {
    throw new DrError({
      code: 'NotDeployed',
      exit: 'usage',
      what: `nothing is deployed in the lab "${target.lab}"`,
      why: 'it was started empty, or its stacks were deleted',
      next: `todo-dr lab stop, then ${start}`,
    })
  }

  return assemble(options, {
    name: target.name,
    kind: 'lab',
    app,
    regions,
    access: {endpoint, credentials: await labCredentials(target.lab)},
    // A cached map may be of a lab that is gone.
    keepMap: false,
    deployHint: start,
    addresses: new LabAddresses(async () => (await lab.status()).hosts),
    issuer: `${endpoint} ${pid}`,
    tokenFile: join(labStateFolder(target.lab), 'tokens.json'),
    lagPeriodSeconds: LAB_LAG_PERIOD_SECONDS,
    objectives: DEFAULT_OBJECTIVES,
    maxLagSeconds: DEFAULT_OBJECTIVES.rpoSeconds,
    lab,
  })
}

async function openAws(target: AwsTarget, options: OpenOptions): Promise<OpenTarget> {
  const {publicAddresses} = await import('../adapters/http/address-book.js')
  const {name, app, endpoint, profile, objectives, maxLagSeconds} = target
  const regions = homeFirst(target.regions)
  options.emit({code: 'target', target: name, app, regions})
  return assemble(options, {
    name,
    kind: 'aws',
    app,
    regions,
    access: {endpoint, profile},
    keepMap: true,
    deployHint: 'deploy the stacks of infra-template first, or correct app and regions in todo-dr.yaml',
    addresses: publicAddresses,
    issuer: endpoint ?? 'aws',
    objectives,
    maxLagSeconds,
  })
}

interface Parts {
  name: string
  kind: OpenTarget['kind']
  app: string
  regions: Region[]
  access: AwsAccess
  keepMap: boolean
  deployHint: string
  addresses: AddressBook
  /** Who signs the tokens; cached ones of another issuer are worthless. */
  issuer: string
  /** Where tokens are cached; in the target's state folder where undefined. */
  tokenFile?: string
  lagPeriodSeconds?: number
  objectives: Objectives
  maxLagSeconds: number
  lab?: LabAdmin
}

async function assemble(options: OpenOptions, parts: Parts): Promise<OpenTarget> {
  const {emit, lazy, signal} = options
  const [{Clients}, {AwsOutage}, {findMap}, {FsRunStore}, {targetStateFolder}, {makeWorld}, {todo}] = await Promise.all(
    [
      import('../adapters/aws/clients.js'),
      import('../adapters/aws/outage.js'),
      import('../adapters/aws/deployment-map.js'),
      import('../adapters/fs/runs.js'),
      import('../adapters/fs/paths.js'),
      import('../adapters/world.js'),
      import('../workloads/todo/index.js'),
    ],
  )
  const stateFolder = targetStateFolder(parts.name)
  const clients = new Clients(parts.access)
  try {
    const [found] = await Promise.all([
      findMap(clients, {
        app: parts.app,
        regions: parts.regions,
        cacheFile: parts.keepMap ? join(stateFolder, 'deployment.json') : undefined,
        deployHint: parts.deployHint,
        signal,
      }),
      lazy ? undefined : clients.preload(),
    ])
    if (found.ageSeconds !== undefined) warnOfAge(emit, found.ageSeconds)
    const {deployment} = found
    twoRegionsOnly(deployment)
    const {name, kind, app, objectives, maxLagSeconds, lab, addresses, issuer, lagPeriodSeconds} = parts
    if (kind === 'aws') emit({code: 'note', text: accountLine(deployment)})
    const tokenFile = parts.tokenFile ?? join(stateFolder, 'tokens.json')
    const {world, close} = makeWorld({
      clients,
      deployment,
      workload: todo,
      addresses,
      issuer,
      tokenFile,
      lagPeriodSeconds,
    })
    const runs = new FsRunStore(stateFolder)
    const outage = new AwsOutage(clients, deployment)
    return {name, kind, app, deployment, world, objectives, maxLagSeconds, stateFolder, runs, outage, lab, close}
  } catch (error) {
    await clients.close()
    throw error
  }
}

/** Where a slip of the profile would show. */
function accountLine({globalClusterId, regions}: Deployment): string {
  const [account] = regions.map(({clusterArn}) => clusterArn.split(':')[4])
  return `account ${account}, global cluster ${globalClusterId}`
}

function warnOfAge(emit: Emit, seconds: number): void {
  const hours = seconds / 3600
  const age = hours < 1 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(hours)} hours`
  emit({
    code: 'warning',
    text: `no region gives the map of the deployment; the local copy is used, ${age} old`,
    hint: 'what was deployed since then is not in it',
  })
}
