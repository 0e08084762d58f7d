/** Judgements on what AWS, or the lab in its place, answers. Pure. */

import type {Region} from '../../model/deployment.js'
import {hasProxy, ZONES_OF_PROXY} from '../../model/zones.js'
import {ok, problem, unknown, warning} from '../../model/finding.js'
import type {Judgement} from '../../model/finding.js'
import type {Asked, Bootstrap, EngineOffer, Identity, Reached, Shared} from '../../ports/checkup.js'

/** What the stacks of the pinned aws-cdk-lib ask for (`requiresBootstrapStackVersion` of their assembly). */
export const LEAST_BOOTSTRAP = 6
/** AWS refuses signatures that are five minutes off; a measurement over two clocks is worth little long before. */
const OFFSET_WARNS_MS = 1000
const OFFSET_REFUSED_MS = 300_000
const SLOW_MS = 1000

/** `answering`: another region that answers, which says that this machine's network works. */
export function judgeReach(region: Region, asked: Asked<Reached>, answering?: Region): Judgement {
  if (!asked.known && asked.code !== 'Unreachable') return problem(asked.why, asked.next ?? 'todo-dr doctor')
  if (!asked.known)
    return problem(
      `${region} does not answer: ${asked.why}`,
      answering === undefined
        ? 'no region answers: check your own network, proxy and DNS'
        : `${answering} answers, so your network works and ${region} may be down: todo-dr status says what to do`,
    )
  const latency = `answers after ${Math.round(asked.value.latencyMs)} ms`
  return asked.value.latencyMs > SLOW_MS ? warning(latency, 'measure from a machine closer to the region') : ok(latency)
}

/** The offsets have half a second to either side: HTTP's dates count whole seconds. */
export function judgeClock(answers: readonly Asked<Reached>[]): Judgement {
  const offsets = answers
    .flatMap((one) => (one.known ? [one.value.offsetMs] : []))
    .sort((a, b) => Math.abs(a) - Math.abs(b))
  const [offset] = offsets
  if (offset === undefined)
    return unknown(
      'no region answered, so the clock could not be compared',
      'run todo-dr doctor again when a region answers',
    )
  const seconds = `${(Math.abs(offset) / 1000).toFixed(1)} s ${offset > 0 ? 'behind' : 'ahead'}`
  const remedy = 'synchronize the clock: timedatectl set-ntp true'
  if (Math.abs(offset) >= OFFSET_REFUSED_MS)
    return problem(
      `this clock is ${seconds}: AWS rejects signatures with its time, which todo-dr corrects for itself alone`,
      remedy,
    )
  if (Math.abs(offset) >= OFFSET_WARNS_MS) return warning(`this clock is ${seconds}`, remedy)
  return ok('correct to within a second')
}

export function judgeCredentials(asked: Asked<Identity>, home: Region): Judgement {
  if (!asked.known)
    return asked.code === 'Unreachable'
      ? unknown(asked.why, asked.next ?? 'check network, proxy and DNS')
      : problem(asked.why, asked.next ?? 'aws sso login')
  const {arn, source, signInRegion} = asked.value
  const text = `${arn}, from ${source}`
  return signInRegion === home
    ? warning(
        `${text}: they are issued in ${home}, the home region`,
        `set up a second way to sign in that does not need ${home}: if that region is down, you cannot sign in`,
      )
    : ok(text)
}

export function judgeAccount(account: string, wanted: string | undefined): Judgement {
  if (wanted === undefined)
    return warning(`${account}; todo-dr.yaml has no account to compare with`, `add account: '${account}' to the target`)
  return account === wanted
    ? ok(account)
    : problem(
        `the credentials belong to ${account}, but todo-dr.yaml says ${wanted}`,
        'choose another profile, or fix the account in todo-dr.yaml',
      )
}

/** States out of which a stack is only deleted, and those of a change that is still under way. */
const BROKEN =
  /^(CREATE_FAILED|ROLLBACK_COMPLETE|ROLLBACK_FAILED|DELETE_FAILED|UPDATE_ROLLBACK_FAILED|IMPORT_ROLLBACK_FAILED)$/

/**
 * The combinations that make `cdk bootstrap` or a deployment fail. The troubleshooting of the original sample knows one of
 * them: a CDKToolkit of an older version, or the remains of one, and then a console to delete it in.
 */
export function judgeBootstrap({version, stack, bucket}: Bootstrap, region: Region, account: string): Judgement {
  const name = bucketName(account, region)
  const deleteStack = `aws cloudformation delete-stack --region ${region} --stack-name CDKToolkit`
  const again = `npx cdk bootstrap aws://${account}/${region}`
  if (stack !== null && BROKEN.test(stack)) {
    const keep = bucket ? `; then empty and delete the bucket ${name}` : ''
    return problem(`the stack CDKToolkit is in ${stack}`, `${deleteStack}${keep}; then ${again}`)
  }

  if (stack?.endsWith('_IN_PROGRESS'))
    return unknown(`the stack CDKToolkit is in ${stack}`, 'wait until it is finished')
  if (stack === null && version === null) {
    return bucket
      ? problem(
          `there is no CDKToolkit stack, but its bucket ${name} still exists: a bootstrap would fail with "already exists"`,
          `empty and delete it: aws s3 rb --force s3://${name} --region ${region}; then ${again}`,
        )
      : warning('not bootstrapped', `todo-dr deploy does it; or ${again}`)
  }

  if (version === null) return problem('CDKToolkit is an old bootstrap without a version', again)
  if (version < LEAST_BOOTSTRAP)
    return problem(`bootstrap version ${version}, but ${LEAST_BOOTSTRAP} is required`, again)
  if (!bucket)
    return problem(`bootstrap version ${version}, but its bucket ${name} is gone`, `${deleteStack}; then ${again}`)
  if (stack === null)
    return warning(
      `bootstrap version ${version}, without a CDKToolkit stack`,
      'it was bootstrapped under another name; deploy uses it as it is',
    )
  return ok(`bootstrap version ${version}`)
}

const bucketName = (account: string, region: Region): string => `cdk-hnb659fds-assets-${account}-${region}`

export function judgeVpcs({count, own, quota}: Shared, region: Region): Judgement {
  const used = `${count} of ${quota} VPCs`
  if (own > 0) return ok(`${used}, ours among them`)
  return count < quota
    ? ok(`${used}, one more is required`)
    : problem(
        `${used}: there is no room for another one`,
        `delete one, or: aws service-quotas request-service-quota-increase --region ${region} --service-code vpc --quota-code L-F678F1CE --desired-value ${quota + 1}`,
      )
}

export function judgeProxies({count, own, quota}: Shared, region: Region): Judgement {
  const used = `${count} of ${quota} RDS proxies`
  if (own > 0) return ok(`${used}, ours among them`)
  return count < quota
    ? ok(`${used}, one more is required`)
    : problem(
        `${used}: there is no room for another one`,
        `delete one, or ask for more: aws service-quotas request-service-quota-increase --region ${region} --service-code rds --quota-code L-D94C7EA3 --desired-value ${quota + 1}`,
      )
}

/**
 * AWS refuses a proxy that would stand in one zone. Which zones an account sees, and under which letter, differs from account to account.
 */
export function judgeZones(zones: readonly string[], region: Region): Judgement {
  const [able, unable] = [zones.filter((id) => hasProxy(id)), zones.filter((id) => !hasProxy(id))]
  const without = unable.length === 0 ? '' : `; without: ${unable.join(', ')}`
  const text = `${able.length} availability zones with RDS Proxy${without}`
  return able.length < ZONES_OF_PROXY
    ? problem(`${text}: a proxy needs ${ZONES_OF_PROXY}`, `choose another region than ${region} in todo-dr.yaml`)
    : ok(text)
}

/**
 * Of all functions of the account in a region. New accounts begin with 10, and a reservation must leave 100 (Lambda developer guide,
 * "Lambda quotas" and "Configuring reserved concurrency").
 */
const LEAST_CONCURRENCY = 100

/** \`other\`: the limit of the other region, which may become the primary. */
export function judgeConcurrency(limit: number, other: number | undefined, region: Region): Judgement {
  const text = `${limit} concurrent executions in the account`
  const raise = (to: number): string =>
    `aws service-quotas request-service-quota-increase --region ${region} --service-code lambda --quota-code L-B99A9384 --desired-value ${to}`
  if (limit < LEAST_CONCURRENCY)
    return warning(`${text}: clients of a whole region will be throttled`, raise(LEAST_CONCURRENCY * 10))
  return other !== undefined && limit < other
    ? warning(`${text}, but ${other} in the other region: after a switch clients may be throttled`, raise(other))
    : ok(text)
}

export function judgeRoute(route: {serving: Region; isWritten: boolean} | null): Judgement {
  if (route === null) return ok('nothing is deployed')
  const {serving, isWritten} = route
  return ok(
    isWritten
      ? `names ${serving}, and these credentials can read and write it: the same value was written again`
      : `names ${serving}; a write would change something, and was not tried: todo-dr health asks IAM for it`,
  )
}

export function judgeEngine({offered, global}: EngineOffer, version: string): Judgement {
  const remedy =
    'choose a version in infra/lib/cluster.ts that both regions offer: aws rds describe-db-engine-versions --engine aurora-mysql'
  if (!offered) return problem(`Aurora MySQL ${version} is not offered`, remedy)
  return global
    ? ok(`Aurora MySQL ${version}, in global databases`)
    : problem(`Aurora MySQL ${version} does not support global databases`, remedy)
}
