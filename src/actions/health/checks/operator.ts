/** Whoever would run the switch: the machine, the credentials, and what earlier commands have left behind. */

import {ok, problem, unknown, warning} from '../../../model/finding.js'
import type {Judgement} from '../../../model/finding.js'
import {isSilent} from '../../../diagnose.js'
import type {MeasuredRun} from '../../../engine/measured.js'
import {homeOf, regionNames} from '../../../model/regions.js'
import {judgeClock, judgeCredentials} from '../../doctor/judge-aws.js'
import type {Wanted} from '../../../ports/vitals.js'
import {inEach, notAsked, seen, together} from '../check.js'
import type {Check, Placed} from '../check.js'
import type {Look} from '../look.js'

const DAY_MS = 86_400_000
/** An assumption: a managed failover of AWS's takes minutes, and a switch waits for what is late. */
const LASTING_MINUTES = 30
/** Days after which a rehearsal begins to cost points, and those that one more point takes. */
const FRESH_DAYS = 30
const DAYS_A_POINT = 10
const REHEARSAL_POINTS = 20
const MISSED_POINTS = 12
const UNSURE_POINTS = 6
const VERDICT_WORDS: Record<MeasuredRun['verdict'], string> = {
  passed: 'met its objectives',
  missed: 'missed its objectives',
  unknown: 'has no verdict',
}

/**
 * The gates of the very switch, asked of the same look. A refusal that comes of a region's silence is no knowledge of anything wrong.
 */
const gates: Check = {
  id: 'gates',
  area: 'operator',
  asks: 'Would the gates let the switch through now? The consent to loss, which a person gives, is not counted.',
  points: 40,
  judge(look) {
    const {refusals, from, to, intent, observation, settled} = look
    if (settled) return [{region: to, ...ok(`it is the primary already: there is nothing to fail back`)}]
    if (refusals.length === 0) return [{region: to, ...ok(`a ${intent} from ${from} would be let through`)}]
    const silent = [from, to].some((region) => {
      const side = observation.regions[region]
      return side !== undefined && isSilent(side)
    })
    return refusals.map(({gate, reason, hint}): Placed => ({
      region: to,
      ...(silent ? unknown : problem)(`a ${intent} would be refused by ${gate}: ${reason}`, hint),
    }))
  },
}

const clock: Check = {
  id: 'clock',
  area: 'operator',
  asks: 'Is the clock of this machine right? AWS refuses signatures that are five minutes off.',
  points: 10,
  judge: (look) => [together(judgeClock(regionNames(look.deployment).map((region) => look.regions[region]!.reached)))],
}

/** A planned switch needs the home region anyway. */
const credentials: Check = {
  id: 'credentials',
  area: 'operator',
  asks: 'Do the credentials work in both regions, and do they come from elsewhere than the home region?',
  points: 20,
  intents: ['failover'],
  judge: (look) => inEach(look, (region) => judgeCredentials(look.regions[region]!.identity, homeOf(look.deployment))),
}

/**
 * The policies, the boundary and the organization of the user or of the role, by IAM's own simulator: a switch that is refused in its
 * midst is worse than one that does not begin. Resources' own policies are not asked; the template attaches none to what a switch changes.
 */
const permissions: Check = {
  id: 'permissions',
  area: 'operator',
  asks: 'May these credentials do what the switch changes, by the policy simulator of IAM (`iam:SimulatePrincipalPolicy`)?',
  points: 20,
  judge: ({permissions: seenOnes, intent}) => [
    together(
      seen(seenOnes, ({asked, denied, unsure}) => {
        if (asked === 0) return ok('no policy limits the root user of the account')
        const policy = `todo-dr iam-policy ${intent} prints the policy that is needed`
        // Those of a monitor, with which nobody means to switch.
        if (denied.length > 0 && denied.length + unsure.length === asked)
          return warning('these credentials may only look: nothing of what the switch changes is allowed', policy)
        if (denied.length > 0) return problem(`not allowed: ${inWords(denied)}`, policy)
        if (unsure.length > 0) return unknown(`a condition of a policy decides on ${inWords(unsure)}`, policy)
        return ok(`all ${asked} are allowed`)
      }),
    ),
  ],
}

/** In a switch that runs out of them the next call is refused, be it the one that sends the clients. */
const credentialsEnd: Check = {
  id: 'credentials-end',
  area: 'operator',
  asks: `Do the credentials last for another ${LASTING_MINUTES} minutes, or are they renewed by themselves? A switch stops midway when they end.`,
  points: 12,
  judge({deployment, regions, at}) {
    const answers = regionNames(deployment).map((region) => regions[region]!.identity)
    const identity = answers.find(({known}) => known) ?? answers[0]!
    if (!identity.known) return [together(unknown(identity.why, identity.next ?? 'todo-dr status'))]
    const {endsAt} = identity.value
    if (endsAt === undefined) return [together(ok('nobody says that they end, or they are renewed by themselves'))]
    const minutes = Math.max(0, Math.floor((endsAt - at) / 60_000))
    const text = `they end in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
    if (minutes >= LASTING_MINUTES) return [together(ok(text))]
    const harm = 'nothing renews them: a switch stops midway when they end'
    const remedy = 'sign in again before a switch; one that has stopped is continued with todo-dr resume'
    return [together(warning(`${text}, and ${harm}`, remedy))]
  },
}

const inWords = ([first, ...others]: readonly Wanted[]): string =>
  `${first!.action} on ${first!.resource}${others.length === 0 ? '' : `, and ${others.length} more`}`

const lease: Check = {
  id: 'lease',
  area: 'operator',
  asks: 'Does nobody else hold the operator lease?',
  points: 12,
  judge: (look) => [
    together(
      seen(look.lease, (holder) =>
        holder
          ? warning(
              `${holder.owner} holds it, for another ${holder.secondsLeft} s unless it is renewed: a switch would be refused`,
              'wait until that command ends; todo-dr status',
            )
          : ok('nobody holds it'),
      ),
    ),
  ],
}

const unfinishedRun: Check = {
  id: 'unfinished-run',
  area: 'operator',
  asks: 'Has every run been finished?',
  points: 20,
  judge({unfinished}) {
    if (unfinished.length === 0) return [together(ok('none'))]
    return unfinished.map(({run, plan}) =>
      together(
        problem(
          `the ${plan.intent} to ${plan.to} was begun and is not finished: ${run.id}`,
          `todo-dr resume ${run.id}`,
        ),
      ),
    )
  },
}

const unprovenFence: Check = {
  id: 'unproven-fence',
  area: 'operator',
  asks: 'Was the old primary of the last failover surely closed?',
  points: 20,
  judge({unprovenFence: fence}) {
    if (!fence) return [together(ok('none'))]
    const [byHand] = fence.byHand
    return [{region: fence.region, ...problem(fence.text, byHand ?? `todo-dr status, when ${fence.region} answers`)}]
  },
}

const rehearsalOutage: Check = {
  id: 'rehearsal-outage',
  area: 'operator',
  asks: 'Has nobody left a rehearsal outage on?',
  points: 30,
  judge: (look) =>
    inEach(look, (region) => {
      const side = look.regions[region]
      if (!side) return notAsked
      return seen(side.outage, (active) => {
        if (active.length === 0) return ok('none')
        const kinds = active.map(({kind, startedAt}) => `${kind}, since ${new Date(startedAt).toISOString()}`)
        return problem(`a rehearsal outage is on: ${kinds.join('; ')}`, 'todo-dr outage stop')
      })
    }),
}

const rehearsal: Check = {
  id: 'rehearsal',
  area: 'operator',
  asks: `When was the last switch of this deployment that was carried out? After ${FRESH_DAYS} days it costs one point for every ${DAYS_A_POINT} days.`,
  points: REHEARSAL_POINTS,
  judge(look) {
    const {judgement, points} = rehearsed(look)
    return [{...together(judgement), points}]
  },
}

function rehearsed({last, at}: Look): {judgement: Judgement; points: number} {
  const remedy =
    'rehearse: todo-dr switchover and todo-dr failback, or todo-dr outage start and todo-dr failover --measure'
  if (!last) return {judgement: warning('no switch of this deployment is known', remedy), points: REHEARSAL_POINTS}
  const days = Math.max(0, (at - last.endedAt) / DAY_MS)
  const points = Math.min(REHEARSAL_POINTS, Math.max(0, Math.floor((days - FRESH_DAYS) / DAYS_A_POINT)))
  const text = `the last one was a ${last.record.plan.intent} to ${last.record.plan.to}, ${Math.floor(days)} days ago`
  return {judgement: points === 0 ? ok(text) : warning(text, remedy), points}
}

/**
 * A switch that was measured and missed its objectives will miss them again until somebody has found out why. It is no reason not to
 * switch, so that it is a warning and not a problem.
 */
const verdict: Check = {
  id: 'verdict',
  area: 'operator',
  asks: `Has the last measured switch or drill met its objectives? A missed one costs ${MISSED_POINTS} points, one of which nobody can tell ${UNSURE_POINTS}.`,
  points: MISSED_POINTS,
  judge({measured, at}) {
    if (!measured) return [together(ok('none has been measured'))]
    const {id, verdict: said, endedAt} = measured
    const days = Math.floor(Math.max(0, at - endedAt) / DAY_MS)
    const text = `the last one ${VERDICT_WORDS[said]}, ${days} ${days === 1 ? 'day' : 'days'} ago: ${id}`
    if (said === 'passed') return [together(ok(text))]
    const remedy = 'its report says by how much; fix that, and measure again: todo-dr failover --measure'
    return [{...together(warning(text, remedy)), points: said === 'missed' ? MISSED_POINTS : UNSURE_POINTS}]
  },
}

export const OPERATOR: readonly Check[] = [
  gates,
  clock,
  credentials,
  credentialsEnd,
  permissions,
  lease,
  unfinishedRun,
  unprovenFence,
  rehearsalOutage,
  rehearsal,
  verdict,
]
