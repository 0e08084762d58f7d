/** What a deployment gives a project's pipelines: the rights of their builds, and the program that these run. */

import {dirname, relative} from 'node:path'
import type {DeployPlace} from '../actions/deploy/input.js'
import type {Project} from '../config/project.js'
import type {AwsTarget, Target} from '../config/target.js'
import {DrError} from '../errors.js'
import {homeFirst} from '../model/regions.js'
import type {Calls} from '../permissions/calls.js'
import type {Statement} from '../permissions/policy.js'
import {routeGrants} from './route-grants.js'
import type {Session} from './session.js'

interface Meant {
  app: string
  account: string
  regions: AwsTarget['regions']
}

interface OpenPipelines {
  /** For the synthesis; see infra-template/lib/config.ts. */
  context: {pipelinePolicy?: string; deliveryPolicy?: string}
  programs: NonNullable<DeployPlace['programs']>
}

/** Undefined for a project without pipelines. Throws `RouteNotPortable` (exit usage). */
export async function openPipelines(
  session: Session,
  project: Project,
  meant: Meant,
): Promise<OpenPipelines | undefined> {
  const {own} = project
  if (!own.pipeline && !own.delivery) return undefined
  const {app, account, regions} = meant
  const [{policyOf}, {DELIVERY, SWITCHES}, target] = await Promise.all([
    import('../permissions/policy.js'),
    import('../permissions/calls.js'),
    session.target(),
  ])
  const {routes} = target
  if (routes?.some(({kind}) => kind === 'command')) throw notPortable(target.name)
  const route = await routeGrants(target, own.route)
  const place = {account, app, order: homeFirst(regions), lockedToEdge: own.lockToEdge, route}
  const statements = (calls: Calls): Statement[] => policyOf(calls, place).Statement
  const parts = Object.entries(DELIVERY).map(([part, calls]) => [part, statements(calls)])
  return {
    context: {
      ...(own.pipeline && {pipelinePolicy: JSON.stringify(statements(SWITCHES))}),
      ...(own.delivery && {deliveryPolicy: JSON.stringify(Object.fromEntries(parts))}),
    },
    programs: {
      async publish(region, bucket, signal) {
        const [{AwsPrograms}, {programArchive}, clients] = await Promise.all([
          import('../adapters/aws/programs.js'),
          import('../adapters/program.js'),
          session.clients(),
        ])
        const settings = JSON.stringify(await settingsOf(session, target, project, meant), undefined, 2)
        const program = await programArchive({'todo-dr.yaml': `${settings}\n`})
        return new AwsPrograms(clients).publish(region, bucket, program, {signal})
      },
    },
  }
}

/** A todo-dr.yaml with this deployment as its only target. A build has no profile, and finds no lab by its name. */
async function settingsOf(session: Session, target: Target, project: Project, {app, regions}: Meant): Promise<object> {
  const {objectives, maxLagSeconds, routes} = target
  const [{access, dns}, hosts] = await Promise.all([session.place(), hostsOf(session, target)])
  const {endpoint} = access
  const found = {
    app,
    regions,
    allowUnlistedRegion: true,
    objectives,
    maxLagSeconds,
    ...(endpoint !== undefined && {endpoint}),
    ...(hosts && {hosts}),
    ...(dns && {dns}),
    ...(routes && {route: routes}),
  }
  return {defaultTarget: app, infra: folderOf(project), targets: {[app]: found}}
}

/** From where todo-dr.yaml is, with the slashes of the machine that builds. */
function folderOf({folder, config}: Project): string {
  const from = config === undefined ? dirname(folder) : dirname(config.file)
  return relative(from, folder).replaceAll('\\', '/') || '.'
}

/** Where a lab serves the names of its deployment, as they are now. A build on a lab has been told, and tells it again. */
async function hostsOf(session: Session, target: Target): Promise<Record<string, number> | undefined> {
  const lab = await session.lab()
  if (!lab) return target.kind === 'aws' ? target.hosts : undefined
  const {hosts} = await lab.status()
  return Object.fromEntries(hosts.map(({hostname, port}) => [hostname, port]))
}

const notPortable = (target: string): DrError =>
  new DrError({
    code: 'RouteNotPortable',
    exit: 'usage',
    what: `pipelines cannot steer clients of "${target}"`,
    why: 'its route is a command, which is on this machine and not where a pipeline runs',
    next: 'leave "pipeline" and "delivery" out of config.json of the CDK project, or use another kind of route in todo-dr.yaml',
  })
