/** Which deployment a command acts on: --target, then TODO_DR_TARGET, then defaultTarget, then the lab. */

import {DrError} from '../errors.js'
import type {Region} from '../model/deployment.js'
import {DEFAULT_OBJECTIVES} from '../model/verdict.js'
import type {Objectives} from '../model/verdict.js'
import type {LoadedConfig} from './load.js'
import {LAB, labNameOf} from './lab-name.js'
import type {RouteChoice} from './route.js'

interface Limits {
  objectives: Objectives
  /** Seconds of replication lag above which a promotion is refused without consent. */
  maxLagSeconds: number
}

interface Settings extends Limits {
  /** In place of the route of the map; in order of preference, at least one. */
  routes?: RouteChoice[]
}

export interface LabTarget extends Settings {
  kind: 'lab'
  /** As the operator wrote it: `lab` or `lab:NAME`. */
  name: string
  lab: string
}

export interface AwsTarget extends Settings {
  kind: 'aws'
  name: string
  app: string
  regions: {home: Region; away: Region}
  /** The only account that deploy acts on. */
  account?: string
  profile?: string
  endpoint?: string
  /** Host names that resolve nowhere, each with the port of this machine that serves it. */
  hosts?: Record<string, number>
  /** Knows the names that lead to those. */
  dns?: {host: string; port: number}
}

export type Target = LabTarget | AwsTarget

/** Nobody has set any for a lab. */
const LAB_LIMITS: Limits = {objectives: DEFAULT_OBJECTIVES, maxLagSeconds: DEFAULT_OBJECTIVES.rpoSeconds}

/**
 * @param flag the value of --target or TODO_DR_TARGET; undefined or empty where neither is given.
 * Throws `TargetUnknown` or `TargetMissing` (exit usage).
 */
export function chooseTarget(flag: string | undefined, loaded: LoadedConfig | undefined): Target {
  const name = flag || (loaded ? loaded.config.defaultTarget : LAB)
  if (name === undefined) {
    throw new DrError({
      code: 'TargetMissing',
      exit: 'usage',
      what: 'there is no target',
      why: `${loaded!.file} has no defaultTarget; known targets: ${known(loaded)}`,
      next: 'choose one with --target NAME',
    })
  }

  const lab = labNameOf(name)
  if (lab !== undefined && /^[\w-]+$/.test(lab)) {
    const route = loaded?.config.lab?.route
    return {kind: 'lab', name, lab, ...listed(route), ...LAB_LIMITS}
  }
  const found = loaded && Object.hasOwn(loaded.config.targets, name) ? loaded.config.targets[name] : undefined
  if (!found) {
    throw new DrError({
      code: 'TargetUnknown',
      exit: 'usage',
      what: `there is no target "${name}"`,
      why: `known targets: ${known(loaded)}${loaded ? ` (${loaded.file})` : '; there is no todo-dr.yaml in this folder or above'}`,
      next: 'use one of them with --target NAME, or add it to todo-dr.yaml',
    })
  }

  const objectives = {...DEFAULT_OBJECTIVES, ...found.objectives}
  const {app, regions, account, profile, endpoint, hosts, dns, route, maxLagSeconds = objectives.rpoSeconds} = found
  return {
    kind: 'aws',
    name,
    app,
    regions,
    account,
    profile,
    endpoint,
    ...(hosts && {hosts}),
    ...(dns && {dns}),
    ...listed(route),
    objectives,
    maxLagSeconds,
  }
}

const listed = (route: RouteChoice | RouteChoice[] | undefined): Pick<Settings, 'routes'> =>
  route === undefined ? {} : {routes: [route].flat()}

/** A flag is nearer than the file. A lab has keys of its own, so that a profile there is a mistake. */
export function withProfile(target: Target, profile: string | undefined): Target {
  if (profile === undefined) return target
  if (target.kind === 'aws') return {...target, profile}
  throw new DrError({
    code: 'ProfileOnLab',
    exit: 'usage',
    what: `--profile ${profile} does not apply to the target "${target.name}"`,
    why: 'it is a lab, which has keys of its own and never sees your AWS profiles',
    next: 'leave --profile out, or choose an AWS target with --target NAME',
  })
}

const known = (loaded: LoadedConfig | undefined): string =>
  [LAB, `${LAB}:NAME`, ...Object.keys(loaded?.config.targets ?? {})].join(', ')
