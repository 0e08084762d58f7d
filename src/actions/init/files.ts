/** The files of a new project, from what the program ships and from the settings. Pure. */

import {isAwsRegion} from '../../model/aws-regions.js'
import {WITH_PROXY} from '../../model/zones.js'
import type {ProjectFile, Shipped} from '../../ports/projects.js'
import {costMarkdown, dollars} from './cost.js'
import {fill} from './fill.js'
import {projectNames} from './names.js'
import type {Estimate, Settings} from './result.js'
import {madeOf, ROUTE_PROGRAM} from './routes.js'
import {CONTROL_REGION} from './settings.js'

/** Folder of the CDK project below the project's own. */
export const INFRA = 'infra'
/** The lab's, which stands in until a deployment says another one. */
const NO_ACCOUNT = '000000000000'
/** The target that `init` writes. */
const TARGET = 'aws'

export function projectFiles(settings: Settings, shipped: Shipped, cost: Estimate): ProjectFile[] {
  const values = valuesOf(settings, cost)
  const from = (path: string, template: string): ProjectFile => ({path, text: fill(text(shipped, template), values)})
  const files = [
    from('todo-dr.yaml', 'project.yaml'),
    // A copy: the program is in no registry, so that no address of the schema would answer an editor.
    {path: '.todo-dr.schema.json', text: shipped.schema},
    from('README.md', 'README.md'),
    from('RUNBOOK.md', 'RUNBOOK.md'),
    {path: 'deploy.sh', text: text(shipped, 'deploy.sh')},
    {path: 'delete.sh', text: text(shipped, 'delete.sh')},
    ...(settings.routes.includes('command') ? [{path: ROUTE_PROGRAM, text: text(shipped, ROUTE_PROGRAM)}] : []),
    ...(settings.pipeline === 'codecommit'
      ? [{path: 'local_codecommit_setup.sh', text: text(shipped, 'local_codecommit_setup.sh')}]
      : []),
    ...migrationFiles(shipped),
    {path: '.gitignore', text: text(shipped, 'gitignore')},
    ...(settings.workflow ? [{path: '.github/workflows/drill.yml', text: text(shipped, 'drill.yml')}] : []),
    ...infraFiles(settings, shipped).map(({path, text: body}) => ({path: `${INFRA}/${path}`, text: body})),
  ]
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** What `seed` applies; they stand beside todo-dr.yaml under the same names. */
const migrationFiles = ({templates}: Shipped): ProjectFile[] =>
  Object.entries(templates)
    .filter(([path]) => path.startsWith('migrations/'))
    .map(([path, body]) => ({path, text: body}))

function infraFiles(settings: Settings, shipped: Shipped): ProjectFile[] {
  const name = `${projectNames(settings.app).lower}-infra`
  const own: Record<string, (body: string) => string> = {
    'package.json': (body) => json({...parsed(body), name}),
    'config.json': () => json(infraConfig(settings)),
  }
  const lock = parsed(text(shipped, 'infra-package-lock.json')) as {packages: Record<string, object>}
  return [
    ...shipped.infra.map(({path, text: body}) => ({path, text: own[path]?.(body) ?? body})),
    {
      path: 'package-lock.json',
      text: json({...lock, name, packages: {...lock.packages, '': {...lock.packages[''], name}}}),
    },
  ]
}

/** What infra-template/lib/config.ts reads. */
function infraConfig(settings: Settings): object {
  const {app, account = NO_ACCOUNT, home, away, protect, capacity, instances, alarmEmail, pipeline} = settings
  const {routes, domain, hostedZone} = settings
  const {connection, repository} = settings
  const zones = Object.fromEntries(
    [home, away].flatMap((region) => (WITH_PROXY[region] ? [[region, WITH_PROXY[region]]] : [])),
  )
  return {
    app,
    account,
    home,
    away,
    protect,
    capacity,
    instances,
    ...(Object.keys(zones).length > 0 && {zones}),
    ...(alarmEmail && {alarmEmail}),
    lockToEdge: false,
    route: madeOf(routes),
    ...(domain && {domain}),
    ...(hostedZone && {hostedZone}),
    ...(pipeline !== 'none' && {pipeline: 'failover'}),
    ...(pipeline === 'codecommit' && {delivery: {source: pipeline}}),
    ...(pipeline === 'connection' && {delivery: {source: pipeline, connection, repository}}),
  }
}

function valuesOf(settings: Settings, cost: Estimate): Record<string, string> {
  const {app, home, away, account, profile, rtoSeconds, rpoSeconds, protect, capacity, instances, pipeline} = settings
  const names = projectNames(app)
  return {
    app,
    home,
    away,
    account: account ?? 'the account of your credentials',
    accountLine: account === undefined ? '' : `    account: '${account}'`,
    unlistedLine: isAwsRegion(home) && isAwsRegion(away) ? '' : '    allowUnlistedRegion: true',
    routeLines: routeLines(settings),
    profileLine: profile === undefined ? '' : `    profile: ${JSON.stringify(profile)}`,
    profile: profile ?? 'NAME',
    target: TARGET,
    infra: INFRA,
    rtoSeconds: String(rtoSeconds),
    rpoSeconds: String(rpoSeconds),
    globalCluster: names.globalCluster,
    homeCluster: names.cluster(home),
    awayCluster: names.cluster(away),
    homeProxy: names.proxy(home),
    awayProxy: names.proxy(away),
    mapParameter: names.mapParameter,
    homeStacks: ['identity', 'data', 'api', 'directory'].map((part) => `\`${names.stack(part, home)}\``).join(', '),
    awayStacks: ['identity', 'data', 'api', 'directory'].map((part) => `\`${names.stack(part, away)}\``).join(', '),
    edgeStack: names.edgeStack,
    homeUpsert: names.fn(home, 'UpsertToDos'),
    capacity: `${capacity.min} to ${capacity.max} ACU, ${instances} per region`,
    protection: protect
      ? 'on: data is kept when its stack is deleted; to delete it, first turn protection off'
      : 'off, for rehearsals: before you store real data, set `protect` to true in `infra/config.json` and deploy',
    pipelineLine:
      pipeline === 'none'
        ? ''
        : `
Or have it run in AWS, by somebody else's approval, with nothing on this machine and nothing of the lost region: \`todo-dr pipeline start failover\`, then \`todo-dr pipeline approve --comment WHY\`. \`todo-dr pipeline status\` shows what waits, and \`todo-dr pipeline logs --follow\` what it does.`,
    edgeWarning: edgeWarning(settings),
    cost: costMarkdown(cost, settings),
    costTotal: `${dollars(cost.total)} a month (estimate, prices of ${cost.date})`,
  }
}

/** In todo-dr.yaml: nothing where clients are sent by what the template makes alone. */
function routeLines({routes}: Settings): string {
  const program = `{kind: command, command: [./${ROUTE_PROGRAM}]}`
  if (!routes.includes('command')) return ''
  if (routes.length === 1) return `    route: ${program}`
  const listed = routes.map((route) => `      - ${route === 'command' ? program : '{kind: deployed}'}`)
  return ['    # In order of preference; "deployed" is the one that the CDK app makes.', '    route:', ...listed].join(
    '\n',
  )
}

/** By what clients are sent, what of it needs us-east-1. */
const STEERED: Record<ReturnType<typeof madeOf>, (settings: Settings) => string> = {
  keyvaluestore: () =>
    'The edge is steered through a data plane of its own (the KeyValueStore), which may or may not answer; `todo-dr` tries, and stops with exit 4 and what to do by hand where it cannot.',
  route53: ({domain, away}) =>
    `Clients are steered by a metric in ${away} that a health check of Route 53 follows: that is a data plane, which needs no control plane. The records of ${domain} cannot be changed meanwhile.`,
  origin: () =>
    'Clients are steered by a change of the distribution, which needs the control plane of CloudFront: while that is lost, nobody can steer them.',
}

function edgeWarning(settings: Settings): string {
  const {home, away, routes} = settings
  const beginning = [home, away].includes(CONTROL_REGION)
    ? '**us-east-1 is one of the two.** When it is lost, the control planes of CloudFront, IAM and Route 53 may be lost with it.'
    : 'The control planes of CloudFront, IAM and Route 53 are in us-east-1. When us-east-1 is lost, the edge keeps serving.'
  const program = routes.includes('command')
    ? `\`${ROUTE_PROGRAM}\` needs what it calls; \`todo-dr.yaml\` says when it is used.`
    : ''
  return [beginning, STEERED[madeOf(routes)](settings), program].filter(Boolean).join(' ')
}

function text({templates}: Shipped, name: string): string {
  const found = templates[name]
  if (found === undefined) throw new Error(`the template ${name} is missing from the program`)
  return found
}

const parsed = (body: string): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
