/** The way of a client: route, edge, API, token, secrets, and the alarms that watch it. */

import type {Region} from '../../../model/deployment.js'
import {ok, problem, unknown, warning} from '../../../model/finding.js'
import type {Judgement} from '../../../model/finding.js'
import {homeOf, otherRegion, regionNames, regionOf} from '../../../model/regions.js'
import type {AlarmVitals, SecretVitals} from '../../../ports/vitals.js'
import {inEach, notAsked, rolesUnknown, seen, together} from '../check.js'
import type {Check, Placed} from '../check.js'
import type {Look} from '../look.js'

const api: Check = {
  id: 'api',
  area: 'path',
  asks: 'Does the API of each region answer a read, asked directly?',
  points: 25,
  judge: (look) =>
    inEach(look, (region) => {
      const side = look.observation.regions[region]
      if (!side) return notAsked
      return seen(side.api, ({ok: well, status, code, latencyMs}) =>
        well
          ? ok(`answers ${status} after ${Math.round(latencyMs)} ms`)
          : problem(`answers ${[status, code].filter((one) => one !== undefined).join(' ')}`, 'todo-dr status'),
      )
    }),
}

/** The store is read with the credentials that would steer it, by a signature that some tools and proxies cannot make. */
const route: Check = {
  id: 'route',
  area: 'path',
  asks: 'Can these credentials read the route, does it name the primary, and can it be steered as it is set up?',
  points: 30,
  judge: (look) => [
    together(
      seen(look.observation.edge, (serving) => {
        if (look.primary === undefined) return rolesUnknown
        return serving === look.primary
          ? ok(`clients are sent to ${serving}`)
          : problem(`clients are sent to ${serving}, but ${look.primary} is the primary`, 'todo-dr steer')
      }),
    ),
    ...setUpOf(look).map((one) => together(one)),
  ],
}

function setUpOf({routeSetUp}: Look): Judgement[] {
  if (!routeSetUp.reachable) return [seen(routeSetUp, () => ok(''))]
  return routeSetUp.value.map(({text, remedy, stops, unsure}) =>
    (stops ? problem : unsure ? unknown : warning)(text, remedy),
  )
}

const edge: Check = {
  id: 'edge',
  area: 'path',
  asks: 'Does a read through the edge succeed, and does the primary serve it?',
  points: 25,
  judge: (look) => [
    together(
      seen(look.edge, ({ok: well, status, region}) => {
        if (!well) return problem(`a read through the edge is answered with ${status}`, 'todo-dr status')
        if (region === undefined || look.primary === undefined || region === look.primary)
          return ok(`a read is answered with ${status}${region === undefined ? '' : `, by ${region}`}`)
        const {edge: named, regions} = look.observation
        const strays = `a read is served by ${region}, but ${look.primary} is the primary`
        if (!named.reachable || named.value !== look.primary) return problem(strays, 'todo-dr steer')
        const direct = regions[look.primary]?.api
        // Reads of a primary that fails are sent to the other region by the edge itself.
        return direct?.reachable && direct.value.ok
          ? problem(`${strays}, which the route names and which answers`, 'todo-dr drift --template')
          : problem(`a read is served by ${region}, as ${look.primary} does not answer it`, 'todo-dr status')
      }),
    ),
  ],
}

const tokens: Check = {
  id: 'tokens',
  area: 'path',
  asks: 'Does the user pool of each region issue a token?',
  points: 20,
  judge: (look) =>
    inEach(look, (region) =>
      seen(look.regions[region]!.token, ({refused}) =>
        refused === undefined ? ok('its pool issues tokens') : problem(refused, clientOf(look, region)),
      ),
    ),
}

function clientOf({deployment}: Look, region: Region): string {
  const {userPoolId, clientId} = regionOf(deployment, region)
  return `aws cognito-idp describe-user-pool-client --region ${region} --user-pool-id ${userPoolId} --client-id ${clientId}`
}

const distribution: Check = {
  id: 'distribution',
  area: 'path',
  asks: 'Is the distribution enabled and deployed, and does each of its origins lead to the API of its region?',
  points: 20,
  judge: (look) => [
    together(
      seen(look.distribution, ({status, enabled, origins}) => {
        const {edge, regions} = look.deployment
        const id = edge.distributionId
        if (!enabled) return problem(`${id} is disabled: no client is served`, 'enable it in the CloudFront console')
        // A switch would send clients there, and wait in vain until the edge serves the new primary.
        for (const {region, apiUrl} of regions) {
          const [is, should] = [origins[region], new URL(apiUrl).host]
          if (is !== undefined && is !== should)
            return problem(
              `the origin ${region} of ${id} leads to ${is}, and not to the API of ${region}`,
              `set its domain name back to ${should} in the CloudFront console`,
            )
        }

        return status === 'Deployed'
          ? ok('enabled and deployed')
          : warning(
              `${id} is ${status}: a change is still on its way to the edges`,
              'wait some minutes, then todo-dr health',
            )
      }),
    ),
  ],
}

/** A region's name in an alarm's name aside, both regions have the same ones. */
function missingAlarms(look: Look, region: Region): string[] {
  const other = otherRegion(look.deployment, region)
  const [mine, theirs] = [look.regions[region]!.alarms, look.regions[other]!.alarms]
  if (!mine.reachable || !theirs.reachable) return []
  const present = new Set(mine.value.map(({name}) => name))
  return theirs.value.map(({name}) => name.replace(other, region)).filter((name) => !present.has(name))
}

const alarms: Check = {
  id: 'alarms',
  area: 'path',
  asks: 'Has each region the alarms of the other one, and does none of them ring?',
  points: 12,
  judge: (look) =>
    inEach(look, (region) => seen(look.regions[region]!.alarms, (found) => alarmsIn(look, region, found))),
}

function alarmsIn(look: Look, region: Region, found: readonly AlarmVitals[]): Judgement {
  const missing = missingAlarms(look, region)
  if (missing.length > 0) {
    const other = otherRegion(look.deployment, region)
    // What was deleted by hand no deployment of the same template makes again.
    return problem(
      `missing: ${missing.join(', ')}`,
      `make it as it is in ${other}: aws cloudwatch describe-alarms --region ${other} --alarm-names ${missing.map((name) => name.replace(region, other)).join(' ')}`,
    )
  }
  if (found.length === 0) return warning('there are none: nobody is told when something breaks', 'todo-dr deploy')
  const ringing = found.filter(({state}) => state === 'ALARM')
  if (ringing.length === 0) return ok(`${found.length}, none rings`)
  const [first] = ringing
  return problem(
    `in ALARM: ${ringing.map(({name}) => name).join(', ')}${first!.reason === undefined ? '' : ` (${first!.reason})`}`,
    `aws cloudwatch describe-alarms --region ${region} --alarm-names ${ringing.map(({name}) => name).join(' ')}`,
  )
}

/** Functions and proxy of the standby log in with copies; their values are compared by version id, and never read. */
const secrets: Check = {
  id: 'secrets',
  area: 'path',
  asks: 'Has each region every secret, with the same current value, and does the copying work?',
  points: 25,
  judge(look) {
    const [home, ...others] = regionNames(look.deployment)
    return [
      {region: home!, ...seen(look.regions[home!]!.secrets, (found) => copied(found))},
      ...others.map((region): Placed => ({
        region,
        ...seen(look.regions[region]!.secrets, (mine) =>
          seen(look.regions[homeOf(look.deployment)]!.secrets, (theirs) => compareSecrets(theirs, mine, home!)),
        ),
      })),
    ]
  },
}

function copied(found: readonly SecretVitals[]): Judgement {
  const replicas = found.flatMap(({name, replicas: all}) => all.map((replica) => ({name, ...replica})))
  const late = replicas.find(({status}) => status !== 'InSync')
  if (!late) return ok(`${found.length} ${found.length === 1 ? 'secret' : 'secrets'}`)
  const text = `the copy of ${late.name} in ${late.region} is ${late.status}${late.message === undefined ? '' : `: ${late.message}`}`
  return late.status === 'InProgress'
    ? warning(text, 'look again in a minute with todo-dr health')
    : problem(
        text,
        `aws secretsmanager replicate-secret-to-regions --secret-id ${late.name} --add-replica-regions Region=${late.region}`,
      )
}

function compareSecrets(theirs: readonly SecretVitals[], mine: readonly SecretVitals[], home: Region): Judgement {
  const missing = theirs.filter(({name}) => !mine.some((one) => one.name === name)).map(({name}) => name)
  if (missing.length > 0)
    return problem(
      `missing: ${missing.join(', ')}`,
      `copy it again from ${home}: aws secretsmanager replicate-secret-to-regions --region ${home} --secret-id ${missing[0]}`,
    )
  const different = theirs
    .filter(({name, version}) => mine.some((one) => one.name === name && one.version !== version))
    .map(({name}) => name)
  if (different.length > 0)
    return problem(
      `another value than in ${home}: ${different.join(', ')}`,
      `find out which value is right, then copy it again from ${home}: aws secretsmanager describe-secret --region ${home} --secret-id ${different[0]}`,
    )
  return mine.length === 0
    ? unknown('no secret carries the name of the application', 'todo-dr deploy')
    : ok(`${mine.length}, with the values of ${home}`)
}

export const PATH: readonly Check[] = [api, route, edge, tokens, distribution, alarms, secrets]
