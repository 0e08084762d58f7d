/**
 * The lab's own HTTP, below `/_lab/` of the control port: its status, its faults, its end. Who knows the administrator's
 * secret may call it, as `Authorization: Bearer SECRET`.
 */

import {createHash, timingSafeEqual} from 'node:crypto'
import type {IncomingMessage, ServerResponse} from 'node:http'

import {BadRequest} from './bad-request.js'
import {isName, normalName} from './data-plane/dns/names.js'
import {CLUSTER_REGIONS} from './data-plane/recovery/clusters.js'
import {FAULT_KINDS} from './faults.js'
import {forecastOf, offsetOf, principalOf} from './govern/requests.js'
import {GLOBAL_CONTROL_REGION, type FaultKind} from './kernel.js'
import type {LocalLab} from './lab.js'
import {enforced, quotasOf} from './quotas.js'
import {isRegion} from './regions.js'
import {labStatus} from './status.js'
import {readBody} from './wire/body.js'

const MAX_BODY_BYTES = 65_536
const MAX_LAG_MS = 600_000

/** `stop` is called once, after the answer has been written. */
export function adminHandler(
  lab: LocalLab,
  stop: () => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    void answer(lab, request, stop).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        if (error instanceof BadRequest) {
          send(response, error.status, {error: {code: error.code, message: error.message}})
          return
        }

        const message = error instanceof Error ? error.message : String(error)
        lab.log('admin', error instanceof Error ? (error.stack ?? message) : message)
        send(response, 500, {error: {code: 'InternalFailure', message}})
      },
    )
  }
}

async function answer(lab: LocalLab, request: IncomingMessage, stop: () => void): Promise<object> {
  authorize(lab, request)
  const route = `${request.method} ${request.url?.split('?', 1)[0]}`
  switch (route) {
    case 'GET /_lab/status': {
      return labStatus(lab)
    }

    case 'GET /_lab/faults': {
      return {faults: lab.faults.active()}
    }

    case 'POST /_lab/faults': {
      const body = await json(request)
      await lab.faults.start({...faultOf(lab, body), mode: modeOf(body)})
      return {faults: lab.faults.active()}
    }

    case 'DELETE /_lab/faults': {
      await lab.faults.lift(faultOf(lab, await json(request)))
      return {faults: lab.faults.active()}
    }

    case 'PUT /_lab/lag': {
      const {ms} = await json(request)
      if (typeof ms !== 'number' || !(ms >= 0 && ms <= MAX_LAG_MS)) {
        throw new BadRequest(400, 'InvalidLag', `ms must be a number from 0 to ${MAX_LAG_MS}`)
      }

      lab.faults.setLag(ms)
      return {lagMs: lab.faults.lagMs()}
    }

    case 'GET /_lab/weather': {
      return lab.governance.weather.forecast
    }

    case 'PUT /_lab/weather': {
      lab.governance.weather.set(forecastOf(await json(request)))
      return lab.governance.weather.forecast
    }

    case 'PUT /_lab/clock': {
      lab.governance.clock.offsetMs = offsetOf(await json(request))
      return {offsetSeconds: lab.governance.clock.offsetMs / 1000}
    }

    case 'PUT /_lab/quotas': {
      return setQuota(lab, await json(request))
    }

    case 'PUT /_lab/zone': {
      return zoneOf(lab, await json(request))
    }

    case 'PUT /_lab/connection': {
      return connectionOf(lab, await json(request))
    }

    case 'GET /_lab/calls': {
      return lab.governance.calls.all()
    }

    case 'DELETE /_lab/calls': {
      lab.governance.calls.clear()
      return {}
    }

    case 'PUT /_lab/principals': {
      return registerPrincipal(lab, await json(request))
    }

    case 'POST /_lab/stop': {
      setImmediate(stop)
      return {stopping: true, pid: process.pid}
    }

    default: {
      throw new BadRequest(404, 'NotFound', `unknown route: ${route}`)
    }
  }
}

function setQuota(lab: LocalLab, {region, serviceCode, code, value}: Record<string, unknown>): object {
  if (region !== lab.home && region !== lab.away) throw unknownRegion(lab)
  const quota = enforced(lab).find((one) => one.serviceCode === serviceCode && one.code === code)
  if (!quota) {
    const known = enforced(lab).map((one) => `${one.serviceCode} ${one.code} (${one.name})`)
    throw new BadRequest(400, 'UnknownQuota', `serviceCode and code must be one of: ${known.join(', ')}`)
  }

  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw new BadRequest(400, 'InvalidQuota', 'value must be an integer of 0 or more')
  quotasOf(lab).set(region, quota, value)
  return {region, serviceCode, code, value}
}

/** The hosted zone of Route 53 of a name: made where there is none, as a rehearsal finds that of the real account nowhere else. */
async function zoneOf(lab: LocalLab, {name}: Record<string, unknown>): Promise<object> {
  if (typeof name !== 'string' || !isName(normalName(name)) || !/[^*.]\../.test(name))
    throw new BadRequest(400, 'InvalidName', 'name must be the name of a hosted zone, such as example.com')
  const call = (operation: string, input: object) => lab.call('route53', operation, input, GLOBAL_CONTROL_REGION)
  const {HostedZones} = await call('ListHostedZonesByName', {DNSName: name, MaxItems: 1})
  const isThere = HostedZones[0] !== undefined && normalName(HostedZones[0].Name) === normalName(name)
  if (!isThere) await call('CreateHostedZone', {Name: name, CallerReference: `lab ${name}`})
  return {name}
}

const CONNECTION = /^arn:aws:(?:codeconnections|codestar-connections):([\w-]+):\d{12}:connection\/[\w-]+$/
const REPOSITORY = /^[\w.-]+(\/[\w.-]+)+$/

/**
 * Does what a person does outside of AWS's calls: completes the connection of this ARN, and makes an empty repository at its provider. The
 * connection is made where there is none, as a rehearsal finds that of the real account nowhere else.
 */
async function connectionOf(lab: LocalLab, {arn, repository}: Record<string, unknown>): Promise<object> {
  const [, region = ''] = CONNECTION.exec(String(arn)) ?? []
  if (!isRegion(region))
    throw new BadRequest(400, 'InvalidArn', 'arn must be the ARN of a connection of CodeConnections')
  if (repository !== undefined && !REPOSITORY.test(String(repository)))
    throw new BadRequest(400, 'InvalidRepository', 'repository must be owner/name')
  const connections = lab.service('codeconnections')
  if (repository !== undefined) await connections.makeRepository(String(repository))
  connections.complete(String(arn))
  return {arn, ...(repository !== undefined && {repository, url: `${connections.gitUrl}${String(repository)}`})}
}

/** A policy that nobody enforces would be taken for one that holds. */
function registerPrincipal(lab: LocalLab, body: Record<string, unknown>): object {
  if (!lab.governance.enforcesIam)
    throw new BadRequest(409, 'IamNotEnforced', 'this lab does not enforce policies: start it with --enforce-iam')
  const principal = principalOf(body)
  lab.credentials.put(principal)
  return {accessKeyId: principal.accessKeyId, arn: principal.arn}
}

/** Another user of this machine can reach the port, and must not stop the lab, nor register a principal. */
function authorize({credentials, credentialsFile}: LocalLab, {headers}: IncomingMessage): void {
  const wanted = `Bearer ${credentials.administrator.secretAccessKey}`
  if (timingSafeEqual(digest(headers.authorization ?? ''), digest(wanted))) return
  throw new BadRequest(
    403,
    'SecretRequired',
    `the header Authorization must be "Bearer SECRET"; the secret is in ${credentialsFile}`,
  )
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

async function json(request: IncomingMessage): Promise<Record<string, unknown>> {
  const text = (await readBody(request, MAX_BODY_BYTES)).toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }

  if (typeof value !== 'object' || value === null)
    throw new BadRequest(400, 'InvalidBody', 'the body must be a JSON object')
  return value as Record<string, unknown>
}

function faultOf(lab: LocalLab, {kind, region}: Record<string, unknown>): {kind: FaultKind; region: string} {
  const known = FAULT_KINDS.find((one) => one === kind)
  if (!known) throw new BadRequest(400, 'UnknownFault', `kind must be one of ${FAULT_KINDS.join(', ')}`)
  // Of a cluster of ARC there is an endpoint in regions beside the two.
  const others: readonly string[] = known === 'region-loss' ? CLUSTER_REGIONS : []
  const lost = [lab.home, lab.away, ...others].find((one) => one === region)
  if (lost === undefined) throw unknownRegion(lab, others)

  return {kind: known, region: lost}
}

const unknownRegion = ({home, away}: LocalLab, others: readonly string[] = []): BadRequest =>
  new BadRequest(400, 'UnknownRegion', `region must be ${[...new Set([home, away, ...others])].join(' or ')}`)

function modeOf({mode = 'refuse'}: Record<string, unknown>): 'refuse' | 'hang' {
  if (mode !== 'refuse' && mode !== 'hang') throw new BadRequest(400, 'UnknownMode', 'mode must be refuse or hang')
  return mode
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {'content-type': 'application/json'})
  response.end(`${JSON.stringify(body)}\n`)
}
