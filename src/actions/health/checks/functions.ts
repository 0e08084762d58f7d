/** The functions of both regions: whether they can run, how many at once, and whether they fail. */

import {servingFunctions} from '../../../model/deployment.js'
import type {Region} from '../../../model/deployment.js'
import {ok, problem, warning} from '../../../model/finding.js'
import type {Judgement} from '../../../model/finding.js'
import {otherRegion, regionOf} from '../../../model/regions.js'
import type {Datum, FunctionVitals} from '../../../ports/vitals.js'
import {inEach, rolesUnknown, seen, together} from '../check.js'
import type {Check} from '../check.js'
import type {Look} from '../look.js'
import {schedules} from './schedules.js'

const MINUTE_MS = 60_000
/** The alarms of the template ring at the same number: a single error is not worth a warning. */
const TROUBLES = 5

/** A function that has not been called for weeks becomes Inactive, and its first call fails (Lambda developer guide, "Lambda function states"). */
const states: Check = {
  id: 'functions',
  area: 'path',
  asks: 'Is every function of each region active?',
  points: 25,
  judge: (look) =>
    inEach(look, (region) =>
      seen(look.regions[region]!.functions, (found) => {
        const broken = found.find(
          ({state, update}) => (state !== 'Active' && state !== 'Pending') || update === 'Failed',
        )
        const why = (one: FunctionVitals): string => (one.reason === undefined ? '' : `: ${one.reason}`)
        if (broken)
          return problem(
            `${broken.name} is ${broken.state}${broken.update === 'Failed' ? ', and its last update failed' : ''}${why(broken)}`,
            broken.state === 'Inactive'
              ? `call it once: aws lambda invoke --region ${region} --function-name ${broken.name} /dev/null`
              : `aws lambda get-function-configuration --region ${region} --function-name ${broken.name}`,
          )
        const changing = found.find(({state, update}) => state !== 'Active' || update === 'InProgress')
        return changing
          ? warning(`${changing.name} is being changed`, 'look again in a minute with todo-dr health')
          : ok(`${found.length} are active`)
      }),
    ),
}

const concurrency: Check = {
  id: 'concurrency',
  area: 'path',
  asks: 'May every function run, and as often at once as in the other region? Reserved concurrency 0 is the fence.',
  points: 30,
  judge: (look) =>
    inEach(look, (region) => seen(look.regions[region]!.functions, (found) => reserved(look, region, found))),
}

function reserved(look: Look, region: Region, found: readonly FunctionVitals[]): Judgement {
  const {writers} = regionOf(look.deployment, region).functions
  const closed = found.filter((one) => one.reserved === 0).map(({name}) => name)
  const onlyWriters = closed.length === writers.length && closed.every((name) => writers.includes(name))
  if (closed.length > 0) return judgeClosed(look, region, {closed, onlyWriters})
  const other = look.regions[otherRegion(look.deployment, region)]!.functions
  const less = other.reachable
    ? found.find((one) => isLess(one, counterpart(one, other.value, look, region)))
    : undefined
  if (less)
    return problem(
      `${less.name} has ${less.reserved} reserved: less than in ${otherRegion(look.deployment, region)}, so that it is throttled when clients come`,
      `aws lambda delete-function-concurrency --region ${region} --function-name ${less.name}`,
    )
  return ok('every function may run')
}

function judgeClosed(
  {primary, fencedByUs, regions}: Look,
  region: Region,
  {closed, onlyWriters}: {closed: string[]; onlyWriters: boolean},
): Judgement {
  const {outage} = regions[region]!
  if (outage.reachable && outage.value.some(({kind}) => kind === 'api'))
    return problem('closed by a rehearsal outage', 'todo-dr outage stop')
  if (region === primary)
    return problem(
      onlyWriters ? 'the primary is fenced: it takes no writes' : `the primary is partly closed: ${closed.join(', ')}`,
      onlyWriters ? `todo-dr switchover --to ${region}` : openByHand(region, closed),
    )
  if (!onlyWriters)
    return problem(`partly closed: ${closed.join(', ')}; a switch opens only a fence`, openByHand(region, closed))
  return fencedByUs.includes(region)
    ? ok('fenced by todo-dr, as after a failover; a switch to it opens it')
    : warning(
        'fenced, and no known run of todo-dr has done it: a failover to it is refused',
        openByHand(region, closed),
      )
}

const openByHand = (region: Region, [name]: string[]): string =>
  `aws lambda delete-function-concurrency --region ${region} --function-name ${name}`

/** The same function in the other region: they stand at the same places of the map. */
function counterpart(
  {name}: FunctionVitals,
  others: readonly FunctionVitals[],
  {deployment}: Look,
  region: Region,
): FunctionVitals | undefined {
  const place = servingFunctions(regionOf(deployment, region).functions).indexOf(name)
  const twin = servingFunctions(regionOf(deployment, otherRegion(deployment, region)).functions)[place]
  return others.find((one) => one.name === twin)
}

function isLess(one: FunctionVitals, other: FunctionVitals | undefined): boolean {
  if (one.reserved === undefined || !other || other.reserved === 0) return false
  return other.reserved === undefined || one.reserved < other.reserved
}

/** A new account begins with a limit far below that of one that has grown for years, in each region of its own. */
const concurrencyLimit: Check = {
  id: 'concurrency-limit',
  area: 'path',
  asks: 'May the account run as many functions at once in the standby as in the primary?',
  points: 20,
  judge(look) {
    const {primary, standby, regions} = look
    if (primary === undefined || standby === undefined) return [together(rolesUnknown)]
    const judgement = seen(regions[standby]!.concurrencyLimit, (limit) =>
      seen(regions[primary]!.concurrencyLimit, (other) =>
        limit >= other
          ? ok(`${limit} at once`)
          : problem(
              `${limit} at once, but ${other} in ${primary}`,
              `aws service-quotas request-service-quota-increase --region ${standby} --service-code lambda --quota-code L-B99A9384 --desired-value ${other}`,
            ),
      ),
    )
    return [{region: standby, ...judgement}]
  },
}

/**
 * API Gateway throttles all APIs of an account in a region together (API Gateway developer guide, "Throttle requests to your REST
 * APIs"): a standby that may take less than the primary answers 429 to the rest.
 */
const requestRate: Check = {
  id: 'request-rate',
  area: 'path',
  asks: 'May the APIs of the account take as many requests a second in the standby as in the primary?',
  points: 20,
  judge(look) {
    const {primary, standby, regions} = look
    if (primary === undefined || standby === undefined) return [together(rolesUnknown)]
    const judgement = seen(regions[standby]!.requestRate, (rate) =>
      seen(regions[primary]!.requestRate, (other) => {
        if (rate === undefined || other === undefined) return ok('API Gateway names no limit')
        return rate >= other
          ? ok(`${rate} requests a second`)
          : problem(
              `${rate} requests a second, but ${other} in ${primary}`,
              `aws service-quotas request-service-quota-increase --region ${standby} --service-code apigateway --quota-code L-8A5B8E43 --desired-value ${other}`,
            )
      }),
    )
    return [{region: standby, ...judgement}]
  },
}

/** Of a time before the end of the last switch nothing is counted: its fence throttles, as one that is still there does, and an outage fails. */
const troubles: Check = {
  id: 'function-errors',
  area: 'path',
  asks: `Did functions fail, or were they throttled, ${TROUBLES} times or more in the last 15 minutes (since the last switch, where that is later)?`,
  points: 20,
  judge: (look) =>
    inEach(look, (region) =>
      seen(look.regions[region]!.trouble, ({errors, throttles}) => {
        const since = Math.ceil((look.endedAt ?? 0) / MINUTE_MS) * MINUTE_MS
        const failed = sumSince(errors, since)
        if (look.fencedByUs.includes(region) && failed < TROUBLES)
          return ok(`${failed} errors in the last 15 minutes; the fence throttles`)
        const throttled = sumSince(throttles, since)
        const text = `${failed} errors and ${throttled} throttles in the last 15 minutes`
        return failed + throttled < TROUBLES ? ok(text) : warning(text, `read the logs of the functions in ${region}`)
      }),
    ),
}

const sumSince = (data: readonly Datum[], since: number): number =>
  data.filter(({at}) => at >= since).reduce((sum, {value}) => sum + value, 0)

export const FUNCTIONS: readonly Check[] = [states, concurrency, concurrencyLimit, requestRate, troubles, schedules]
