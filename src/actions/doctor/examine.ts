/** Asks all that there is to ask, side by side, and has it judged. */

import type {Region} from '../../model/deployment.js'
import {withEdge} from '../../model/regions.js'
import {ok, problem, unknown, warning} from '../../model/finding.js'
import type {Finding, Judgement} from '../../model/finding.js'
import type {Asked, Checkup, Identity, Machine, MachineState} from '../../ports/checkup.js'
import {
  judgeAccount,
  judgeBootstrap,
  judgeClock,
  judgeConcurrency,
  judgeCredentials,
  judgeEngine,
  judgeProxies,
  judgeReach,
  judgeRoute,
  judgeVpcs,
  judgeZones,
} from './judge-aws.js'
import {
  judgeCapacity,
  judgeDatabase,
  judgeDisk,
  judgeNode,
  judgeNpm,
  judgeProject,
  judgeRehearsal,
} from './judge-machine.js'
import {judged} from './judged.js'

/** Of infra-template/lib/cluster.ts; a project's own is taken where it can be read. */
export const ENGINE_VERSION = '8.0.mysql_aurora.3.10.4'

export interface Patient {
  /** What --target came to. */
  target: {name: string; judgement: Judgement}
  /** Home first. */
  regions: [Region, Region]
  app?: string
  /** The account that todo-dr.yaml names. */
  account?: string
  /** On the lab the account is always the same. */
  lab: boolean
  /** The folder of the CDK project; undefined without a todo-dr.yaml. */
  infra?: string
  /** Undefined where there is nobody to ask, as of a lab that does not run. */
  checkup?: Checkup
  /** Why nobody is asked, where that is no fault. */
  unasked?: Judgement
  machine: Machine
}

export async function examine(patient: Patient): Promise<Finding[]> {
  const {regions, checkup, machine, infra, target} = patient
  const state = machine.state(infra)
  const [aws, local] = await Promise.all([checkup ? ofAws(patient, checkup, state) : [], state])
  const here = (check: string, judgement: Judgement): Finding => ({check, region: null, ...judgement})
  return [
    here('node', judgeNode(local.node)),
    here('npm', judgeNpm(local)),
    here('disk', judgeDisk(local)),
    here('lab database', judgeDatabase(local)),
    here('drill', judgeRehearsal(local)),
    here('project', judgeProject(local)),
    ...judgeCapacity(local).map((judgement) => here('capacity', judgement)),
    here('target', target.judgement),
    ...(checkup
      ? aws
      : [here('regions', patient.unasked ?? unknown(`${regions.join(' and ')} were not checked`, 'see target'))]),
  ]
}

async function ofAws(patient: Patient, checkup: Checkup, state: Promise<MachineState>): Promise<Finding[]> {
  const {regions, app, account: wanted, lab} = patient
  const [home] = regions
  const [identities, reached] = await Promise.all([
    Promise.all(regions.map((region) => checkup.identity(region))),
    Promise.all(regions.map((region) => checkup.reach(region))),
  ])
  const account = identities.flatMap((one) => (one.known ? [one.value.account] : []))[0]
  const version = (await state).project?.engineVersion ?? ENGINE_VERSION
  const [deeper, limits, route, edge] = await Promise.all([
    Promise.all(
      regions.map(async (region, index) =>
        account === undefined ? notAsked(identities[index]!) : askRegion(checkup, {region, account, app, version}),
      ),
    ),
    account === undefined ? undefined : Promise.all(regions.map((region) => checkup.concurrency(region))),
    account === undefined ? undefined : checkup.route(),
    account === undefined ? [] : askEdge(checkup, regions, account),
  ])
  const both = (check: string, judgement: Judgement): Finding => ({check, region: null, ...judgement})
  const answering = regions.find((_, index) => reached[index]!.known)
  return [
    ...regions.flatMap((region, index): Finding[] => [
      {check: 'reach', region, ...judgeReach(region, reached[index]!, answering)},
      {check: 'credentials', region, ...judgeCredentials(identities[index]!, home)},
      ...deeper[index]!.map(({check, judgement}) => ({check, region, ...judgement})),
      ...(limits ? [{check: 'concurrency', region, ...concurrencyOf(limits, index, region)}] : []),
    ]),
    ...edge,
    ...(route ? [both('route', judged(route, judgeRoute))] : []),
    both('clock', judgeClock(reached)),
    both(
      'account',
      account === undefined
        ? unknown('unknown without working credentials', 'see credentials')
        : lab
          ? ok(account)
          : judgeAccount(account, wanted),
    ),
  ]
}

function concurrencyOf(limits: readonly Asked<number>[], index: number, region: Region): Judgement {
  const other = limits[1 - index]!
  return judged(limits[index]!, (limit) => judgeConcurrency(limit, other.known ? other.value : undefined, region))
}

/** The stack of the edge is made in us-east-1, which may be neither of the two. */
async function askEdge(checkup: Checkup, regions: readonly Region[], account: string): Promise<Finding[]> {
  const others = withEdge([...regions]).filter((region) => !regions.includes(region))
  return Promise.all(
    others.map(async (region) => {
      const bootstrap = await checkup.bootstrap(region, account)
      return {check: 'bootstrap', region, ...judged(bootstrap, (value) => judgeBootstrap(value, region, account))}
    }),
  )
}

interface Check {
  check: string
  judgement: Judgement
}

function notAsked(identity: Asked<Identity>): Check[] {
  const judgement = unknown(identity.known ? 'not checked' : 'unknown without working credentials', 'see credentials')
  return ['bootstrap', 'vpc quota', 'proxy quota', 'zones', 'engine', 'concurrency'].map((check) => ({
    check,
    judgement,
  }))
}

async function askRegion(
  checkup: Checkup,
  {region, account, app, version}: {region: Region; account: string; app?: string; version: string},
): Promise<Check[]> {
  const [bootstrap, vpcs, proxies, zones, engine] = await Promise.all([
    checkup.bootstrap(region, account),
    checkup.vpcs(region, app),
    checkup.proxies(region, app),
    checkup.zones(region),
    checkup.engine(region, version),
  ])
  return [
    {check: 'bootstrap', judgement: judged(bootstrap, (value) => judgeBootstrap(value, region, account))},
    {check: 'vpc quota', judgement: judged(vpcs, (value) => judgeVpcs(value, region))},
    {check: 'proxy quota', judgement: judged(proxies, (value) => judgeProxies(value, region))},
    {check: 'zones', judgement: judged(zones, (value) => judgeZones(value, region))},
    {check: 'engine', judgement: judged(engine, (value) => judgeEngine(value, version))},
  ]
}

export const targetFound = (text: string): Judgement => ok(text)
export const targetAbsent = (text: string): Judgement =>
  warning(text, 'todo-dr lab start, to rehearse; todo-dr init, for a deployment of your own')
export const awsUnnamed = warning(
  'AWS was not checked, since no todo-dr.yaml names a deployment there',
  'todo-dr init DIR --defaults, then todo-dr doctor in DIR',
)
export const targetWrong = (text: string, next: string): Judgement => problem(text, next)
