/** Opens what a deployment needs: the project, its toolkit, AWS or a lab, and the deployment that stands, if one does. */

import {join} from 'node:path'
import type {DeployPlace} from '../actions/deploy/input.js'
import {labFlagOf} from '../config/lab-name.js'
import type {Project, Rehearsal} from '../config/project.js'
import type {AwsTarget, LabTarget} from '../config/target.js'
import {DrError} from '../errors.js'
import {LAB_ACCOUNT} from '../model/deployment.js'
import type {Region} from '../model/deployment.js'
import {homeFirst} from '../model/regions.js'
import type {LabStatus} from '../ports/lab-admin.js'
import type {World} from '../ports/world.js'
import {nameContext} from './name-zone.js'
import {openPipelines} from './programs.js'
import {checkConnection} from './source-connection.js'
import type {Session} from './session.js'

/** What the project is deployed as. */
interface Meant {
  app?: string
  regions: {home: Region; away: Region}
  account: string
  /** Where the toolkit keeps what it fetches; its own folder in the user's home where undefined. */
  cdkHome?: string
  pollMs?: number
  /** Where stacks go that name no region; where undefined, the environment or the profile says so. */
  region?: string
}

/** Milliseconds: the lab is asked often, as nothing in it takes long. */
const LAB_POLL_MS = 150

/**
 * Starts an empty lab where the target is one that does not run. `validation`: run the project's validation plugins; by
 * default on AWS only, where seven seconds do not count.
 */
export async function openDeploy(session: Session, options: {validation?: boolean} = {}): Promise<DeployPlace> {
  const [{findProject}, {findToolkit}, config] = await Promise.all([
    import('../config/project.js'),
    import('../adapters/cdk/errors.js'),
    session.config(),
  ])
  const project = await findProject(session.options.folder, config)
  findToolkit(project.folder)
  const target = await session.target()
  const lab = target.kind === 'lab'
  const meant = lab ? await meantForLab(session, target, project) : await meantForAws(session, target, project)
  const [{AwsStacks}, {AwsStackDrifts}, {ToolkitProcess}, {systemClock}, {access}, clients, runs, world] =
    await Promise.all([
      import('../adapters/aws/stacks.js'),
      import('../adapters/aws/stack-drift.js'),
      import('../adapters/cdk/toolkit-process.js'),
      import('../adapters/clock.js'),
      session.place(),
      session.clients(),
      session.runs(),
      standing(session),
    ])
  const {app, account, regions, cdkHome, pollMs, region} = meant
  const pipelines = app === undefined ? undefined : await openPipelines(session, project, {app, account, regions})
  const name = await nameContext(session, project)
  await checkConnection(session, project)
  const deployer = new ToolkitProcess({
    folder: project.folder,
    app: project.appCommand,
    build: project.build,
    context: {...(app && {app}), account, ...regions, ...pipelines?.context, ...name},
    account,
    region,
    validation: options.validation ?? !lab,
    access,
    cdkHome,
    pollMs,
  })
  session.onClose(() => deployer.close())
  return {
    target: target.name,
    lab,
    app,
    account,
    regions: homeFirst(regions),
    folder: project.folder,
    deployer,
    cloudFormation: new AwsStacks(clients),
    stackDrifts: new AwsStackDrifts(clients, systemClock),
    clock: systemClock,
    world,
    runs,
    programs: pipelines?.programs,
    edgeUrl: async () => (await (await session.lab())?.status())?.edgeUrl,
  }
}

/** Of the deployment that stands; undefined where there is none yet. Of an empty lab, `NotDeployed` says the same. */
async function standing(session: Session): Promise<World | undefined> {
  try {
    return await session.world()
  } catch (error) {
    if (error instanceof DrError && error.code === 'NotDeployed') return undefined
    throw error
  }
}

async function meantForAws(session: Session, target: AwsTarget, project: Project): Promise<Meant> {
  const {name, app, regions, endpoint} = target
  const [{AwsStacks}, {targetStateFolder}, clients] = await Promise.all([
    import('../adapters/aws/stacks.js'),
    import('../adapters/fs/paths.js'),
    session.clients(),
  ])
  const account = await new AwsStacks(clients).account(regions.home, {signal: session.options.signal})
  session.announce({code: 'target', target: name, app, account, regions: homeFirst(regions)})
  checkAccount(account, target, project)
  const cdkHome = endpoint === undefined ? undefined : join(targetStateFolder(name), 'cdk')
  return {app, regions, account, cdkHome}
}

/** A slip of the profile must not put a deployment into another account. */
function checkAccount(account: string, target: AwsTarget, {own, folder, config}: Project): void {
  const meant = target.account ?? (own.account === LAB_ACCOUNT ? undefined : own.account)
  if (meant === undefined || meant === account) return
  const where = target.account === undefined ? join(folder, 'config.json') : config!.file
  throw new DrError({
    code: 'AccountMismatch',
    exit: 'credentials',
    what: `the credentials belong to account ${account}, but ${target.name} belongs to ${meant}`,
    why: `${where} says so`,
    next: 'choose the right profile (AWS_PROFILE, or profile in todo-dr.yaml), or fix the account there',
  })
}

async function meantForLab(session: Session, target: LabTarget, project: Project): Promise<Meant> {
  const [{labStateFolder}, {rehearsedAs}] = await Promise.all([
    import('../adapters/fs/paths.js'),
    import('../config/project.js'),
  ])
  const wanted = rehearsedAs(project)
  const status = await runningLab(session, target, wanted)
  checkLab(status, wanted, target)
  const {app} = wanted
  const {home, away} = status
  const regions = {home, away}
  session.announce({code: 'target', target: target.name, app, account: LAB_ACCOUNT, regions: homeFirst(regions)})
  const cdkHome = join(labStateFolder(target.lab), 'cdk')
  return {app, regions, account: LAB_ACCOUNT, cdkHome, pollMs: LAB_POLL_MS, region: home}
}

async function runningLab(session: Session, {lab}: LabTarget, {regions}: Rehearsal): Promise<LabStatus> {
  const {emit, signal} = session.options
  try {
    return (await session.labStatus())!
  } catch (error) {
    if (!(error instanceof DrError) || error.code !== 'NoLab') throw error
    const {labs} = await import('../adapters/lab/index.js')
    emit({code: 'note', text: `no lab named "${lab}" is running: starting an empty one`})
    await labs.start({name: lab, empty: true, ...regions, signal})
    return (await session.labStatus())!
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
    why: `it contains ${app ?? 'nothing'} in ${home} and ${away}, but you want to deploy ${project}`,
    next: `todo-dr lab stop${labFlagOf(lab)}, or use another lab: todo-dr deploy --target lab:NAME`,
  })
}
