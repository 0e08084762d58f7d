/** Opens what a deployment needs: the project, its toolkit, AWS or a lab, and the deployment that stands, if one does. */

import {join} from 'node:path'
import type {AwsAccess} from '../adapters/aws/clients.js'
import {openTarget} from './target.js'
import type {OpenTarget} from './target.js'
import type {Project, Rehearsal} from '../config/project.js'
import type {AwsTarget, LabTarget} from '../config/target.js'
import {DrError} from '../errors.js'
import type {Emit} from '../messages.js'
import {LAB_ACCOUNT} from '../model/deployment.js'
import type {Region} from '../model/deployment.js'
import {homeFirst} from '../model/regions.js'
import type {Deployer, Stacks} from '../ports/deployer.js'
import type {LabStatus} from '../ports/lab-admin.js'
import type {RunStore} from '../ports/runs.js'
import type {Clock} from '../ports/world.js'

export interface OpenDeploy {
  target: string
  kind: 'lab' | 'aws'
  project: Project
  /** Undefined for a CDK app that names none. */
  app?: string
  account: string
  deployer: Deployer
  cloudFormation: Stacks
  clock: Clock
  runs: RunStore
  /** The deployment that stands; undefined where there is none yet, or one that is not whole. */
  standing?: OpenTarget
  /** Where the edge is reached from here; undefined where there is none. */
  edgeUrl(): Promise<string | undefined>
  close(): Promise<void>
}

export interface OpenDeployOptions {
  /** The value of --target or TODO_DR_TARGET. */
  flag?: string
  /** Run the project's validation plugins; by default on AWS only, where seven seconds do not count. */
  validation?: boolean
  emit: Emit
  signal: AbortSignal
}

interface Place {
  target: string
  kind: OpenDeploy['kind']
  app?: string
  regions?: {home: Region; away: Region}
  account: string
  access: AwsAccess
  cdkHome?: string
  pollMs?: number
  edgeUrl(): Promise<string | undefined>
}

/** Milliseconds: the lab is asked often, as nothing in it takes long. */
const LAB_POLL_MS = 150

export async function openDeploy(options: OpenDeployOptions): Promise<OpenDeploy> {
  const [{findProject}, {resolveTarget}, {findToolkit}] = await Promise.all([
    import('../config/project.js'),
    import('../config/target.js'),
    import('../adapters/cdk/errors.js'),
  ])
  const folder = process.cwd()
  const project = await findProject(folder)
  findToolkit(project.folder)
  const target = await resolveTarget({flag: options.flag, folder})
  const place =
    target.kind === 'lab' ? await labPlace(target, project, options) : await awsPlace(target, project, options)
  const standing = await standingDeployment(options)
  const [{Clients}, {AwsStacks}, {ToolkitProcess}, {FsRunStore}, {targetStateFolder}, {systemClock}] =
    await Promise.all([
      import('../adapters/aws/clients.js'),
      import('../adapters/aws/stacks.js'),
      import('../adapters/cdk/toolkit-process.js'),
      import('../adapters/fs/runs.js'),
      import('../adapters/fs/paths.js'),
      import('../adapters/clock.js'),
    ])
  const clients = new Clients(place.access)
  const {app, regions, account, access, cdkHome, pollMs} = place
  const deployer = new ToolkitProcess({
    folder: project.folder,
    app: project.appCommand,
    build: project.build,
    context: {...(app && {app}), account, ...regions},
    validation: options.validation ?? place.kind === 'aws',
    access,
    cdkHome,
    pollMs,
  })
  return {
    target: place.target,
    kind: place.kind,
    project,
    app,
    account,
    deployer,
    cloudFormation: new AwsStacks(clients),
    clock: systemClock,
    runs: new FsRunStore(targetStateFolder(place.target)),
    standing,
    edgeUrl: place.edgeUrl,
    async close() {
      await Promise.allSettled([deployer.close(), clients.close(), standing?.close()])
    },
  }
}

/** Of the lab, `NotDeployed` says the same of an empty one. */
async function standingDeployment({flag, signal}: OpenDeployOptions): Promise<OpenTarget | undefined> {
  try {
    // The target has been told already.
    return await openTarget({flag, signal, emit() {}, lazy: true})
  } catch (error) {
    if (error instanceof DrError && error.code === 'NotDeployed') return undefined
    throw error
  }
}

async function awsPlace(target: AwsTarget, project: Project, {emit, signal}: OpenDeployOptions): Promise<Place> {
  const {name, app, regions, profile, endpoint} = target
  const [{Clients}, {AwsStacks}, {targetStateFolder}] = await Promise.all([
    import('../adapters/aws/clients.js'),
    import('../adapters/aws/stacks.js'),
    import('../adapters/fs/paths.js'),
  ])
  const access = {endpoint, profile}
  const clients = new Clients(access)
  try {
    const account = await new AwsStacks(clients).account(regions.home, {signal})
    emit({code: 'target', target: name, app, account, regions: homeFirst(regions)})
    checkAccount(account, target, project)
    const cdkHome = endpoint === undefined ? undefined : join(targetStateFolder(name), 'cdk')
    return {target: name, kind: 'aws', app, regions, account, access, cdkHome, edgeUrl: async () => undefined}
  } finally {
    await clients.close()
  }
}

/** A slip of the profile must not put a deployment into another account. */
function checkAccount(account: string, target: AwsTarget, {own, folder, config}: Project): void {
  const meant = target.account ?? (own.account === LAB_ACCOUNT ? undefined : own.account)
  if (meant === undefined || meant === account) return
  const where = target.account === undefined ? join(folder, 'config.json') : config!.file
  throw new DrError({
    code: 'AccountMismatch',
    exit: 'credentials',
    what: `the credentials are of account ${account}, and ${target.name} is to be deployed in ${meant}`,
    why: `${where} says so`,
    next: 'choose the right profile (AWS_PROFILE, or profile in todo-dr.yaml), or correct the account there',
  })
}

async function labPlace(target: LabTarget, project: Project, {emit, signal}: OpenDeployOptions): Promise<Place> {
  const [{labCredentials, labs}, {labStateFolder}, {rehearsedAs}] = await Promise.all([
    import('../adapters/lab/index.js'),
    import('../adapters/fs/paths.js'),
    import('../config/project.js'),
  ])
  const wanted = rehearsedAs(project)
  const admin = labs.connect(target.lab)
  let status = await admin.status().catch((error: unknown) => {
    if (error instanceof DrError && error.code === 'NoLab') return
    throw error
  })
  if (!status) {
    emit({code: 'note', text: `no lab named "${target.lab}" is running: starting an empty one`})
    await labs.start({name: target.lab, empty: true, ...wanted.regions, signal})
    status = await admin.status()
  }

  checkLab(status, wanted, target)
  const {home, away, endpoint} = status
  const regions = {home, away}
  const {app} = wanted
  emit({code: 'target', target: target.name, app, account: LAB_ACCOUNT, regions: homeFirst(regions)})
  return {
    target: target.name,
    kind: 'lab',
    app,
    regions,
    account: LAB_ACCOUNT,
    access: {endpoint, credentials: await labCredentials(target.lab)},
    cdkHome: join(labStateFolder(target.lab), 'cdk'),
    pollMs: LAB_POLL_MS,
    edgeUrl: async () => (await admin.status()).edgeUrl,
  }
}

function checkLab({app, home, away}: LabStatus, wanted: Rehearsal, {lab}: LabTarget): void {
  const {regions} = wanted
  const other = app !== undefined && app !== wanted.app
  const elsewhere = regions !== undefined && (regions.home !== home || regions.away !== away)
  if (!other && !elsewhere) return
  const project = [wanted.app ?? 'a project', regions && `in ${regions.home} and ${regions.away}`]
    .filter(Boolean)
    .join(' ')
  throw new DrError({
    code: 'LabTaken',
    exit: 'usage',
    what: `the lab "${lab}" is not for this project`,
    why: `it holds ${app ?? 'nothing'} in ${home} and ${away}; to be deployed is ${project}`,
    next: `todo-dr lab stop${lab === 'default' ? '' : ` --lab ${lab}`}, or another one: todo-dr deploy --target lab:NAME`,
  })
}
