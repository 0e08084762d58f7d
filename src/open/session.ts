/**
 * The composition root: from the name of a target to all that a command may act on. Each part is opened when it is first
 * asked for, and once: todo-dr.yaml is read once, and there is one set of SDK clients and one map of the deployment.
 */

import {dirname, join, resolve} from 'node:path'
import type {AwsAccess} from '../adapters/aws/clients.js'
import type {FoundMap} from '../adapters/aws/deployment-map.js'
import type {DnsServer} from '../adapters/dns/query.js'
import type {AddressBook, LabHost} from '../adapters/http/address-book.js'
import {labFlagOf} from '../config/lab-name.js'
import type {AwsTarget, LabTarget, Target} from '../config/target.js'
import {DrError} from '../errors.js'
import type {DrEvent, Emit} from '../messages.js'
import {LAB_ACCOUNT} from '../model/deployment.js'
import type {Deployment, Region} from '../model/deployment.js'
import {accountOf, homeFirst, homeOf, twoRegionsOnly} from '../model/regions.js'
import type {LabStatus} from '../ports/lab-admin.js'
import type {MigrationFolder} from '../ports/migrations.js'
import type {RunStore} from '../ports/runs.js'
import {once} from './once.js'

export interface SessionOptions {
  /** The value of --target or TODO_DR_TARGET. */
  target?: string
  /** The value of --profile: a profile of the AWS configuration, in place of the one in todo-dr.yaml. */
  profile?: string
  /** Where the search for todo-dr.yaml begins. */
  folder: string
  emit: Emit
  signal?: AbortSignal
  /** For commands that make only a few calls: load SDK clients when they are first used. */
  lazy?: boolean
  /** For a command that is about a run: wait a while where no region lists the copies of runs. */
  awaitRuns?: boolean
}

/** Where the target is and how it is reached, without the map of what stands there. */
interface Place {
  /** Undefined in an empty lab. */
  app?: string
  /** Home first. */
  regions: Region[]
  access: AwsAccess
  addresses: AddressBook
  /** Who signs the tokens; cached ones of another issuer are worthless. */
  issuer: string
  tokenFile: string
  /** The only name server to ask; on AWS each name has its own. */
  dns?: DnsServer
  /** Where a copy of the map is kept. A lab has none: it may be of a lab that is gone. */
  mapFile?: string
  lagPeriodSeconds?: number
  replicatesRows?: boolean
  /** What to do where nothing is deployed. */
  deployHint: string
}

/** Beside todo-dr.yaml. */
const MIGRATIONS = 'migrations'

/** Milliseconds that copies of runs are waited for, as long as the map of the deployment is. */
const RUNS_MS = 15_000

/** The lab keeps samples of the lag finer than a minute, and a drill on it is over in less. */
const LAB_LAG_PERIOD_SECONDS = 1

export class Session {
  readonly #closers: (() => Promise<void>)[] = []
  #announced = false

  constructor(readonly options: SessionOptions) {}

  /** todo-dr.yaml, where there is one. Throws `ConfigInvalid` (exit usage). */
  readonly config = once(async () => {
    const {loadConfig} = await import('../config/load.js')
    return loadConfig(this.options.folder)
  })

  /**
   * Which deployment is meant; nobody is asked. Throws `TargetUnknown`, `TargetMissing`, `ConfigInvalid` or `ProfileOnLab` (exit
   * usage).
   */
  readonly target = once(async () => {
    const [{chooseTarget, withProfile}, loaded] = await Promise.all([import('../config/target.js'), this.config()])
    return withProfile(chooseTarget(this.options.target, loaded), this.options.profile)
  })

  /** The nemesis and the truth; undefined where the target is no lab. */
  readonly lab = once(async () => {
    const target = await this.target()
    if (target.kind !== 'lab') return
    const {connectLab} = await import('../adapters/lab/index.js')
    return connectLab(target.lab)
  })

  /** Of the lab, as it was when it was first asked for. Throws `NoLab` (exit usage). */
  readonly labStatus = once(async (): Promise<LabStatus | undefined> => (await this.lab())?.status())

  /** Where AWS, or the lab, is called, and as whom. */
  readonly place = once(async (): Promise<Place> => {
    const target = await this.target()
    return target.kind === 'lab' ? labPlace(target, (await this.labStatus())!) : awsPlace(target)
  })

  /** The one set of SDK clients. */
  readonly clients = once(async () => {
    const [{Clients}, {SET_CLOCK, clockOff}, {access}] = await Promise.all([
      import('../adapters/aws/clients.js'),
      import('../adapters/aws/errors.js'),
      this.place(),
    ])
    const clockIsOff = (offsetMs: number): DrEvent => ({
      code: 'warning',
      text: `the clock of this machine is ${clockOff(offsetMs)}: calls are signed with AWS's time`,
      hint: SET_CLOCK,
    })
    const clients = new Clients(access, (offsetMs) => this.options.emit(clockIsOff(offsetMs)))
    this.#closers.push(() => clients.close())
    return clients
  })

  /** The map of what is deployed. Throws `NotDeployed` (exit usage) and `MapUnreachable` (exit unknown). Emits the line of the target first. */
  readonly deployment = once(async (): Promise<Deployment> => {
    const {signal, lazy, emit} = this.options
    const [target, place] = await Promise.all([this.target(), this.place()])
    const {app, regions, mapFile: cacheFile, deployHint} = place
    const lab = target.kind === 'lab'
    const quiet = this.#announced
    this.announce({code: 'target', target: target.name, app, regions, ...(lab && {account: LAB_ACCOUNT})})
    if (app === undefined) throw labIsEmpty((target as LabTarget).lab, deployHint)
    const note = (text: string): void => emit({code: 'note', text})
    const [{findMap}, clients] = await Promise.all([import('../adapters/aws/deployment-map.js'), this.clients()])
    const [{deployment: found, copy}] = await Promise.all([
      findMap(clients, {app, regions, cacheFile, deployHint, note, signal}),
      lazy ? undefined : clients.preload(),
    ])
    const deployment = await this.#withRoutes(found, target)
    twoRegionsOnly(deployment)
    if (copy) emit(oldMap(copy))
    if (quiet) return deployment
    if (!lab) emit({code: 'note', text: accountLine(deployment)})
    return deployment
  })

  async #withRoutes(deployment: Deployment, {routes}: Target): Promise<Deployment> {
    if (!routes) return deployment
    const [{withRoutes}, loaded] = await Promise.all([import('./routes.js'), this.config()])
    return withRoutes(deployment, routes, dirname(loaded!.file))
  }

  /** All that steps and probes act on. */
  readonly world = once(async () => {
    const deployment = await this.deployment()
    const [{makeWorld}, {openWorkload}, clients, place] = await Promise.all([
      import('../adapters/world.js'),
      import('./workload.js'),
      this.clients(),
      this.place(),
    ])
    const {world, close} = makeWorld({...place, clients, deployment, workload: await openWorkload()})
    this.#closers.push(close)
    return world
  })

  /** Rehearsal outages, made with AWS calls alone. */
  readonly outage = once(async () => {
    const deployment = await this.deployment()
    const [{AwsOutage}, clients] = await Promise.all([import('../adapters/aws/outage.js'), this.clients()])
    return new AwsOutage(clients, deployment)
  })

  /** The failover pipelines of the deployment. */
  readonly pipelines = once(async () => {
    const [{AwsPipelines}, clients, {app}] = await Promise.all([
      import('../adapters/aws/pipelines.js'),
      this.clients(),
      this.deployment(),
    ])
    return new AwsPipelines(clients, app)
  })

  /** The delivery pipeline of the deployment. */
  readonly delivery = once(async () => {
    const [{AwsDelivery}, clients, deployment, {access}] = await Promise.all([
      import('../adapters/aws/delivery.js'),
      this.clients(),
      this.deployment(),
      this.place(),
    ])
    return new AwsDelivery(clients, deployment.app, homeOf(deployment), access.endpoint)
  })

  /** The target's runs, in `$XDG_STATE_HOME/todo-dr/<target>`; made when the first run is. */
  readonly runs = once(async (): Promise<RunStore> => {
    const [{FsRunStore}, {targetStateFolder}, {name}] = await Promise.all([
      import('../adapters/fs/runs.js'),
      import('../adapters/fs/paths.js'),
      this.target(),
    ])
    return new FsRunStore(targetStateFolder(name))
  })

  /** The same runs, each copied to the lease bucket of every region, so that another machine can go on with it. */
  readonly mirroredRuns = once(async (): Promise<RunStore> => {
    const [{MirroredRunStore}, {AwsRunMirror}, {FsRunStore}, {targetStateFolder}, {name}, clients, deployment] =
      await Promise.all([
        import('../adapters/mirror/store.js'),
        import('../adapters/aws/run-mirror.js'),
        import('../adapters/fs/runs.js'),
        import('../adapters/fs/paths.js'),
        this.target(),
        this.clients(),
        this.deployment(),
      ])
    const store = new MirroredRunStore(
      new FsRunStore(targetStateFolder(name)),
      new AwsRunMirror(clients, deployment),
      this.options.emit,
      {waitMs: this.options.awaitRuns ? RUNS_MS : 0},
    )
    this.#closers.push(() => store.close())
    return store
  })

  /** Of the project: `given`, or the folder beside todo-dr.yaml; undefined where there is none. Throws `MigrationsMissing` (exit usage). */
  async migrations(given?: string): Promise<MigrationFolder | undefined> {
    const [{readMigrationFolder}, loaded] = await Promise.all([import('../adapters/fs/migrations.js'), this.config()])
    if (given === undefined) return loaded && readMigrationFolder(join(dirname(loaded.file), MIGRATIONS))
    const found = await readMigrationFolder(resolve(this.options.folder, given))
    if (found) return found
    throw new DrError({
      code: 'MigrationsMissing',
      exit: 'usage',
      what: `there is no folder ${given}`,
      why: '--migrations names it',
      next: 'name the folder that holds the files NNNN_name.sql',
    })
  }

  /** Says which target is acted on, unless it has been said. */
  announce(line: Extract<DrEvent, {code: 'target'}>): void {
    if (this.#announced) return
    this.#announced = true
    this.options.emit(line)
  }

  /** Has `close` called at the end. */
  onClose(close: () => Promise<void>): void {
    this.#closers.push(close)
  }

  /** Ends open connections. What was opened last ends first, as it may still need what was opened before it. */
  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close().catch(() => undefined)
  }
}

async function labPlace({lab}: LabTarget, status: LabStatus): Promise<Place> {
  const {app, endpoint, pid, hosts, dns} = status
  const [{connectLab, forgetAws, labCredentials}, {LabAddresses}, {labStateFolder}] = await Promise.all([
    import('../adapters/lab/index.js'),
    import('../adapters/http/address-book.js'),
    import('../adapters/fs/paths.js'),
  ])
  forgetAws()
  return {
    app,
    regions: homeFirst(status),
    access: {endpoint, credentials: await labCredentials(lab)},
    addresses: new LabAddresses(async () => (await connectLab(lab).status()).hosts, hosts, dns),
    dns,
    issuer: `${endpoint} ${pid}`,
    tokenFile: join(labStateFolder(lab), 'tokens.json'),
    lagPeriodSeconds: LAB_LAG_PERIOD_SECONDS,
    replicatesRows: true,
    deployHint: `todo-dr lab start${labFlagOf(lab)}`,
  }
}

async function awsPlace({name, app, regions, endpoint, hosts, dns, profile}: AwsTarget): Promise<Place> {
  const [{LabAddresses, publicAddresses}, {targetStateFolder}] = await Promise.all([
    import('../adapters/http/address-book.js'),
    import('../adapters/fs/paths.js'),
  ])
  const folder = targetStateFolder(name)
  return {
    app,
    regions: homeFirst(regions),
    access: {endpoint, profile},
    addresses: hosts ? new LabAddresses(async () => servedHere(hosts), undefined, dns) : publicAddresses,
    dns,
    issuer: endpoint ?? 'aws',
    tokenFile: join(folder, 'tokens.json'),
    mapFile: join(folder, 'deployment.json'),
    deployHint: 'deploy the stacks of infra-template first, or fix app and regions in todo-dr.yaml',
  }
}

const servedHere = (hosts: Record<string, number>): LabHost[] =>
  Object.entries(hosts).map(([hostname, port]) => ({hostname, port}))

const labIsEmpty = (lab: string, start: string): DrError =>
  new DrError({
    code: 'NotDeployed',
    exit: 'usage',
    what: `nothing is deployed in the lab "${lab}"`,
    why: 'it was started empty, or its stacks were deleted',
    next: `todo-dr lab stop, then ${start}`,
  })

/** Where a slip of the profile would show. */
function accountLine(deployment: Deployment): string {
  return `account ${accountOf(deployment)}, global cluster ${deployment.globalClusterId}`
}

function oldMap({ageSeconds, why}: NonNullable<FoundMap['copy']>): DrEvent {
  const hours = ageSeconds / 3600
  const age = hours < 1 ? `${Math.round(ageSeconds / 60)} minutes` : `${Math.round(hours)} hours`
  return {
    code: 'warning',
    text: `no region returns the map of the deployment (${why}); using the local copy, which is ${age} old`,
    hint: 'it lacks anything deployed since then',
  }
}
