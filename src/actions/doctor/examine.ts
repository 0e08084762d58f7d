/** Asks all that there is to ask, side by side, and has it judged. */

import type {Region} from '../../model/deployment.js'
import type {Asked, Checkup, Identity, Machine, MachineState} from '../../ports/checkup.js'
import {judged, ok, problem, unknown, warning} from './finding.js'
import type {Judgement} from './finding.js'
import {
  judgeAccount,
  judgeBootstrap,
  judgeClock,
  judgeCredentials,
  judgeEngine,
  judgeReach,
  judgeVpcs,
} from './judge-aws.js'
import {judgeDatabase, judgeDisk, judgeNode, judgeNpm, judgeProject} from './judge-machine.js'
import type {Finding} from './result.js'

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
  machine: Machine
}

export async function examine(patient: Patient): Promise<Finding[]> {
  const {regions, checkup, machine, infra, target} = patient
  const state = machine.state(infra)
  const aws = checkup ? await ofAws(patient, checkup, state) : []
  const local = await state
  const here = (check: string, judgement: Judgement): Finding => ({check, region: null, ...judgement})
  return [
    here('node', judgeNode(local.node)),
    here('npm', judgeNpm(local)),
    here('disk', judgeDisk(local)),
    here('lab database', judgeDatabase(local)),
    here('project', judgeProject(local)),
    here('target', target.judgement),
    ...(checkup ? aws : [here('regions', unknown(`${regions.join(' and ')} were not checked`, 'see target'))]),
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
  const deeper = await Promise.all(
    regions.map(async (region, index) =>
      account === undefined ? notAsked(identities[index]!) : askRegion(checkup, {region, account, app, version}),
    ),
  )
  const both = (check: string, judgement: Judgement): Finding => ({check, region: null, ...judgement})
  return [
    ...regions.flatMap((region, index): Finding[] => [
      {check: 'reach', region, ...judgeReach(region, reached[index]!)},
      {check: 'credentials', region, ...judgeCredentials(identities[index]!, home)},
      ...deeper[index]!.map(({check, judgement}) => ({check, region, ...judgement})),
    ]),
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

interface Check {
  check: string
  judgement: Judgement
}

function notAsked(identity: Asked<Identity>): Check[] {
  const judgement = unknown(identity.known ? 'not checked' : 'unknown without working credentials', 'see credentials')
  return ['bootstrap', 'vpc quota', 'engine'].map((check) => ({check, judgement}))
}

async function askRegion(
  checkup: Checkup,
  {region, account, app, version}: {region: Region; account: string; app?: string; version: string},
): Promise<Check[]> {
  const [bootstrap, vpcs, engine] = await Promise.all([
    checkup.bootstrap(region, account),
    checkup.vpcs(region, app),
    checkup.engine(region, version),
  ])
  return [
    {check: 'bootstrap', judgement: judged(bootstrap, (value) => judgeBootstrap(value, region, account))},
    {check: 'vpc quota', judgement: judged(vpcs, (value) => judgeVpcs(value, region))},
    {check: 'engine', judgement: judged(engine, (value) => judgeEngine(value, version))},
  ]
}

export const targetFound = (text: string): Judgement => ok(text)
export const targetAbsent = (text: string): Judgement =>
  warning(text, 'todo-dr lab start, to rehearse; todo-dr init, for a deployment of your own')
export const targetWrong = (text: string, next: string): Judgement => problem(text, next)
