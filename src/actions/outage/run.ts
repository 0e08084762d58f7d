/** Rehearsal outages: made, shown and ended with AWS calls alone. */

import {primaryNow} from '../../engine/look.js'
import type {RecentRuns} from '../../engine/unfinished.js'
import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {Deployment, Region} from '../../model/deployment.js'
import {homeOf, preferenceOf, regionNamed, regionNames} from '../../model/regions.js'
import type {Consent} from '../../ports/consent.js'
import type {Outage, OutageKind} from '../../ports/outage.js'
import type {World} from '../../ports/world.js'
import type {OutageResult} from './result.js'

interface Ask {
  target: string
  deployment: Deployment
  outage: Outage
  signal: AbortSignal
}

export interface StartInput extends Ask {
  world: World
  /** The runs of the deployment: RDS may show old roles for a while after a switch. */
  recent: () => Promise<RecentRuns>
  /** `home`, `away` or a region; by default home, while home is the primary. */
  region?: string
  kind: OutageKind
  /** Who is to say yes, where clients would notice; undefined on a lab. */
  consentFor?: (region: Region) => Consent
  emit: Emit
}

/** Throws `RegionUnknown` (exit usage), `RegionWanted` or `ConfirmWanted` (exit refused); nothing was changed then. */
export async function startOutage(input: StartInput): Promise<OutageResult> {
  const {target, deployment, outage, kind, emit, signal} = input
  const region = input.region === undefined ? await homeIfPrimary(input) : regionNamed(deployment, input.region)
  const consent = input.consentFor?.(region)
  if (consent && !consent.given() && !(await consent.ask())) throw confirmWanted(input, region)
  await outage.start(region, kind, {signal})
  const role = preferenceOf(deployment, region)
  emit({code: 'done', text: `The ${kind} of ${region} (${role}) is down.`, next: 'todo-dr status'})
  return {schemaVersion: 1, target, outages: await outage.active(region, {signal})}
}

export async function activeOutages({target, deployment, outage, signal}: Ask): Promise<OutageResult> {
  const looks = regionNames(deployment).map((region) => outage.active(region, {signal}))
  return {schemaVersion: 1, target, outages: (await Promise.all(looks)).flat()}
}

export async function stopOutages({
  target,
  deployment,
  outage,
  emit,
  signal,
}: Ask & {emit: Emit}): Promise<OutageResult> {
  const regions = regionNames(deployment)
  const stopped = await Promise.allSettled(regions.map((region) => outage.stop(region, {signal})))
  const outages = stopped.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  for (const {kind, region} of outages) emit({code: 'note', text: `The ${kind} of ${region} is back.`})
  // After the other region was seen to: one that is silent must not keep it out.
  const failed = stopped.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  const text = outages.length === 0 ? 'There was no active outage.' : 'Every outage has ended.'
  emit({code: 'done', text, next: 'todo-dr status'})
  return {schemaVersion: 1, target, outages}
}

/** Without a region only the obvious one: home, while it serves. Elsewhere somebody must have meant it. */
async function homeIfPrimary(input: StartInput): Promise<Region> {
  const {deployment} = input
  const primary = await primaryNow(input)
  if (primary === homeOf(deployment)) return primary
  throw new DrError({
    code: 'RegionWanted',
    exit: 'refused',
    what: 'the home region is not the primary, so you must name the region that fails',
    why: primary === undefined ? 'the primary region is unknown' : `${primary} is the primary`,
    next: `todo-dr outage start --region ${primary ?? 'REGION'}`,
  })
}

/** The command that says yes. */
export const consentingCommand = (region: Region, app: string): string =>
  `todo-dr outage start --region ${region} --confirm ${app}`

const confirmWanted = ({target, deployment: {app}}: StartInput, region: Region): DrError =>
  new DrError({
    code: 'ConfirmWanted',
    exit: 'refused',
    what: `an outage of ${app} was not confirmed; nothing was changed`,
    why: `${target} is not a lab: real clients would be affected`,
    next: consentingCommand(region, app),
  })
